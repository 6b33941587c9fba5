/** Whether the far end of the domain answers. */
import {
  type DoctorContext,
  type DoctorDomain,
  type DomainCheck,
  liveDomain,
  providerAddresses,
} from "./context.js";
import { error, type Found, ok, unknown, warning } from "./finding.js";
import { pingIpv6, pingThrough } from "./ping.js";

/** Small enough for every path. */
const DATA_LEN = 56;

export const relayCheck: DomainCheck = {
  id: "border-relay",
  what: "the border relay answers, or --target does through it",
  about: "domain",
  async run(context, domain) {
    const { config } = domain;
    const passed = trafficFinding(context, domain);
    if (config.settings.role === "br") return [passed];
    const { address } = config.tun;
    if (context.target !== null && context.live !== null && address !== null) {
      return [await throughRelay(context, config.tun.name, context.target)];
    }
    const [relay = ""] = providerAddresses(config);
    // Behind a DMR prefix nobody answers who is not asked from a MAP address.
    if (config.settings.mode === "map-t" || passed.severity === "ok") return [passed];
    const { answered, line } = await pingIpv6(context.system, relay);
    if (answered) return [ok(`the border relay ${relay} answers`, line)];
    return [
      passed.severity === "unknown"
        ? unknown(`${relay} does not answer ping, which it need not; ${HINT}`, line)
        : passed,
    ];
  },
};

const HINT = "name an IPv4 host that answers ping: --target ADDRESS";

async function throughRelay(
  { system }: DoctorContext,
  device: string,
  target: string,
): Promise<Found> {
  const { answered, line } = await pingThrough(system, device, target, DATA_LEN);
  if (answered) return ok(`${target} answers through the border relay`, line);
  const message = `nothing comes back from ${target} through the border relay`;
  return error(message, line, "mapctl counters --nonzero --explain");
}

/** What the traffic so far shows. */
function trafficFinding(context: DoctorContext, domain: DoctorDomain): Found {
  const traffic = liveDomain(context, domain)?.packets;
  if (traffic === undefined) return unknown("no mapd runs, so nothing can pass");
  const { in: received, out: sent } = traffic;
  const evidence = `IPv6 packets: ${sent.ipv6} sent, ${received.ipv6} received`;
  const far = domain.config.settings.role === "ce" ? "the border relay" : "the CEs";
  if (received.ipv6 > 0) return ok(`packets come from ${far}`, evidence);
  if (sent.ipv6 > 0) {
    const message = `packets go to ${far}, and none comes back`;
    return warning(message, evidence, "mapctl counters --nonzero --explain");
  }
  return unknown(`nothing has been sent yet; ${HINT}`, evidence);
}
