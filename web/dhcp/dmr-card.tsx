/** Any IPv4 address behind the DMR, and back. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { error } from "../../src/map/diagnostic.js";
import {
  type DmrAddress,
  embedAtEachLength,
  embedIpv4,
  extractIpv4,
} from "../../src/map/dmr-address.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Checked } from "../../src/map/types.js";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../src/wire/address.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import { TextField } from "../ui/field.js";
import { Scroll } from "../ui/scroll.js";
import { readDmr } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

export function DmrCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const [text, setText] = useState("198.51.100.7");
  const { dmr } = store.model.inputs;
  const found = convert(dmr, text);
  return (
    <Card title={t("dmr-both")} name="dmr">
      <div class="form-row">
        <TextField
          label={t("dmr")}
          name="dmr-prefix"
          value={dmr}
          onInput={(value) => store.change((now) => ({ ...now, dmr: value }), "dmr")}
        />
        <TextField
          label={`${t("dmr-ipv4")} / ${t("dmr-ipv6")}`}
          name="dmr-address"
          value={text}
          isWrong={!found.ok}
          onInput={setText}
        />
      </div>
      <div aria-live="polite">
        <FindingList findings={found.diagnostics} />
      </div>
      {found.ok ? <Both address={found.value} /> : null}
    </Card>
  );
}

function convert(dmr: string, text: string): Checked<DmrAddress> {
  const prefix = readDmr(dmr);
  if (!prefix.ok) return prefix;
  const [addr4, words] = [parseIpv4(text.trim()), parseIpv6(text.trim())];
  if (addr4 !== null) return embedIpv4(prefix.value, addr4);
  if (words !== null) return extractIpv4(prefix.value, words);
  const message = `"${text}" is neither an IPv4 address such as 198.51.100.7 nor an IPv6 address behind the prefix`;
  return { ok: false, diagnostics: [error("address-syntax", "address", message)] };
}

function Both({ address }: { readonly address: DmrAddress }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const { prefix, ipv4, ipv6 } = address;
  return (
    <>
      <dl class="facts wide">
        <Fact label={t("dmr-ipv4")} fact="dmrIpv4" value={formatIpv4(ipv4)} canCopy />
        <Fact label={t("dmr-ipv6")} fact="dmrIpv6" value={formatIpv6(ipv6)} canCopy />
      </dl>
      <Scroll label={t("dmr-lengths")}>
        <table>
          <caption>{t("dmr-lengths")}</caption>
          <thead>
            <tr class="nowrap">
              <th scope="col">{t("prefix")}</th>
              <th scope="col">{t("address")}</th>
              <th scope="col">{t("bits")}</th>
            </tr>
          </thead>
          <tbody>
            {embedAtEachLength(prefix.address, ipv4).map((row) => (
              <tr key={row.prefix.len}>
                <th scope="row" class="mono">
                  {formatIpv6Prefix(row.prefix)}
                </th>
                <td class="mono">{formatIpv6(row.ipv6)}</td>
                <td class="mono">{row.bits.map(([from, to]) => `${from}–${to}`).join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
