import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { decode } from "../../src/dhcp/decode.js";
import { iscLines, keaOptionData } from "../../src/dhcp/snippets.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { CheckField, SelectField, TextField } from "../ui/field.js";
import { OctetTable } from "./octet-table.js";
import { type Encoded, encodeInputs, hexOf } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

export function EncodeCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const [portParams, setPortParams] = useState(true);
  const { rule, inputs } = store.model;
  const encoded = encodeInputs(rule, inputs, portParams);
  const isRefused = !encoded.ok;
  return (
    <Card title={t("encode")} name="encode">
      <div class="form-row">
        <SelectField
          label={t("mode")}
          name="mode"
          value={inputs.mode}
          options={[
            ["map-t", "MAP-T"],
            ["map-e", "MAP-E"],
          ]}
          onChange={(mode) => store.change((now) => ({ ...now, mode }))}
        />
        {inputs.mode === "map-t" ? (
          <TextField
            label={t("dmr")}
            name="dmr"
            value={inputs.dmr}
            isWrong={isRefused}
            onInput={(dmr) => store.change((now) => ({ ...now, dmr }), "dmr")}
          />
        ) : (
          <TextField
            label={t("br")}
            name="br"
            value={inputs.br}
            isWrong={isRefused}
            onInput={(br) => store.change((now) => ({ ...now, br }), "br")}
          />
        )}
      </div>
      <div class="row">
        <CheckField
          label={t("forwarding")}
          name="forwarding"
          checked={inputs.draft.forwarding}
          onChange={(forwarding) =>
            store.change((now) => ({ ...now, draft: { ...now.draft, forwarding } }))
          }
        />
        <CheckField
          label={t("port-params")}
          name="port-params"
          checked={portParams}
          onChange={setPortParams}
        />
      </div>
      <div aria-live="polite">
        <FindingList findings={encoded.diagnostics} />
      </div>
      {encoded.ok ? <Result encoded={encoded.value} /> : null}
    </Card>
  );
}

function Result({ encoded }: { readonly encoded: Encoded }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const { request, bytes } = encoded;
  const hex = hexOf(bytes);
  const kea = `${JSON.stringify({ "option-data": keaOptionData(request, bytes) }, null, 2)}\n`;
  return (
    <>
      <h3>
        {t("hex")} <span class="quiet">({t("octets", { count: bytes.length })})</span>
      </h3>
      <div class="code-row">
        <data class="mono code" data-fact="dhcpHex" value={hex}>
          {hex}
        </data>
        <CopyButton text={hex} what={t("hex")} />
      </div>
      <details class="more" open data-details="encoded">
        <summary>{t("take-apart")}</summary>
        <OctetTable decoded={decode(bytes)} hideFindings />
      </details>
      <details class="more" data-details="snippets">
        <summary>{t("snippets")}</summary>
        <Snippet title={t("kea")} text={kea} />
        <Snippet title={t("isc")} text={iscLines(request, bytes)} />
      </details>
    </>
  );
}

function Snippet({ title, text }: { readonly title: string; readonly text: string }): JSX.Element {
  return (
    <div class="snippet">
      <h3>
        {title} <CopyButton text={text} what={title} />
      </h3>
      <pre class="mono code">{text}</pre>
    </div>
  );
}
