/** A domain's settings as a reader found them, in the configuration's keys, with the configuration's defaults. */
import { parseIpv4 } from "../wire/address.js";
import type { ForeignDomain } from "./model.js";
import type { ExportedSettings } from "./write/export.js";

/** IPv6 takes this much more than IPv4: a header for a header (RFC 7599), or one more (RFC 7597). */
const OVERHEAD = { "map-t": 20, "map-e": 40 } as const;
const MTU = 1500;
const LOWEST_IPV6 = 1280;

export function settingsOf(domain: ForeignDomain): ExportedSettings {
  const values = leavesOf(domain.settings ?? {});
  const number = (key: string): number | undefined => {
    const value = values.get(key);
    return typeof value === "number" ? value : undefined;
  };
  const ipv6 = number("mtu.ipv6") ?? MTU;
  const fits = ipv6 - OVERHEAD[domain.mode ?? "map-t"];
  const udp = values.get("udp-zero-checksum");
  const clamp = values.get("mss-clamp");
  const sources = values.get("icmp.ipv4-sources");
  return {
    mtu: {
      ipv6,
      ipv4: number("mtu.ipv4") ?? (domain.role === "ce" ? fits : MTU),
      lowestIpv6: number("mtu.lowest-ipv6") ?? LOWEST_IPV6,
    },
    mssClamp: clamp === "off" || typeof clamp === "number" ? clamp : "auto",
    udpZeroChecksum:
      udp === "compute" || udp === "drop" ? udp : domain.role === "ce" ? "compute" : "drop",
    trafficClass: number("traffic-class") ?? -1,
    fragmentation: values.get("fragmentation") === "inner" ? "inner" : "outer",
    ipv4Sources: Array.isArray(sources)
      ? sources.flatMap((text) => (typeof text === "string" ? [parseIpv4(text) ?? []] : [])).flat()
      : [],
    unreachables: values.get("icmp.unreachables") !== false,
  };
}

const DEFAULTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["mtu.ipv6", MTU],
  ["mtu.lowest-ipv6", LOWEST_IPV6],
  ["mss-clamp", "auto"],
  ["traffic-class", "copy"],
  ["fragmentation", "outer"],
  ["hairpin", true],
  ["icmp.unreachables", true],
]);

/** Keys that are there and not as they are by default. */
export function changedSettings(domain: ForeignDomain): readonly string[] {
  const { mtu, udpZeroChecksum } = settingsOf({ ...domain, settings: {} });
  return [...leavesOf(domain.settings ?? {})].flatMap(([key, value]) => {
    const own = key === "mtu.ipv4" ? mtu.ipv4 : DEFAULTS.get(key);
    const isDefault = key === "udp-zero-checksum" ? value === udpZeroChecksum : value === own;
    return value === undefined || isDefault ? [] : [key];
  });
}

/** Values by their path; lists are values. */
function leavesOf(value: object, prefix = ""): ReadonlyMap<string, unknown> {
  const leaves = Object.entries(value).flatMap(([key, item]): (readonly [string, unknown])[] => {
    const isBlock = typeof item === "object" && item !== null && !Array.isArray(item);
    return isBlock ? [...leavesOf(item, `${prefix}${key}.`)] : [[`${prefix}${key}`, item]];
  });
  return new Map(leaves);
}
