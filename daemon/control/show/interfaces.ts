/** `interfaces`: which device carries which side of which domain. */
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { formatIpv6 } from "../../../src/wire/address.js";
import { offloadNames } from "../../runtime/device.js";
import { ipJson } from "../../system/ip.js";
import { aggregateIpv4 } from "../../system/prefixes.js";
import { mapRoute } from "../../system/route-plan.js";
import {
  type ControlCommand,
  type ControlledDaemon,
  type ControlledDomain,
  controlCommand,
} from "../command.js";
import type { InterfaceRow, InterfaceSide, InterfacesDocument } from "./documents.js";
import { chosenDomains, FILTER } from "./filter.js";

/** Destinations shown with their device. */
const TAKES_SHOWN = 100;

/** What the kernel says of a device. */
export interface Link {
  readonly up: boolean;
  readonly mtu: number;
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** `links` gives the devices by name; empty where the kernel cannot be asked. */
export function interfacesCommand(
  daemon: ControlledDaemon,
  links: () => Promise<ReadonlyMap<string, Link>> = readLinks,
): ControlCommand {
  return controlCommand(
    "interfaces",
    "Devices, and what each side of them is for: mapd.interfaces/1",
    FILTER,
    async (filter): Promise<InterfacesDocument> => {
      const domains = chosenDomains(daemon, filter);
      const known = await links();
      return {
        schema: "mapd.interfaces/1",
        interfaces: domains.map((domain) => interfaceRow(domain, known)),
      };
    },
  );
}

function interfaceRow(domain: ControlledDomain, links: ReadonlyMap<string, Link>): InterfaceRow {
  const { settings, tun, routes } = domain.config;
  const link = links.get(tun.name) ?? null;
  const side = (
    family: "ipv4" | "ipv6",
    zone: InterfaceSide["zone"],
    takes: readonly string[],
  ): InterfaceSide => ({
    family,
    zone,
    mtu: settings.mtu[family],
    takes: takes.slice(0, TAKES_SHOWN),
    takesCount: takes.length,
    addresses: link?.[family] ?? null,
  });
  return {
    name: tun.name,
    domain: settings.name,
    mode: settings.mode,
    role: settings.role,
    queues: tun.queues,
    offloads: offloadNames(domain.offloads),
    routes: routes.mode,
    link: link === null ? null : { up: link.up, mtu: link.mtu },
    sides: [
      side("ipv4", settings.role === "br" ? "internet" : "lan", takes4(domain)),
      side("ipv6", "map-domain", takes6(domain)),
    ],
  };
}

function takes4({ config: { settings } }: ControlledDomain): readonly string[] {
  // Whatever the LAN sends out goes through the CE.
  if (settings.role === "ce") return ["0.0.0.0/0"];
  return aggregateIpv4(settings.rules.map((rule) => rule.ipv4)).map(formatIpv4Prefix);
}

function takes6({ config: { settings }, ce }: ControlledDomain): readonly string[] {
  if (settings.role === "ce") return ce === null ? [] : [formatIpv6Prefix(mapRoute(settings, ce))];
  if (settings.dmr !== null) return [formatIpv6Prefix(settings.dmr)];
  return settings.brAddresses.map((address) => `${formatIpv6(address)}/128`);
}

/** All devices of the namespace; none where ip is missing or may not run. */
async function readLinks(): Promise<ReadonlyMap<string, Link>> {
  return linksOf(await ipJson(["address", "show"]).catch(() => []));
}

/** From the rows of `ip -json address show`. */
export function linksOf(rows: readonly unknown[]): ReadonlyMap<string, Link> {
  return new Map(rows.flatMap(linkOf));
}

function linkOf(row: unknown): (readonly [string, Link])[] {
  if (typeof row !== "object" || row === null) return [];
  const name: unknown = Reflect.get(row, "ifname");
  const mtu: unknown = Reflect.get(row, "mtu");
  if (typeof name !== "string" || typeof mtu !== "number") return [];
  const flags = listOf(Reflect.get(row, "flags"));
  const addresses = listOf(Reflect.get(row, "addr_info"));
  const of = (family: string): string[] => addresses.flatMap((one) => addressOf(one, family));
  return [[name, { up: flags.includes("UP"), mtu, ipv4: of("inet"), ipv6: of("inet6") }]];
}

function addressOf(info: unknown, family: string): string[] {
  if (typeof info !== "object" || info === null || Reflect.get(info, "family") !== family)
    return [];
  return [`${Reflect.get(info, "local")}/${Reflect.get(info, "prefixlen")}`];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
