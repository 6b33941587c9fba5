/**
 * Proxy neighbour entries: where the end-user prefix is on-link and not delegated, the host answers
 * neighbour solicitations for the MAP address, because a TUN device has no neighbours.
 * These entries belong to the WAN device and outlive the daemon when it is killed; a later start removes them.
 */

import { containsIpv6, parseIpv6Prefix } from "../../src/map/prefix.js";
import type { Words6 } from "../../src/map/types.js";
import { formatIpv6, parseIpv6 } from "../../src/wire/address.js";
import { ipBatchForced, ipJson } from "./ip.js";
import { type PlanEntry, ROUTE_PROTOCOL } from "./route-plan.js";
import { readProcSys } from "./sysctl.js";

/** What of a route of `ip -6 -json route show` matters here. */
export interface ConnectedRoute {
  readonly dst: string;
  readonly dev: string;
  readonly gateway: boolean;
}

interface ProxyEntry {
  readonly dst: string;
  readonly dev: string;
}

function field(row: unknown, name: string): string | null {
  if (typeof row !== "object" || row === null) return null;
  const value: unknown = Reflect.get(row, name);
  return typeof value === "string" ? value : null;
}

function connectedRoute(row: unknown): ConnectedRoute | null {
  const dst = field(row, "dst");
  const dev = field(row, "dev");
  if (dst === null || dev === null) return null;
  const gateway = field(row, "gateway") !== null || field(row, "via") !== null;
  return { dst, dev, gateway };
}

/**
 * Devices whose connected prefix covers the address. `wan` is the device towards the provider where
 * it is known: a LAN that uses the delegated prefix needs no proxy.
 */
export function proxyDevices(
  routes: readonly ConnectedRoute[],
  address: Words6,
  wan: string | null,
  own: string,
): readonly string[] {
  const devices = new Set<string>();
  for (const entry of routes) {
    if (entry.gateway || entry.dev === "lo" || entry.dev === own) continue;
    if (wan !== null && entry.dev !== wan) continue;
    const prefix = parseIpv6Prefix(entry.dst);
    if (prefix === null || prefix.len === 0 || prefix.len === 128) continue;
    if (containsIpv6(prefix, address)) devices.add(entry.dev);
  }
  return [...devices];
}

/** The proxy entries that a CE needs now; `towards` is an address behind the provider's network. */
export async function proxyEntries(
  address: Words6,
  towards: Words6,
  own: string,
): Promise<readonly (PlanEntry & { readonly dev: string })[]> {
  const [rows, wan] = await Promise.all([ipJson(["-6", "route", "show"]), deviceTowards(towards)]);
  const routes = rows.map(connectedRoute).filter((entry) => entry !== null);
  return proxyDevices(routes, address, wan, own).map((dev) => {
    const entry = `proxy ${formatIpv6(address)} dev ${dev}`;
    return {
      add: `neighbour replace ${entry} protocol ${ROUTE_PROTOCOL}`,
      remove: `neighbour del ${entry}`,
      dev,
    };
  });
}

/** The device that the kernel would send to the address on; null without a route. */
async function deviceTowards(address: Words6): Promise<string | null> {
  try {
    const rows = await ipJson(["-6", "route", "get", formatIpv6(address)]);
    return field(rows[0], "dev");
  } catch {
    // No route yet: the WAN comes up later, and every covering device is a candidate.
    return null;
  }
}

/** True where the kernel is known to ignore proxy entries of the device. */
export function proxyNdpOff(dev: string): boolean {
  return readProcSys(`net/ipv6/conf/${dev}/proxy_ndp`) === "0";
}

/**
 * Removes proxy entries of ours whose MAP address no route of ours leads into a TUN device: what a
 * killed daemon left. A living daemon always has that route. Returns the addresses removed.
 */
export async function removeStaleProxies(): Promise<readonly string[]> {
  const rows = await ipJson(["-6", "neighbour", "show", "proxy", "protocol", `${ROUTE_PROTOCOL}`]);
  const stale: ProxyEntry[] = [];
  for (const row of rows) {
    const dst = field(row, "dst");
    const dev = field(row, "dev");
    if (dst === null || dev === null || parseIpv6(dst) === null) continue;
    if (!(await hasOwnRoute(dst))) stale.push({ dst, dev });
  }
  await ipBatchForced(stale.map((entry) => `neighbour del proxy ${entry.dst} dev ${entry.dev}`));
  return stale.map((entry) => entry.dst);
}

async function hasOwnRoute(address: string): Promise<boolean> {
  const args = ["-6", "route", "show", "match", `${address}/128`, "proto", `${ROUTE_PROTOCOL}`];
  return (await ipJson(args)).length > 0;
}
