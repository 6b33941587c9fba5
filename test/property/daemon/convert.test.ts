/** What one program's format can say comes back from it; what it cannot is said. */
import fc from "fast-check";
import { parseConfig, ruleNames, ruleOf } from "../../../daemon/config/load.js";
import type { Config } from "../../../daemon/config/types.js";
import { exportConfig } from "../../../daemon/convert/export.js";
import { importText } from "../../../daemon/convert/import.js";
import { IMPORT_FORMATS, type ImportFormat } from "../../../src/convert/detect.js";
import { EXPORT_FORMATS } from "../../../src/convert/formats.js";
import { ceFromIndex } from "../../../src/map/ce.js";
import { checkRule } from "../../../src/map/check.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import type { Rule } from "../../../src/map/types.js";
import { anyRule } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";

const RUNS = 300;

interface Drawn {
  readonly rules: readonly Rule[];
  readonly mode: "map-e" | "map-t";
  readonly role: "ce" | "br";
  readonly forwarding: boolean;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  rules: fc.array(anyRule, { minLength: 1, maxLength: 4 }),
  mode: fc.constantFrom("map-e" as const, "map-t" as const),
  role: fc.constantFrom("ce" as const, "br" as const),
  forwarding: fc.boolean(),
});

/** A sound configuration with these rules, or null where they do not go together. */
function configOf({ rules, mode, role, forwarding }: Drawn): Config | null {
  const named = rules.map((rule, index) => ({ ...rule, name: `r${index}` }));
  const blocks = named.map((rule) => ({
    "rule-ipv6-prefix": formatIpv6Prefix(rule.ipv6),
    "rule-ipv4-prefix": formatIpv4Prefix(rule.ipv4),
    "ea-len": rule.eaLen,
    ...(rule.psidLen === 0 ? {} : { "psid-offset": rule.psidOffset, "psid-len": rule.psidLen }),
    ...(rule.psid === null ? {} : { psid: rule.psid }),
    iid: rule.iid,
    forwarding,
  }));
  const ce = ceFromIndex(named[0]!, 0);
  const peer =
    mode === "map-t" ? { "dmr-ipv6-prefix": "fd00:ffff::/64" } : { "br-ipv6-addr": "fd00:ffff::1" };
  const edge =
    role === "ce" && ce.ok
      ? { "end-user-ipv6-prefix": formatIpv6Prefix(ce.value.endUserPrefix) }
      : {};
  const names = named.map(({ name }) => name);
  const tun = { name: "mapt0" };
  const document = {
    rules: Object.fromEntries(named.map(({ name }, index) => [name, blocks[index]])),
    domains: [{ name: "d0", mode, role, tun, rules: names, ...peer, ...edge }],
  };
  const checked = parseConfig(JSON.stringify(document));
  return checked.ok ? checked.value : null;
}

/** What a rule means; names are not kept by every format, and an offset means nothing without a PSID. */
function meaning(rule: Rule): string {
  const { ipv6, ipv4, eaLen, psidLen, psid, iid, forwarding } = rule;
  const psidOffset = psidLen === 0 ? 0 : rule.psidOffset;
  return JSON.stringify({ ipv6, ipv4, eaLen, psidLen, psidOffset, psid, iid, forwarding });
}

function rulesOf(config: Config): readonly Rule[] {
  return config.domains.flatMap(({ settings }) => [...settings.rules]);
}

function formatNamed(name: string): ImportFormat {
  const format = IMPORT_FORMATS.find((one) => one.name === name);
  if (format === undefined) throw new Error(`no format ${name}`);
  return format;
}

for (const [name, write] of Object.entries(EXPORT_FORMATS)) {
  property(
    `${name}: every rule comes back as it was, or its loss is said`,
    RUNS,
    [drawn],
    (one) => {
      const config = configOf(one);
      fc.pre(config !== null);
      const { text, diagnostics } = exportConfig(config, { write, domain: undefined });
      const said = new Set(diagnostics.map(({ path }) => path.split(".").slice(0, 2).join(".")));
      const kept = rulesOf(config).filter((rule) => !said.has(`rules.${rule.name}`));
      if (kept.length === 0) return;
      const options =
        one.mode === "map-t" ? { dmr: "fd00:ffff::/64" } : { brAddress: "fd00:ffff::1" };
      const [edge] = config.domains;
      const settings = edge!.settings;
      const endUserPrefix =
        settings.role === "ce" ? formatIpv6Prefix(settings.endUserPrefix) : undefined;
      const role = name === "uci" || name === "vpp" ? undefined : one.role;
      const result = importText(text, formatNamed(name), { ...options, endUserPrefix, role });
      const shown = meaningsIn(result.configuration);
      for (const rule of kept) {
        if (!shown.includes(meaning(rule))) {
          throw new Error(`${meaning(rule)} is lost in\n${text}\n${result.configuration}`);
        }
      }
    },
  );
}

/** Sound rules of a configuration, whatever else is wrong with it: one that is not may have lost what its loss was said of. */
function meaningsIn(text: string): readonly string[] {
  return ruleNames(text).flatMap((name) => {
    const read = ruleOf(text, name);
    const checked = read?.ok ? checkRule(read.value, "") : null;
    return checked?.ok ? [meaning(checked.value)] : [];
  });
}

property(
  "whatever a text says, import ends with a configuration or with reasons, never with an exception",
  RUNS,
  [
    fc.constantFrom(...IMPORT_FORMATS),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          "map add domain ip4-pfx 192.0.2.0/24 ip6-pfx 2001:db8::/40 ip6-src ::1",
          "map-e domain d BR",
          "basic-mapping-rule x",
          "map-rule basic-mapping-rule x rule-ip6-prefix ::/0 rule-ip4-prefix 0.0.0.0/0 ea-length 48",
          "config interface 'a'",
          "option proto 'map'",
          "option rule 'type=map-e,ealen=99'",
          "add map0",
          "config map0 local.style MAP local.v4 1.2.3.0/24 local.v6 ::/0",
          "a|::|0|0.0.0.0|0|0|0",
          '{"map_e":{"br":"x","rules":[{}]}}',
          '{"fmrt":[1,{"ipv6 prefix":"x"}]}',
          '{"ietf-softwire-br:br-instances":{"algorithm":{"algo-instance":[{"name":"a"}]}}}',
          "type=lw4o6,psidlen=200,psid=9,ipv6prefix=::,prefix6len=300",
        ),
        fc.string(),
      ),
      { maxLength: 8 },
    ),
  ],
  (format, lines) => {
    const { valid, diagnostics } = importText(lines.join("\n"), format, {});
    const failed = diagnostics.some(({ severity }) => severity === "error");
    if (valid === failed) throw new Error(JSON.stringify(diagnostics));
  },
);
