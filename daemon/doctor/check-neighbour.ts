/** Where the end-user prefix is on-link, the host must answer neighbour discovery for the MAP address. */
import { formatIpv6 } from "../../src/wire/address.js";
import { type ConnectedRoute, proxyDevices } from "../system/neighbour.js";
import { outsideDevices } from "./check-switches.js";
import type { DomainCheck } from "./context.js";
import { error, type Found, ok, unknown } from "./finding.js";
import { askIp, type DoctorSystem, wordAfter } from "./system.js";

export const neighbourCheck: DomainCheck = {
  id: "neighbour",
  what: "the MAP address is answered for where its prefix is on-link on the WAN",
  about: "domain",
  async run(context, domain) {
    const { system } = context;
    const { config, ce } = domain;
    if (ce === null) return [ok("a border relay needs no neighbour entries")];
    const answer = await askIp(system, "-6 route show");
    if (!answer.ok) return [unknown(answer.reason)];
    const routes = answer.lines.map(connectedRoute).filter((route) => route !== null);
    const address = formatIpv6(ce.mapIpv6);
    const wans = await outsideDevices(context, domain);
    const devices = proxyDevices(routes, ce.mapIpv6, wans[0] ?? null, config.tun.name);
    if (devices.length === 0)
      return [ok(`${address} is not on-link on the WAN: it is routed to this host`)];
    const found = await Promise.all(devices.map((dev) => proxyFindings(system, address, dev)));
    return found.flat();
  },
};

/** `2001:db8::/64 dev wan0 proto kernel ...`, of any type. */
function connectedRoute(line: string): ConnectedRoute | null {
  const [dst = ""] = line.split(" ");
  const dev = wordAfter(line, "dev");
  return dev === null ? null : { dst, dev, gateway: wordAfter(line, "via") !== null };
}

async function proxyFindings(
  system: DoctorSystem,
  address: string,
  dev: string,
): Promise<readonly Found[]> {
  const answer = await askIp(system, `-6 neighbour show proxy dev ${dev}`);
  if (!answer.ok) return [unknown(answer.reason)];
  const found: Found[] = [];
  const entry = answer.lines.find((line) => line.startsWith(`${address} `));
  if (entry === undefined) {
    const message = `${address} is on-link on ${dev}, and nobody answers neighbour solicitations for it`;
    const evidence = `ip -6 neighbour show proxy dev ${dev}: no ${address}`;
    found.push(error(message, evidence, `ip -6 neighbour add proxy ${address} dev ${dev}`));
  }
  const key = `net.ipv6.conf.${dev}.proxy_ndp`;
  const value = system.readSysctl(`net/ipv6/conf/${dev}/proxy_ndp`);
  if (value === null) found.push(unknown(`${key}: /proc/sys cannot be read here`));
  else if (value === "0") {
    const message = `${address} is on-link on ${dev}, but the kernel ignores proxy entries there`;
    found.push(error(message, `${key} = 0`, `sysctl -w ${key}=1`));
  }
  return found.length > 0 ? found : [ok(`${dev} answers for ${address}`, entry ?? null)];
}
