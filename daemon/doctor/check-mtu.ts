/** Sizes: what the configuration says against the devices, the routes and the path. */
import { ipv4RouteMtu } from "../system/route-plan.js";
import { type DoctorDomain, type DomainCheck, farAddresses } from "./context.js";
import { error, type Found, info, ok, unknown, warning } from "./finding.js";
import { pingThrough } from "./ping.js";
import { askIp, type DoctorSystem, mtuOf, type Way, wayTo } from "./system.js";

const MIN_IPV6_MTU = 1280;

/** How to make the domain send no more than `most` bytes of IPv6. */
function lower(domain: DoctorDomain, most: number): string {
  const { name } = domain.config.settings;
  return `set mtu.ipv6 of domain ${name} to ${most} in the configuration, then: mapctl reload`;
}

export const mtuCheck: DomainCheck = {
  id: "mtu",
  what: "the MTUs of the TUN device, of the device towards the provider and of the route fit the configuration",
  about: "domain",
  async run({ system, live }, domain) {
    const { tun, settings } = domain.config;
    const found: Found[] = [];
    const tunLink = await linkOf(system, tun.name);
    if (tunLink !== null) found.push(...tunFindings(tunLink, tun.name, settings.mtu.ipv6));
    else if (live === null)
      found.push(unknown(`${tun.name} is not there; mapd makes it when it starts`));
    else {
      const remedy = "systemctl restart mapd";
      found.push(
        error(`the device ${tun.name} is gone`, `ip link show dev ${tun.name}: nothing`, remedy),
      );
    }
    const ways = await Promise.all(farAddresses(domain).map((to) => wayTo(system, to)));
    const outside = ways.filter(({ dev }) => dev !== null && dev !== tun.name);
    const [way] = outside.sort((one, other) => (one.mtu ?? 65_536) - (other.mtu ?? 65_536));
    if (way !== undefined) found.push(...(await wanFindings(system, domain, way)));
    const bad = found.filter(({ severity }) => severity !== "ok");
    return bad.length > 0 ? bad : [ok(`IPv6 packets of ${settings.mtu.ipv6} bytes fit`, way?.line)];
  },
};

interface Link {
  readonly line: string;
  readonly mtu: number;
  readonly up: boolean;
}

async function linkOf(system: DoctorSystem, dev: string): Promise<Link | null> {
  const answer = await askIp(system, `link show dev ${dev}`);
  const [line] = answer.ok ? answer.lines : [];
  const mtu = line === undefined ? null : mtuOf(line);
  if (line === undefined || mtu === null) return null;
  const [, flags = ""] = /<([^>]*)>/.exec(line) ?? [];
  return { line, mtu, up: flags.split(",").includes("UP") };
}

function tunFindings({ line, mtu, up }: Link, dev: string, wanted: number): readonly Found[] {
  const found: Found[] = [];
  if (!up) found.push(error(`the device ${dev} is down`, line, `ip link set dev ${dev} up`));
  if (mtu < wanted) {
    const message = `${dev} takes packets of ${mtu} bytes, the domain makes them up to ${wanted}`;
    found.push(error(message, line, `ip link set dev ${dev} mtu ${wanted}`));
  }
  return found;
}

async function wanFindings(
  system: DoctorSystem,
  domain: DoctorDomain,
  way: Way,
): Promise<readonly Found[]> {
  const { ipv6 } = domain.config.settings.mtu;
  const link = way.dev === null ? null : await linkOf(system, way.dev);
  if (link !== null && link.mtu < ipv6) {
    const message = `${way.dev} carries ${link.mtu} bytes, the domain sends up to ${ipv6}`;
    return [error(message, link.line, lower(domain, Math.max(link.mtu, MIN_IPV6_MTU)))];
  }
  if (way.mtu !== null && way.mtu < ipv6) {
    const message = `the route to the far side carries ${way.mtu} bytes, the domain sends up to ${ipv6}`;
    return [error(message, way.line, lower(domain, Math.max(way.mtu, MIN_IPV6_MTU)))];
  }
  if (link === null || link.mtu <= ipv6) return [];
  return [
    info(`${way.dev} would carry ${link.mtu} bytes; the domain uses ${ipv6} of them`, link.line),
  ];
}

/** Headers of IPv4 and ICMP before the data of an echo request. */
const ECHO_OVERHEAD = 28;
/** IPv4 packet that fits every path, in either mode. */
const SMALL = 1200;
const SEARCH_STEPS = 9;

export const pathCheck: DomainCheck = {
  id: "path",
  what: "packets of the full size pass to --target and back",
  about: "domain",
  async run({ system, live, target }, domain) {
    const { settings, tun } = domain.config;
    if (settings.role === "br") return [info("the path is measured from a CE")];
    if (tun.address === null || live === null) {
      return [unknown("the path is measured through NAT44 of a running mapd")];
    }
    if (target === null) return [unknown("name an IPv4 host that answers ping: --target ADDRESS")];
    const full = ipv4RouteMtu(settings);
    const passes = (size: number) => pingThrough(system, tun.name, target, size - ECHO_OVERHEAD);
    const whole = await passes(full);
    if (whole.answered) return [ok(`${full} bytes of IPv4 pass to ${target} and back`, whole.line)];
    const small = await passes(SMALL);
    if (!small.answered)
      return [unknown(`${target} does not answer at any size: see border-relay`)];
    let [low, high] = [SMALL, full];
    for (let step = 0; step < SEARCH_STEPS && high - low > 1; step++) {
      const middle = Math.floor((low + high) / 2);
      if ((await passes(middle)).answered) low = middle;
      else high = middle;
    }
    const overhead = settings.mtu.ipv6 - Math.min(full, settings.mtu.ipv6);
    const remedy = lower(domain, Math.max(low + overhead, MIN_IPV6_MTU));
    const said = /mtu ?= ?\d+/.test(whole.line);
    const message = `no more than ${low} bytes of IPv4 pass to ${target} and back; the domain allows ${full}`;
    if (said) return [warning(`${message} (the path says so: senders adapt)`, whole.line, remedy)];
    return [error(`${message}, and nobody says so: bigger packets vanish`, whole.line, remedy)];
  },
};
