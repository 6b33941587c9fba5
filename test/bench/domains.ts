/** The domains that are measured, as their configuration has them, and the addresses of both sides. */

export const DOMAIN_NAMES = ["map-t-br", "map-t-ce", "map-e-br", "map-e-ce"] as const;
export type DomainName = (typeof DOMAIN_NAMES)[number];

/**
 * Four CEs share an address. The CE of the bench has 192.0.2.18 with PSID 1: 63 ranges of 256 ports, of which
 * clients that have the shared address themselves use the first.
 */
export const RULE = {
  "rule-ipv6-prefix": "2001:db8::/40",
  "rule-ipv4-prefix": "192.0.2.0/24",
  "ea-len": 10,
  "psid-offset": 6,
} as const;
export const PSID = 1;
export const FIRST_PORT = 1280;
export const END_USER_PREFIX = "2001:db8:12:4000::/50";
export const MAP_ADDRESS = "2001:db8:12:4000:0:c000:212:1";
export const SHARED_IPV4 = "192.0.2.18";
export const BR_ADDRESS = "2001:db8:ffff::1";
export const DMR_PREFIX = "2001:db8:ffff::/64";
export const LAN_PREFIX = "192.168.1.0/24";
export const SERVER = "198.51.100.9";
/** RFC 6052 §2.2: the server behind the DMR prefix. */
export const SERVER_BEHIND_DMR = "2001:db8:ffff:0:c6:3364:900:0";

export interface Forwarding {
  readonly rules: Readonly<Record<string, object>>;
  readonly domains: readonly object[];
}

/** A configuration file's `rules` and `domains`. */
export function forwardingOf(name: DomainName, tun: object): Forwarding {
  const isMapT = name.startsWith("map-t");
  const isCe = name.endsWith("ce");
  const mode = isMapT ? "map-t" : "map-e";
  const border = isMapT ? { "dmr-ipv6-prefix": DMR_PREFIX } : { "br-ipv6-addr": BR_ADDRESS };
  const edge = { "end-user-ipv6-prefix": END_USER_PREFIX, "local-ipv4-prefixes": [LAN_PREFIX] };
  const role = isCe ? { role: "ce", ...edge } : { role: "br" };
  return {
    rules: { metro: RULE },
    domains: [{ name: "bench", mode, ...role, ...border, tun, rules: ["metro"] }],
  };
}
