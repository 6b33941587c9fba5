/** Whether the kernel sends into the TUN device what it should, and nothing else. */
import { formatIpv6Prefix, IPV6_BITS, maskOf6 } from "../../src/map/prefix.js";
import type { CeSettings } from "../../src/pipeline/settings.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { aggregateIpv4 } from "../system/prefixes.js";
import { mapRoute, planEntries, ROUTE_PROTOCOL } from "../system/route-plan.js";
import { byMetric, outsideDevices } from "./check-switches.js";
import {
  type DoctorContext,
  type DoctorDomain,
  type DomainCheck,
  farAddresses,
  providerAddresses,
} from "./context.js";
import { error, type Found, ok, unknown, warning } from "./finding.js";
import { askIp, type DoctorSystem, wayTo, wordAfter } from "./system.js";

/** Prefixes of a BR that are asked about: the rest would be more of the same. */
const PREFIXES_SAMPLED = 16;

export const routesCheck: DomainCheck = {
  id: "routes",
  what: "what is for the domain leads into its device, and what leaves it leads elsewhere",
  about: "domain",
  async run(context, domain) {
    const { settings, routes, tun } = domain.config;
    if (context.live === null && routes.mode === "auto") {
      return [unknown("no mapd runs; it adds its routes when it starts")];
    }
    const own =
      settings.role === "ce"
        ? await ceRoutes(context, domain, settings)
        : await brRoutes(context.system, domain);
    const found = [...own, ...(await farRoutes(context.system, domain))];
    return found.length > 0
      ? found
      : [ok(`all routes lead into ${tun.name} or out of it as they should`)];
  },
};

/** Finds nothing where the address leads into the device. `route` is the destination of the domain's own route. */
async function leadsInto(
  system: DoctorSystem,
  domain: DoctorDomain,
  { address, what, route }: Readonly<Record<"address" | "what" | "route", string>>,
): Promise<readonly Found[]> {
  const dev = domain.config.tun.name;
  const way = await wayTo(system, address);
  if (way.dev === dev) return [];
  return [error(`packets to ${what} do not reach ${dev}`, way.line, adding(domain, route))];
}

/** The command that adds the route as mapd would, so that mapd knows it for its own. */
function adding({ config, ce }: DoctorDomain, destination: string): string {
  const entries = planEntries({ ...config, routes: { ...config.routes, mode: "auto" } }, ce);
  const start = `route add ${destination} `;
  const line =
    entries.find(({ add }) => add.startsWith(start))?.add ?? `${start}dev ${config.tun.name}`;
  const ours = config.routes.mode === "auto" ? line : line.replace(` proto ${ROUTE_PROTOCOL}`, "");
  return `ip ${ours.replace("route add", "route replace")}`;
}

async function ceRoutes(
  context: DoctorContext,
  domain: DoctorDomain,
  settings: CeSettings,
): Promise<readonly Found[]> {
  const { ce } = domain;
  if (ce === null) return [];
  const address = formatIpv6(ce.mapIpv6);
  const route = formatIpv6Prefix(mapRoute(settings, ce));
  const own = { address, what: `the MAP address ${address}`, route };
  return [
    ...(await leadsInto(context.system, domain, own)),
    ...(await ipv4Default(context.system, domain)),
    ...(await delegatedPrefix(context, domain, settings)),
  ];
}

async function ipv4Default(system: DoctorSystem, domain: DoctorDomain): Promise<readonly Found[]> {
  const dev = domain.config.tun.name;
  const answer = await askIp(system, "-4 route show default");
  if (!answer.ok) return [unknown(answer.reason)];
  const lines = byMetric(answer.lines);
  const own = lines.findIndex((line) => wordAfter(line, "dev") === dev);
  if (own < 0) {
    const message = `no IPv4 default route leads into ${dev}: the LAN has no IPv4 through this domain`;
    const evidence = lines[0] ?? "ip -4 route show default: nothing";
    return [error(message, evidence, adding(domain, "default"))];
  }
  // Another domain of mapd's may well come first.
  const first = lines
    .slice(0, own)
    .find((line) => wordAfter(line, "proto") !== `${ROUTE_PROTOCOL}`);
  if (first === undefined) return [];
  const message = `another default route comes before the one into ${dev}: IPv4 does not go through this domain`;
  return [
    warning(message, first, `ip -4 route del ${first.replace(/ (linkdown|onlink|dead)\b/g, "")}`),
  ];
}

/**
 * Addresses of the delegated prefix that nobody has would go back to the provider, and come again, until their
 * hop limit is used up (RFC 7084 §4.2).
 */
async function delegatedPrefix(
  context: DoctorContext,
  domain: DoctorDomain,
  settings: CeSettings,
): Promise<readonly Found[]> {
  const { address, len } = settings.endUserPrefix;
  if (len === IPV6_BITS) return [];
  const mask = maskOf6(len);
  const word = (index: 0 | 1 | 2 | 3): number => (address[index] | ~mask[index]) >>> 0;
  const last = formatIpv6([word(0), word(1), word(2), word(3)]);
  const [way, wans] = [await wayTo(context.system, last), await outsideDevices(context, domain)];
  if (way.dev === null || !way.gateway || !wans.includes(way.dev)) return [];
  const prefix = formatIpv6Prefix(settings.endUserPrefix);
  const message = `unused addresses of the end-user prefix ${prefix} loop between here and the provider`;
  return [warning(message, way.line, `ip -6 route add unreachable ${prefix} metric 2147483647`)];
}

async function brRoutes(system: DoctorSystem, domain: DoctorDomain): Promise<readonly Found[]> {
  const { settings } = domain.config;
  const found: Found[] = [];
  const route6 = (address: string): string =>
    settings.dmr === null ? `${address}/128` : formatIpv6Prefix(settings.dmr);
  for (const address of providerAddresses(domain.config)) {
    const route = route6(address);
    found.push(...(await leadsInto(system, domain, { address, what: route, route })));
  }
  const prefixes = aggregateIpv4(settings.rules.map((rule) => rule.ipv4));
  for (const { address, len } of prefixes.filter((one) => one.len > 0).slice(0, PREFIXES_SAMPLED)) {
    const route = `${formatIpv4(address)}/${len}`;
    // The first address of a subnet may be taken for its broadcast address.
    const inside = formatIpv4(len < 31 ? address + 1 : address);
    found.push(...(await leadsInto(system, domain, { address: inside, what: route, route })));
  }
  return found;
}

/** What leaves the device must not come back into it, or end here. */
async function farRoutes(system: DoctorSystem, domain: DoctorDomain): Promise<readonly Found[]> {
  const { settings, tun } = domain.config;
  const far = settings.role === "ce" ? "the provider's border relay" : "the CEs";
  const found: Found[] = [];
  for (const address of farAddresses(domain)) {
    const way = await wayTo(system, address);
    if (way.dev !== null && way.dev !== tun.name) continue;
    const why = way.dev === null ? "there is no route" : `the route leads into ${tun.name} itself`;
    const remedy = `ip -6 route add ${settings.role === "ce" ? "default" : address} via ROUTER dev WAN`;
    found.push(error(`packets to ${far} (${address}) go nowhere: ${why}`, way.line, remedy));
  }
  return found;
}
