/** What `mapctl calc --json` says of the CE of RFC 7597 App. A example 1. */

export const RULE = "2001:db8::/40 192.0.2.0/24 16 6 8";
export const PREFIX = "2001:db8:12:3400::/56";
/** First port of PSID 0x34 in each of the 63 ranges (RFC 7597 App. A example 1). */
const RANGES = Array.from({ length: 63 }, (_, i) => [1232 + 1024 * i, 1235 + 1024 * i]);

export const CALC = {
  schema: "mapd.calc/1",
  rule: {
    ruleIpv6Prefix: "2001:db8::/40",
    ruleIpv4Prefix: "192.0.2.0/24",
    eaLen: 16,
    psidOffset: 6,
    psidLen: 8,
    iid: "rfc7597",
  },
  mode: "shared",
  endUserPrefixLen: 56,
  ceCount: 65536,
  sharingRatio: 256,
  portsPerCe: 252,
  excludedPorts: 1024,
  derived: {
    ruleString: "",
    addressCount: 256,
    addressesPerCe: 1,
    rangesPerCe: 63,
    rangeLen: 4,
    excludedRanges: [[0, 1023]],
    usablePorts: { least: 252, most: 252 },
    subnetBits: 8,
    overwrittenBits: 0,
    ipv4Share: 2 ** -24,
    ipv6Share: 2 ** -40,
    delegate: { len: 56, from: "2001:db8::/40", count: 65536 },
  },
  ce: {
    endUserIpv6Prefix: PREFIX,
    ipv4: "192.0.2.18",
    ipv4PrefixLen: 32,
    psid: 52,
    portRanges: RANGES,
    mapIpv6: "2001:db8:12:3400:0:c000:212:34",
    index: 4660,
    host: 18,
    portCount: 252,
    usablePorts: 252,
    port: 1232,
    portIndex: 0,
    addresses: {
      rfc7597: "2001:db8:12:3400:0:c000:212:34",
      draft03: "2001:db8:12:3400:c0:2:1200:3400",
    },
  },
  diagnostics: [],
};

/** The rule's name is in its string. */
export function calcOf(name: string): typeof CALC {
  const saved = `${name}|2001:db8::|40|192.0.2.0|24|16|6 (IPs-256, SHR-256, USRS-65536, PTS-252, XPTS-1024)`;
  return { ...CALC, derived: { ...CALC.derived, ruleString: saved } };
}
