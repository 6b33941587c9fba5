/** Kernel switches: forwarding of both families, reverse path filters, router advertisements on a router. */
import { FORWARDING } from "../system/sysctl.js";
import {
  type DoctorContext,
  type DoctorDomain,
  type DomainCheck,
  farAddresses,
  type HostCheck,
} from "./context.js";
import { error, type Found, ok, unknown, warning } from "./finding.js";
import { askIp, type DoctorSystem, wayTo, wordAfter } from "./system.js";

const HIDDEN = "/proc/sys cannot be read here (ProcSubset=pid hides it); run the doctor as root";

export const forwardingCheck: HostCheck = {
  id: "forwarding",
  what: "the kernel forwards both families",
  about: "host",
  async run({ system }) {
    return FORWARDING.map(({ key, family }) => {
      const value = system.readSysctl(key.replaceAll(".", "/"));
      if (value === null) return unknown(`${key}: ${HIDDEN}`);
      const evidence = `${key} = ${value}`;
      if (value !== "0") return ok(`${family} is forwarded`, evidence);
      return error(`${family} forwarding is off in the kernel`, evidence, `sysctl -w ${key}=1`);
    });
  },
};

const STRICT = 1;

/** The filter is on IPv4 alone; IPv6 has it only as a firewall rule. */
export const reversePathCheck: DomainCheck = {
  id: "rp-filter",
  what: "the reverse path filter lets pass what comes out of the TUN device",
  about: "domain",
  async run({ system }, { config }) {
    const { name } = config.tun;
    const value = filterOf(system, name);
    if (value === null) return [unknown(`net.ipv4.conf.${name}.rp_filter: ${HIDDEN}`)];
    const evidence = `net.ipv4.conf.${name}.rp_filter = ${value} (the larger of all and ${name})`;
    if (value !== STRICT) return [ok(`${name} is not filtered strictly`, evidence)];
    if (config.settings.role === "br") {
      return [ok(`${name} is filtered strictly, and the rules' prefixes lead into it`, evidence)];
    }
    const answer = await askIp(system, "-4 route show default");
    const [first = ""] = answer.ok ? byMetric(answer.lines) : [];
    if (wordAfter(first, "dev") === name) {
      return [ok(`${name} is filtered strictly, and the default route leads into it`, evidence)];
    }
    const message =
      `packets from the Internet come out of ${name}, but the first default route leads elsewhere: ` +
      "the strict filter drops them";
    return [error(message, evidence, `sysctl -w net.ipv4.conf.${name}.rp_filter=2`)];
  },
};

/** The kernel takes the larger of the two. */
function filterOf(system: DoctorSystem, device: string): number | null {
  const all = system.readSysctl("net/ipv4/conf/all/rp_filter");
  const own = system.readSysctl(`net/ipv4/conf/${device}/rp_filter`);
  return all === null || own === null ? null : Math.max(Number(all), Number(own));
}

/** Routes in the order in which the kernel prefers them. */
export function byMetric(lines: readonly string[]): readonly string[] {
  const metric = (line: string): number => Number(wordAfter(line, "metric") ?? 0);
  return [...lines].sort((one, other) => metric(one) - metric(other));
}

/** A router takes advertisements only where it is told so twice. */
export const advertisementCheck: DomainCheck = {
  id: "accept-ra",
  what: "the default route from router advertisements is kept although the host forwards",
  about: "domain",
  async run(context, domain) {
    const devices = await outsideDevices(context, domain);
    const found: Found[] = [];
    for (const device of devices) {
      const answer = await askIp(context.system, `-6 route show default dev ${device}`);
      const [line] = answer.ok ? answer.lines.filter((one) => one.includes("proto ra")) : [];
      const key = `net/ipv6/conf/${device}/accept_ra`;
      const value = context.system.readSysctl(key);
      // A program such as systemd-networkd takes them itself, and sets the key to 0.
      if (line === undefined || value !== "1") continue;
      const name = key.replaceAll("/", ".");
      const message = `the default route by ${device} goes when it expires: a host that forwards takes no advertisements`;
      found.push(warning(message, `${name} = 1; ${line}`, `sysctl -w ${name}=2`));
    }
    return found.length > 0 ? found : [ok("no route depends on advertisements that are ignored")];
  },
};

/** Devices towards the far side of the IPv6 network. */
export async function outsideDevices(
  { system }: DoctorContext,
  domain: DoctorDomain,
): Promise<readonly string[]> {
  const ways = await Promise.all(farAddresses(domain).map((to) => wayTo(system, to)));
  const devices = ways.flatMap(({ dev }) =>
    dev === null || dev === domain.config.tun.name ? [] : [dev],
  );
  return [...new Set(devices)];
}
