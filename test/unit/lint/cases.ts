/** A text for every code of the table of what lint finds. */
import { TEXTS } from "../convert/texts.js";

const METRO = "2001:db8::/40 192.0.2.0/24 16 6";
const FIXED = "001018c00002002820010db800";
const PARAMS = "005d000406000000";
const DMR = "005b00094020010db8ffff0000";
const BR = "005a001020010db8ffff00000000000000000001";

/** An option whose length is counted. */
function option(code: number, body: string): string {
  return [code, body.length / 2].map((word) => word.toString(16).padStart(4, "0")).join("") + body;
}

const mapT = (fixed: string, inner: string): string => option(95, option(89, fixed + inner) + DMR);
const csv = (...rows: readonly string[]): string =>
  ["name,ipv6-prefix,ipv4-prefix,ea-len,psid-offset,psid-len,psid,mode,dmr,br", ...rows].join("\n");

export interface LintCase {
  readonly text: string;
  /** Where the form is not to be recognised. */
  readonly format?: string;
  readonly endUserPrefix?: string;
}

const lines = (...rules: readonly string[]): LintCase => ({ text: rules.join("\n") });
const rows = (...rules: readonly string[]): LintCase => ({ text: csv(...rules) });
const octets = (text: string): LintCase => ({ text, format: "dhcp" });
const asternos: LintCase = { text: TEXTS.ASTERNOS_EXAMPLE };

