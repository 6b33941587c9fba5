/** Any IPv6 address under the rule: what its prefix says, what its identifier says, and whether they agree. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type Analysis, analyseAddress } from "../../src/map/analyse.js";
import { error } from "../../src/map/diagnostic.js";
import { eaOfCe } from "../../src/map/ea.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Checked, Rule } from "../../src/map/types.js";
import { formatIpv4, formatIpv6, parseIpv6 } from "../../src/wire/address.js";
import { FindingList } from "../calculator/findings.js";
import { hex } from "../calculator/rule-text.js";
import { useTexts } from "../i18n/context.js";
import { whole } from "../state/draft.js";
import { ceOf } from "../state/moves.js";
import { type Store, showInCalculator } from "../state/store.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import { TextField } from "../ui/field.js";
import { TOOLS_TEXTS } from "./texts.js";

export function AnalyseCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const { rule, good } = store.model;
  const [typed, setTyped] = useState<string | null>(null);
  const [port, setPort] = useState("");
  // The CE of the calculator to begin with.
  const text = typed ?? formatIpv6(ceOf(rule, good).mapIpv6);
  const found = analyse(rule, text, port);
  return (
    <Card title={t("analyse")} name="analyse">
      <div class="form-row">
        <TextField
          label={t("analyse-address")}
          name="analyse-address"
          value={text}
          isWrong={!found.ok}
          onInput={setTyped}
        />
        <TextField label={t("analyse-port")} name="analyse-port" value={port} onInput={setPort} />
      </div>
      <div aria-live="polite">
        <FindingList findings={found.diagnostics} />
      </div>
      {found.ok ? <Result store={store} analysis={found.value} /> : null}
    </Card>
  );
}

function analyse(rule: Rule, text: string, port: string): Checked<Analysis> {
  const address = parseIpv6(text.trim());
  if (address === null) {
    const message = `"${text}" is not an IPv6 address such as 2001:db8:12:3400:0:c000:212:34`;
    return { ok: false, diagnostics: [error("address-syntax", "address", message)] };
  }
  const number = port.trim() === "" ? null : (whole(port) ?? Number.NaN);
  return analyseAddress(rule, address, number);
}

function Result({
  store,
  analysis,
}: {
  readonly store: Store;
  readonly analysis: Analysis;
}): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const { rule } = store.model;
  const { ce, iid, iidIpv4, iidPsid, consistent } = analysis;
  const psid = ce.psid === null ? "" : `, PSID ${ce.psid} = ${hex(ce.psid, rule.psidLen)}`;
  const { ea } = eaOfCe(rule, ce);
  return (
    <>
      <dl class="facts wide">
        <Fact
          label={t("user-prefix")}
          fact="analysedPrefix"
          value={formatIpv6Prefix(ce.endUserPrefix)}
        />
        <Fact label={t("map-address")} fact="analysedMapIpv6" value={formatIpv6(ce.mapIpv6)} />
        <Fact
          label={t("by-prefix")}
          fact="byPrefix"
          value={`${formatIpv4Prefix(ce.ipv4)}${psid}`}
        />
        <Fact
          label={t("by-iid")}
          fact="byIid"
          value={`${formatIpv4(iidIpv4)}, PSID ${iidPsid} = ${hex(iidPsid, 16)}`}
        />
        <Fact label={t("style")} fact="style" value={iid ?? "none"}>
          {iid ?? t("style-none")}
        </Fact>
        <Fact label={t("consistent")} fact="consistent" value={String(consistent)}>
          {t(consistent ? "yes" : "no")}
        </Fact>
      </dl>
      <button
        type="button"
        onClick={() => showInCalculator(store, (inputs) => ({ ...inputs, ce: ea, port: 0 }))}
      >
        {t("show-ce")}
      </button>
    </>
  );
}
