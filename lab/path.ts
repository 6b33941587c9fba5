/** What a host learns of a path with its own tools: its hops, its MTU, whether large packets get through. */
import { fileURLToPath } from "node:url";
import type { NodeName } from "./plan.js";
import { SERVER } from "./plan.js";
import { start, tryRun } from "./process.js";
import type { Topology } from "./topology.js";
import type { Transfer } from "./transfer.js";

const TRANSFER = fileURLToPath(new URL("./transfer.js", import.meta.url));

/** The addresses that answered, in order, "*" where nobody did. `kind`: "-I" for ICMP, "-U" for UDP. */
export async function traceroute(
  topology: Topology,
  from: NodeName,
  to = SERVER,
  kind: "-I" | "-U" | "-T" = "-U",
): Promise<readonly string[]> {
  const method = kind === "-U" ? [] : [kind];
  const command = ["traceroute", "-n", "-q", "1", "-w", "2", "-m", "15", ...method, to];
  const { stdout } = await tryRun(topology.command(from, command));
  return [...stdout.matchAll(/^ *\d+ +(\S+)/gm)].map(([, hop = ""]) => hop);
}

export interface TracedPath {
  /** One address for each hop, "*" where nobody answered. */
  readonly hops: readonly string[];
  readonly mtu: number;
  readonly reached: boolean;
}

/** tracepath(8): the hops and the path MTU, from datagrams with DF. */
export async function tracepath(topology: Topology, from: NodeName): Promise<TracedPath> {
  const { stdout } = await tryRun(topology.command(from, ["tracepath", "-n", "-m", "15", SERVER]));
  const byTtl = new Map<number, string>();
  for (const [, ttl, hop = ""] of stdout.matchAll(/^ *(\d+): +(\d\S+|no reply)/gm)) {
    byTtl.set(Number(ttl), hop === "no reply" ? "*" : hop);
  }
  const [, mtu] = /Resume: pmtu (\d+)/.exec(stdout) ?? [];
  return { hops: [...byTtl.values()], mtu: Number(mtu), reached: /reached/.test(stdout) };
}

export interface Pinged {
  readonly sent: number;
  readonly received: number;
  /** Who said that a packet was too big, and the MTU that they gave. */
  readonly tooBig: readonly { readonly from: string; readonly mtu: number }[];
}

export interface PingOptions {
  readonly size: number;
  /** Set DF, and let nobody cut the packets. */
  readonly dontFragment?: boolean;
  readonly count?: number;
  readonly to?: string;
}

export async function pingOf(
  topology: Topology,
  from: NodeName,
  { size, dontFragment = false, count = 3, to = SERVER }: PingOptions,
): Promise<Pinged> {
  const command = ["ping", "-n", "-c", String(count), "-i", "0.2", "-W", "2", "-s", String(size)];
  const discovery = dontFragment ? ["-M", "do"] : ["-M", "dont"];
  const { stdout, stderr } = await tryRun(topology.command(from, [...command, ...discovery, to]));
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? [];
  const errors = /From (\S+) icmp_seq=\d+ Frag needed and DF set \(mtu = (\d+)\)/g;
  const tooBig = [...(stdout + stderr).matchAll(errors)].map(([, who = "", mtu]) => ({
    from: who,
    mtu: Number(mtu),
  }));
  return { sent: Number(sent), received: Number(received), tooBig };
}

/** The path MTU that a node's kernel knows towards an IPv4 address; null where it has learnt none. */
export async function knownMtu(
  topology: Topology,
  node: NodeName,
  to: string,
): Promise<number | null> {
  const [, mtu] = /\bmtu (\d+)/.exec(await topology.run(node, ["ip", "route", "get", to])) ?? [];
  return mtu === undefined ? null : Number(mtu);
}

/** Lets a node's kernel forget every path MTU that it has learnt. */
export async function forgetPaths(
  topology: Topology,
  ...nodes: readonly NodeName[]
): Promise<void> {
  await Promise.all(nodes.map((node) => topology.run(node, ["ip", "route", "flush", "cache"])));
}

/** Sets the MTU of a link between two nodes, at both ends. */
export async function setLinkMtu(
  topology: Topology,
  ends: readonly (readonly [NodeName, string])[],
  mtu: number,
): Promise<void> {
  for (const [node, device] of ends) {
    await topology.run(node, ["ip", "link", "set", "dev", device, "mtu", String(mtu)]);
  }
}

/** Transfers bytes between a LAN host and the server, or another origin; null where it did not end in time. */
export async function transfer(
  topology: Topology,
  from: NodeName,
  direction: "up" | "down",
  options: { readonly bytes: number; readonly timeout: number; readonly origin?: string },
): Promise<Transfer | null> {
  const args = [direction, String(options.bytes)];
  if (options.origin !== undefined) args.push(options.origin);
  const command = topology.command(from, [process.execPath, TRANSFER, ...args]);
  const child = start(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout);
    let result: Transfer | null = null;
    child.on("message", (message) => {
      result = message as Transfer;
    });
    // Not "exit", which may come before what the program has said.
    child.on("close", () => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}
