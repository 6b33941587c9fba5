/** The rule as other programs write it, as a BR of all its CEs or as the CE that the calculator shows. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { EXPORT_FORMATS } from "../../src/convert/formats.js";
import type { Role } from "../../src/convert/model.js";
import type { ExportedDomain } from "../../src/convert/write/export.js";
import { Findings } from "../../src/map/findings.js";
import { parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";
import { parseIpv6 } from "../../src/wire/address.js";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import type { Inputs } from "../state/model.js";
import { ceOf } from "../state/moves.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { SelectField } from "../ui/field.js";
import { TOOLS_TEXTS } from "./texts.js";

const FORMATS = Object.keys(EXPORT_FORMATS).map((name) => [name, name] as const);

export function ExportCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const [format, setFormat] = useState("uci");
  const [role, setRole] = useState<Role>("ce");
  const { rule, good } = store.model;
  const findings = new Findings();
  const write = EXPORT_FORMATS[format];
  const text = write?.([domainOf(rule, good, role)], findings) ?? "";
  return (
    <Card title={t("export")} name="export">
      <div class="form-row">
        <SelectField
          label={t("export-format")}
          name="export-format"
          value={format}
          options={FORMATS}
          onChange={setFormat}
        />
        <SelectField
          label={t("role")}
          name="export-role"
          value={role}
          options={[
            ["ce", t("role-ce")],
            ["br", t("role-br")],
          ]}
          onChange={setRole}
        />
      </div>
      <div class="code-row">
        <pre class="mono code" data-fact="exported">
          {text}
        </pre>
        <CopyButton text={text} what={t("export")} />
      </div>
      <FindingList findings={findings.list} />
    </Card>
  );
}

/** With the settings that mapd has by default, none of which is worth a word. */
function domainOf(rule: Rule, inputs: Inputs, role: Role): ExportedDomain {
  const [dmr, br] = [parseIpv6Prefix(inputs.dmr), parseIpv6(inputs.br)];
  const isCe = role === "ce";
  return {
    path: "domains[0]",
    name: rule.name === "" ? "map" : rule.name,
    mode: inputs.mode,
    role,
    device: "map0",
    rules: [rule],
    basicRule: isCe ? rule : null,
    dmr: inputs.mode === "map-t" ? dmr : null,
    brAddresses: inputs.mode === "map-e" && br !== null ? [br] : [],
    endUserPrefix: isCe ? ceOf(rule, inputs).endUserPrefix : null,
    localPrefixes: null,
    settings: {
      mtu: { ipv6: 1500, ipv4: 1500, lowestIpv6: 1280 },
      mssClamp: "auto",
      udpZeroChecksum: "compute",
      trafficClass: -1,
      fragmentation: "outer",
      ipv4Sources: [],
      unreachables: true,
    },
    changed: [],
  };
}