export const LINT_CASES: Readonly<Record<string, LintCase>> = {
  "ipv6-prefix-syntax": rows("a,2001:db8/40,192.0.2.0/24,16"),
  "ipv4-prefix-syntax": rows("a,2001:db8::/40,192.0.2/24,16"),
  "ipv6-address-syntax": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-e,,here"),
  "ipv6-prefix-len": rows("a,2001:db8::/129,192.0.2.0/24,16"),
  "ipv4-prefix-len": rows("a,2001:db8::/40,192.0.2.0/33,16"),
  "ipv6-host-bits": lines("2001:db8:f:1000::/36 198.18.0.0/15 25 4"),
  "ipv4-host-bits": lines("2001:db8::/36 198.19.0.0/15 25 4"),
  "ea-len-range": lines("2001:db8::/40 192.0.2.0/24 49"),
  "ea-past-128": lines("2001:db8::/120 192.0.2.0/24 16"),
  "psid-offset-range": lines("2001:db8::/40 192.0.2.0/24 16 16"),
  "psid-len-range": lines("2001:db8::/40 192.0.2.0/24 25 0"),
  "offset-plus-psid-len": lines("2001:db8::/40 192.0.2.0/24 16 9"),
  "psid-len-mismatch": lines(`${METRO} 7`),
  "psid-with-ea": lines(`${METRO} 8 52`),
  "psid-without-len": lines("2001:db8::/56 192.0.2.18/32 0 6 0 52"),
  "psid-required": lines("2001:db8::/56 192.0.2.18/32 0 6 8"),
  "psid-range": lines("2001:db8::/56 192.0.2.18/32 0 6 8 256"),
  "psid-without-full-address": lines("2001:db8::/40 192.0.2.0/24 4 6 8"),
  "offset-ignored": lines("2001:db8::/40 192.0.2.0/24 8 6"),
  "system-ports": lines("2001:db8::/40 192.0.2.0/24 16 0"),
  "port-zero": lines("2001:db8::/40 192.0.2.0/24 16 0"),
  "iid-overwritten": lines("2001:db8::/56 192.0.2.0/24 16"),
  "no-subnet-bits": lines("2001:db8::/48 192.0.2.0/24 16"),
  "ipv4-not-unicast": lines("2001:db8::/40 240.0.0.0/24 16"),
  "ipv6-not-unicast": lines("ff0e::/40 192.0.2.0/24 16"),
  "duplicate-name": { text: TEXTS.RULE_STRINGS },
  "duplicate-ipv6-prefix": lines(METRO, "2001:db8::/40 198.51.100.0/24 16"),
  "duplicate-ipv4-prefix": lines(METRO, "2001:db8:9000::/40 192.0.2.0/24 16"),
  "shared-address-parameters": lines(
    "2001:db8:1::/56 192.0.2.18/32 0 6 8 1",
    "2001:db8:2::/56 192.0.2.18/32 0 6 7 2",
  ),
  "duplicate-psid": lines(
    "2001:db8:1::/56 192.0.2.18/32 0 6 8 1",
    "2001:db8:2::/56 192.0.2.18/32 0 6 8 1",
  ),
  "rule-overlap-ipv6": lines(METRO, "2001:db8:12::/48 198.51.100.0/24 8"),
  "rule-overlap-ipv4": lines(METRO, "2001:db8:9000::/48 192.0.2.128/25 7"),
  "uneven-end-user-len": lines(
    METRO,
    "2001:db8:100::/40 198.51.100.0/24 16",
    "2001:db8:200::/40 203.0.113.0/24 16",
    "2001:db8:300::/40 192.0.3.0/24 17",
  ),
  "dmr-too-long": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t,2001:db8:ffff::/97"),
  "dmr-length": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t,2001:db8:ffff::/60"),
  "dmr-u-octet": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t,2001:db8:ffff:0:100::/96"),
  "dmr-not-64": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t,64:ff9b::/96"),
  "dmr-missing": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t"),
  "dmr-covers-rule": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-t,2001:db8::/32"),
  "host-bits-overwritten": rows("a,2001:db8::/104,10.0.0.0/8,16,,,,map-t,2001:db8:ffff::/64"),
  "inside-customer-prefix": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-e,,2001:db8:12:3400::1"),
  "br-missing": rows("a,2001:db8::/40,192.0.2.0/24,16,6,,,map-e"),
  "mtu-above-path": { text: TEXTS.UCI.replace("mtu '1460'", "mtu '1500'") },
  "end-user-prefix-outside-rule": { text: METRO, endUserPrefix: "2001:db8:9000::/56" },
  "end-user-prefix-too-short": { text: METRO, endUserPrefix: "2001:db8:12::/48" },
  "delegated-bits-set": { text: METRO, endUserPrefix: "2001:db8:12:3401::/64" },
  "import-syntax": lines(METRO, "2001:db8:9000::/40 192.0.2.0/24 sixteen"),
  "import-incomplete": rows("a,2001:db8::/40,,16"),
  "nothing-to-import": rows(),
  "ea-len-unknown": { text: "type=map-e,ipv6prefix=2001:db8::,prefix6len=40,ipv4prefix=192.0.2.0" },
  "not-imported": { text: `${TEXTS.MAP_RULES}` },
  "iid-assumed": { text: TEXTS.MAP_RULES },
  "unknown-version": {
    text: '{"map_e":{"version":2,"br":"2001:db8::1","rules":[{"ipv6":"2001:db8:8000::/40","ipv4":"192.0.2.0/24","ea_length":16}]}}',
  },
  "mode-mismatch": { text: TEXTS.VPP_T },
  "psid-justification": { text: TEXTS.MAPCALC_SLIP },
  "psid-from-prefix": {
    text: "type=map-e,ealen=16,prefix4len=24,prefix6len=40,ipv4prefix=192.0.2.0,ipv6prefix=2001:db8::,psidlen=8,psid=0x3400,br=2001:db8:ffff::1",
  },
  "br-not-an-address": asternos,
  "br-not-configured": asternos,
  "link-in-rule-prefix": asternos,
  "link-edge-addresses": asternos,
  "map-not-enabled": asternos,
  "no-ce-side": asternos,
  "no-forwarding-rules": asternos,
  "empty-prefixes": {
    text: TEXTS.ASTERNOS_ALL.replace(/^ 192\.168\..*\n/gm, ""),
  },
  "hex-empty": octets("()"),
  "hex-odd": octets("005f0"),
  "hex-syntax": octets("005f zz"),
  "s46-no-container": octets("0017001020010db8ffff00000000000000000053"),
  "s46-inside-only": octets(option(89, FIXED + PARAMS) + DMR),
  "s46-outside": octets(mapT(FIXED, PARAMS) + BR),
  "s46-misplaced": octets(option(95, option(89, FIXED) + PARAMS + DMR)),
  "s46-content": octets(option(95, option(89, FIXED + PARAMS))),
  "s46-truncated": octets(option(95, `${option(89, FIXED + PARAMS)}${DMR}00`)),
  "s46-prefix-len": octets(mapT("001018c00002008120010db800", "")),
  "s46-prefix-bytes": octets(mapT("000c18c00002002c20010db800", "")),
  "s46-pad-bits": octets(mapT("001018c00002632820010db800", PARAMS)),
  "s46-flags": octets(mapT(`80${FIXED.slice(2)}`, PARAMS)),
  "s46-br-len": octets(option(94, `${option(89, FIXED + PARAMS)}${option(90, "20010db8")}`)),
  "s46-portparams-len": octets(mapT(FIXED, "005d0003060000")),
  "s46-portparams-missing": octets(mapT(FIXED, "")),
  "s46-portparams-ignored": octets(mapT(FIXED, "005d000404000000")),
  "s46-portparams-twice": octets(mapT(FIXED, PARAMS + PARAMS)),
  "s46-psid-alignment": octets(mapT("000020c00002123820010db8001234", "005d000406080034")),
  "s46-psid-of-prefix": octets(mapT("000810c61200002820010db890", "005d000406080100")),
  "s46-priority": octets(`${mapT(FIXED, PARAMS)}006f0003005f00`),
};
