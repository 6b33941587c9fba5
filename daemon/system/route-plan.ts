/**
 * What `routes: auto` asks of the kernel, as lines for `ip -batch -`. Pure: settings in, lines out.
 * Every route carries ROUTE_PROTOCOL, so that an operator and a routing daemon recognise them.
 */

import type { Ce } from "../../src/map/ce.js";
import { canonicalIpv6, formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { ruleKind } from "../../src/map/rule.js";
import type { Ipv4Prefix, Ipv6Prefix } from "../../src/map/types.js";
import type { CeSettings, DomainSettings } from "../../src/pipeline/settings.js";
import { formatIpv4 } from "../../src/wire/address.js";
import type { DomainConfig } from "../config/types.js";
import { aggregateRules } from "./prefixes.js";

/** Protocol number of all that mapd adds; routing daemons match on it (krt_source = 200 in BIRD). */
export const ROUTE_PROTOCOL = 200;

/** A metric that yields to every default route that an operator, DHCP or a routing daemon sets. */
const LAST_RESORT_METRIC = 2048;

/** Packets that wait in the device for a worker; more would only add delay. */
const TX_QUEUE_LEN = 1000;

const IPV6_HEADER_LEN = 40;
const IPV4_HEADER_LEN = 20;

/** One thing to add, and the line that takes it away again. */
export interface PlanEntry {
  readonly add: string;
  readonly remove: string;
}

/**
 * Brings the device up. No address is generated on it: a link-local address would make the kernel
 * send multicast into the translator. Empty where the device is somebody else's (attach with routes: off).
 */
export function linkLines(domain: DomainConfig): readonly string[] {
  if (domain.tun.attach && domain.routes.mode === "off") return [];
  const dev = domain.tun.name;
  const link = `link set dev ${dev}`;
  return [
    `${link} mtu ${domain.settings.mtu.ipv6} txqueuelen ${TX_QUEUE_LEN}`,
    `${link} addrgenmode none`,
    `${link} up`,
  ];
}

/**
 * Addresses and routes of a domain, in the order in which they are added. `ce` is the identity of a CE,
 * null on a BR. Empty where `routes` is off.
 */
export function planEntries(domain: DomainConfig, ce: Ce | null): readonly PlanEntry[] {
  if (domain.routes.mode === "off") return [];
  const { settings } = domain;
  return settings.role === "ce"
    ? cePlan(domain, settings, ce)
    : [...brIpv4Routes(domain), ...brIpv6Routes(domain)];
}

/** Largest IPv4 packet that fits the domain unfragmented; `mtu lock` makes the kernel answer for it. */
export function ipv4RouteMtu(settings: DomainSettings): number {
  const overhead = settings.mode === "map-t" ? IPV6_HEADER_LEN - IPV4_HEADER_LEN : IPV6_HEADER_LEN;
  return Math.min(settings.mtu.ipv4, settings.mtu.ipv6 - overhead);
}

function route(dev: string, destination: string, more = ""): PlanEntry {
  const line = `${destination} dev ${dev} proto ${ROUTE_PROTOCOL}`;
  // Removal needs the metric as well, or it could take another route of ours with the same destination.
  const metric = /metric \d+/.exec(more)?.[0];
  return {
    add: `route add ${line}${more === "" ? "" : ` ${more}`}`,
    remove: `route del ${line}${metric === undefined ? "" : ` ${metric}`}`,
  };
}

/** Every address of the rules, in the fewest prefixes. */
function brIpv4Prefixes({ rules }: DomainSettings): readonly Ipv4Prefix[] {
  return aggregateRules(rules);
}

/** The DMR prefix (RFC 7599 §5.1), or the addresses of the BR (RFC 7597 §8). */
function brIpv6Prefixes({ mode, dmr, brAddresses }: DomainSettings): readonly Ipv6Prefix[] {
  if (mode === "map-e") return brAddresses.map((address) => ({ address, len: 128 }));
  return dmr === null ? [] : [dmr];
}

function brIpv4Routes(domain: DomainConfig): readonly PlanEntry[] {
  const { settings, tun } = domain;
  const lock = `mtu lock ${ipv4RouteMtu(settings)}`;
  return brIpv4Prefixes(settings).map((prefix) => {
    // A rule for all of IPv4 must not take the host's own way to the Internet away.
    const metric = prefix.len === 0 ? `metric ${LAST_RESORT_METRIC} ` : "";
    return route(tun.name, formatIpv4Prefix(prefix), `${metric}${lock}`);
  });
}

function brIpv6Routes({ settings, tun }: DomainConfig): readonly PlanEntry[] {
  return brIpv6Prefixes(settings).map((prefix) => route(tun.name, formatIpv6Prefix(prefix)));
}

/**
 * Routes to what a BR serves, in a table of their own that no packet is looked up in: they tell a routing daemon that
 * the BR is in service. Adding one again changes nothing. Empty where nothing is announced.
 */
export function markerEntries({ announce, settings, tun }: DomainConfig): readonly PlanEntry[] {
  if (announce === null) return [];
  const prefixes = [
    ...brIpv4Prefixes(settings).map(formatIpv4Prefix),
    ...brIpv6Prefixes(settings).map(formatIpv6Prefix),
  ];
  return prefixes.map((prefix) => {
    const line = `${prefix} dev ${tun.name} table ${announce.table} proto ${ROUTE_PROTOCOL}`;
    return { add: `route replace ${line}`, remove: `route del ${line}` };
  });
}

/** A shared IPv4 address is never put on a device (RFC 7597 §4): programs would bind ports of other CEs. */
function cePlan(domain: DomainConfig, settings: CeSettings, ce: Ce | null): readonly PlanEntry[] {
  const { tun } = domain;
  const entries: PlanEntry[] = [];
  let source = "";
  if (tun.address !== null) {
    const address = formatIpv4(tun.address);
    const line = `${address}/32 dev ${tun.name}`;
    entries.push({ add: `address add ${line}`, remove: `address del ${line}` });
    source = ` src ${address}`;
  }
  if (ce !== null) entries.push(route(tun.name, formatIpv6Prefix(mapRoute(settings, ce))));
  const lock = `mtu lock ${ipv4RouteMtu(settings)}`;
  entries.push(route(tun.name, "default", `metric ${domain.routes.metric} ${lock}${source}`));
  return entries;
}

/** Bits of an interface identifier that stand before the IPv4 address. */
const IID_LEAD_BITS = { rfc7597: 16, "draft-03": 8 } as const;

/**
 * Where the CE receives: its MAP address, or with MAP-T and an IPv4 prefix all the MAP addresses
 * that embed an address of the prefix (RFC 7599 §5, with the whole destination in the identifier).
 */
export function mapRoute(settings: CeSettings, ce: Ce): Ipv6Prefix {
  const rule = settings.rules[settings.bmr];
  if (rule === undefined || settings.mode === "map-e" || ruleKind(rule) !== "prefix") {
    return { address: ce.mapIpv6, len: 128 };
  }
  const len = 64 + IID_LEAD_BITS[rule.iid] + ce.ipv4.len;
  return canonicalIpv6({ address: ce.mapIpv6, len });
}
