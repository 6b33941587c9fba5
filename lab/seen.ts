/** Every source port and echo identifier that the server saw, from a capture on its own link. */
import { Capture } from "./capture.js";
import { PORT_SETS } from "./checks.js";
import { RULE, SHARED_IPV4 } from "./plan.js";
import type { Finding } from "./report.js";
import type { Topology } from "./topology.js";

/** Of TCP the first segments alone: a later one has the same port, and there are very many. */
const FILTER = `src net ${RULE.ipv4} and (icmp or udp or tcp[tcpflags] & tcp-syn != 0)`;
const FIELDS = ["ip.src", "ip.proto", "tcp.srcport", "udp.srcport", "icmp.ident"] as const;

export function watchServer(topology: Topology): Promise<Capture> {
  return Capture.start(topology, "srv", "eth0", { filter: FILTER });
}

/** All of them must come from the shared address and out of one of the two port sets. */
export async function judgeSeen(capture: Capture): Promise<Finding> {
  const ports = { tcp: new Set<number>(), udp: new Set<number>(), icmp: new Set<number>() };
  const wrong = new Set<string>();
  for (const packet of await capture.dissect(FIELDS)) {
    const source = packet["ip.src"][0] ?? "-";
    const [name, port] = portOf(packet["tcp.srcport"], packet["udp.srcport"], packet["icmp.ident"]);
    const owned = PORT_SETS.ce1.contains(port) || PORT_SETS.ce2.contains(port);
    if (source !== SHARED_IPV4 || !owned) wrong.add(`${name} ${source}:${port}`);
    ports[name].add(port);
  }
  const figures = {
    tcpPorts: ports.tcp.size,
    udpPorts: ports.udp.size,
    icmpIds: ports.icmp.size,
    foreignPorts: wrong.size,
  };
  const counted = `${figures.tcpPorts} TCP ports, ${figures.udpPorts} UDP ports, ${figures.icmpIds} ICMP ids`;
  const detail =
    wrong.size === 0
      ? `the server saw ${counted}, all inside the CEs' sets`
      : `${counted}; outside: ${[...wrong].slice(0, 3).join(", ")}`;
  const enough = figures.tcpPorts > 0 && figures.udpPorts > 0 && figures.icmpIds > 0;
  return { ok: wrong.size === 0 && enough, detail, figures };
}

function portOf(
  tcp: readonly string[],
  udp: readonly string[],
  icmp: readonly string[],
): ["tcp" | "udp" | "icmp", number] {
  if (tcp[0] !== undefined) return ["tcp", Number(tcp[0])];
  if (udp[0] !== undefined) return ["udp", Number(udp[0])];
  return ["icmp", Number(icmp[0] ?? Number.NaN)];
}
