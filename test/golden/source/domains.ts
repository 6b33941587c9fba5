/** The domains of the cases: the example of RFC 7597 App. A and RFC 7599 App. A and its variations. */

export type Options = Record<string, unknown>;

/** RFC 7597 App. A example 1: the CE 192.0.2.18, PSID 0x34, ports 1232-1235, 2256-2259 ... */
export const CE = "2001:db8:12:3400:0:c000:212:34";
/** The same prefix length, PSID 0x35: ports 1236-1239, 2260-2263 ... */
export const CE_35 = "2001:db8:12:3500:0:c000:212:35";
/** PSID 0x34 of 192.0.2.19. */
export const CE_OTHER_ADDRESS = "2001:db8:13:3400:0:c000:213:34";
export const CE_IPV4 = "192.0.2.18";
export const CE_PREFIX = "2001:db8:12:3400::/56";
export const BR = "2001:db8:ffff::1";
export const LAN_HOST = "192.168.1.10";
/** The IPv4 servers of RFC 7599 App. A example 2 and of RFC 7597 App. A example 2. */
export const SERVER_T = "10.2.3.4";
export const SERVER_E = "1.2.3.4";

/** First, second and last port of PSID 0x34 (RFC 7597 App. A example 1). */
export const PORT = 1232;
export const SECOND_RANGE_PORT = 2256;
export const LAST_PORT = 64723;

/** IPv4 address behind the DMR 2001:db8:ffff::/64 (RFC 6052 §2.2): bits 64 to 71 stay zero. */
export function dmr(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  const hex = (value: number): string => value.toString(16);
  return `2001:db8:ffff:0:${hex(a)}:${hex(b * 256 + c)}:${hex(d * 256)}:0`;
}

const SHARED = {
  "rule-ipv6-prefix": "2001:db8::/40",
  "rule-ipv4-prefix": "192.0.2.0/24",
  "ea-len": 16,
  "psid-offset": 6,
};

/** Rules by what a CE gets from them. */
export const RULES = {
  shared: SHARED,
  draft03: { ...SHARED, iid: "draft-03" },
  mesh: { ...SHARED, forwarding: true },
  /** PSIDs of six bits: 1008 ports each. */
  many: { ...SHARED, "ea-len": 14 },
  /** 2001:db8:12::/48 is 192.0.2.18, whole. */
  full: { ...SHARED, "ea-len": 8 },
  /** 2001:db8:10::/44 is 192.0.2.16/28. */
  prefix: { ...SHARED, "ea-len": 4 },
  prefixMesh: { ...SHARED, "ea-len": 4, forwarding: true },
  oneToOne34: {
    "rule-ipv6-prefix": "2001:db8:12:3400::/56",
    "rule-ipv4-prefix": "192.0.2.18/32",
    "ea-len": 0,
    "psid-offset": 6,
    "psid-len": 8,
    psid: 0x34,
  },
  oneToOne35: {
    "rule-ipv6-prefix": "2001:db8:12:3500::/56",
    "rule-ipv4-prefix": "192.0.2.18/32",
    "ea-len": 0,
    "psid-offset": 6,
    "psid-len": 8,
    psid: 0x35,
  },
} as const;

export type RuleName = keyof typeof RULES;

export interface DomainOptions {
  readonly rules?: readonly RuleName[];
  readonly more?: Options;
}

function config(mode: string, role: string, options: DomainOptions, own: Options): unknown {
  const names = options.rules ?? ["shared"];
  const end =
    mode === "map-t" ? { "dmr-ipv6-prefix": "2001:db8:ffff::/64" } : { "br-ipv6-addr": BR };
  const domain = {
    name: "golden",
    mode,
    role,
    tun: { name: "golden0" },
    rules: names,
    ...end,
    ...own,
    ...options.more,
  };
  return { rules: Object.fromEntries(names.map((name) => [name, RULES[name]])), domains: [domain] };
}

export function brT(options: DomainOptions = {}): unknown {
  return config("map-t", "br", options, {});
}

export function brE(options: DomainOptions = {}): unknown {
  return config("map-e", "br", options, {});
}

const CE_OWN = {
  "end-user-ipv6-prefix": CE_PREFIX,
  "local-ipv4-prefixes": ["192.168.1.0/24"],
};

export function ceT(options: DomainOptions = {}): unknown {
  return config("map-t", "ce", options, CE_OWN);
}

export function ceE(options: DomainOptions = {}): unknown {
  return config("map-e", "ce", options, CE_OWN);
}
