/** Packets that the kernels of the lab's hosts lost, so that a loss can be told from one of mapd's. */
import { queueDrops } from "../../daemon/system/device-statistics.js";
import { NODES, type NodeName } from "../../lab/plan.js";
import type { Topology } from "../../lab/topology.js";

/** Numbers by "node what". */
export type Drops = ReadonlyMap<string, number>;

const FILES = ["snmp", "netstat", "snmp6", "dev"].map((name) => `/proc/self/net/${name}`);
/** First word of the last of them. */
const DEVICES = "Inter-|";

/** Of the counters of the kernel: a route was missing, a queue or a socket was full. */
const LOSSES = /NoRoutes$|Discards$|^Udp(Rcvbuf|Sndbuf)Errors$|OutNoRoutes$/;

export async function readKernelDrops(topology: Topology): Promise<Drops> {
  const drops = new Map<string, number>();
  await Promise.all(NODES.map(({ name }) => readNode(topology, name, drops)));
  return drops;
}

async function readNode(
  topology: Topology,
  node: NodeName,
  drops: Map<string, number>,
): Promise<void> {
  const text = await topology.run(node, ["cat", ...FILES]);
  const devices = text.slice(text.indexOf(DEVICES));
  for (const [name, value] of countersOf(text)) {
    if (LOSSES.test(name)) drops.set(`${node} kernel ${name}`, value);
  }
  for (const [device, value] of queueDrops(devices)) drops.set(`${node} queue of ${device}`, value);
}

/** snmp and netstat have a line of names before a line of values, snmp6 a name and its value on each line. */
function* countersOf(text: string): Iterable<[string, number]> {
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    const [, name, value] = /^(\w+)\s+(\d+)$/.exec(line) ?? [];
    if (name !== undefined) yield [name, Number(value)];
    const [group = "", ...names] = line.split(" ");
    const [next, ...values] = (lines[at + 1] ?? "").split(" ");
    if (!group.endsWith(":") || next !== group) continue;
    for (const [column, counter] of names.entries()) {
      yield [`${group.slice(0, -1)}${counter}`, Number(values[column])];
    }
  }
}
