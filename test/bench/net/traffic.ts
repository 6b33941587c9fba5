/** One measurement each: what is sent through a forwarder for some seconds, and what came of it. */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { run, seenOnStderr, start, stop, tryRun, until } from "../../../lab/process.js";
import type { Forwarder } from "./forwarders.js";
import type { Network, NodeName } from "./network.js";
import { CLIENT_PORT } from "./paths.js";
import { programPath } from "./programs.js";

const IPERF_PORT = 5201;
const SERVER_PORT = 6000;
const ECHO_PORT = 7007;
/** Of the client's own, away from the ports of the load. */
const PING_PORT = CLIENT_PORT + 100;
const INTERVAL_US = 1000;
const LOAD_LEN = 18;
const READY_MS = 5000;
/** What a program needs beside the seconds that it is to measure. */
const SLACK_MS = 20_000;
const PROBE_SECONDS = 0.05;
const PROBE_LIMIT_MS = 15_000;
/** For what is still on its way when the sender has ended. */
const SETTLE_MS = 100;
/** USER_HZ is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

export type Direction = "up" | "down";

/** One quantity of a measurement. */
export interface Measured {
  readonly quantity: string;
  readonly unit: string;
  readonly value: number;
}

/** Seconds of CPU that all threads of a process have used, user and system; work in its system calls included. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Fields 14 and 15 of proc(5); the slice begins with field 3.
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function numberAt(document: unknown, ...keys: readonly string[]): number {
  let value: unknown = document;
  for (const key of keys) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  }
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new Error(`no number at ${keys.join(".")} of ${JSON.stringify(document).slice(0, 400)}`);
  }
  return value;
}

/** Runs iperf3 with so many connections for so many seconds. */
export async function measureTcp(
  forwarder: Forwarder,
  direction: Direction,
  flows: number,
  seconds: number,
): Promise<Measured[]> {
  const { network, pid } = forwarder;
  const server = start(network.command("server", ["iperf3", "-s", "-1", "-p", `${IPERF_PORT}`]), {
    stdio: "ignore",
  });
  await listening(network, "server", IPERF_PORT);
  const words = ["iperf3", "-c", network.path.server, "-p", `${IPERF_PORT}`, "--json"];
  const load = ["-t", `${seconds}`, "-P", `${flows}`, ...(direction === "down" ? ["-R"] : [])];
  const before = cpuSeconds(pid);
  const output = await network.run("client", [...words, ...load], seconds * 1000 + SLACK_MS);
  const cpu = cpuSeconds(pid) - before;
  await ended(server, READY_MS);
  const document: unknown = JSON.parse(output);
  const gbps = numberAt(document, "end", "sum_received", "bits_per_second") / 1e9;
  const retransmits = numberAt(document, "end", "sum_sent", "retransmits");
  const gigabits = numberAt(document, "end", "sum_received", "bytes") * 8e-9;
  return [
    { quantity: "throughput", unit: "Gbit/s", value: gbps },
    ...perCpu("Gbit/CPU-s", gigabits, cpu),
    { quantity: "CPU", unit: "cores", value: cpu / seconds },
    { quantity: "retransmits", unit: "segments", value: retransmits },
  ];
}

export interface UdpLoad {
  readonly direction: Direction;
  readonly flows: number;
  /** Bytes of payload. */
  readonly size: number | "imix";
}

/** Sends as many datagrams as go. */
export async function measureUdp(
  forwarder: Forwarder,
  load: UdpLoad,
  seconds: number,
): Promise<Measured[]> {
  const before = cpuSeconds(forwarder.pid);
  const { sent, received, late, damaged } = await sendUdp(forwarder.network, load, seconds, 0);
  const cpu = cpuSeconds(forwarder.pid) - before;
  if (received === 0) throw new Error(`${forwarder.spec.name} forwarded nothing of ${sent}`);
  if (damaged > 0) throw new Error(`${forwarder.spec.name}: ${damaged} datagrams came damaged`);
  return [
    { quantity: "throughput", unit: "kpps", value: received / seconds / 1000 },
    ...perCpu("kpps/CPU-s", received / 1000, cpu),
    { quantity: "CPU", unit: "cores", value: cpu / seconds },
    { quantity: "offered", unit: "kpps", value: sent / seconds / 1000 },
    { quantity: "late", unit: "datagrams", value: late },
  ];
}

/** Nothing where the forwarder's time is below what the kernel counts in. */
function perCpu(unit: string, amount: number, cpu: number): Measured[] {
  if (cpu <= 0) return [];
  return [{ quantity: "per CPU-second", unit, value: amount / cpu }];
}

interface UdpCount {
  readonly sent: number;
  readonly received: number;
  /** Behind one with a higher number of its flow, or twice. */
  readonly late: number;
  readonly damaged: number;
}

/** `rate` in datagrams a second, 0 for as many as go. */
async function sendUdp(
  network: Network,
  { direction, flows, size }: UdpLoad,
  seconds: number,
  rate: number,
): Promise<UdpCount> {
  const { clientFamily, serverFamily, server } = network.path;
  const isUp = direction === "up";
  const clientSide = ["client", `${clientFamily}`, `${CLIENT_PORT}`] as const;
  const serverSide = ["server", `${serverFamily}`, `${SERVER_PORT}`] as const;
  const [from, to] = isUp ? [clientSide, serverSide] : [serverSide, clientSide];
  const program = programPath("udp-load");
  const what = [`${flows}`, `${size}`, `${seconds}`, `${rate}`];
  const target = isUp ? [server, `${SERVER_PORT}`] : ["-", "0"];
  const sending = [program, "send", from[1], from[2], ...target, ...what];
  const greeting = isUp ? [] : [server, `${SERVER_PORT}`];
  const receiving = [program, "receive", to[1], to[2], `${flows}`, ...greeting];
  // Who greets must find somebody there.
  const first = isUp ? null : await begin(network, from[0], sending);
  const receiver = await begin(network, to[0], receiving);
  const sender = first ?? (await begin(network, from[0], sending));
  const sent = await sender.output(seconds * 1000 + SLACK_MS);
  await sleep(SETTLE_MS);
  receiver.child.kill("SIGTERM");
  const got = await receiver.output(SLACK_MS);
  return {
    sent: numberAt(sent, "sent"),
    received: numberAt(got, "received"),
    late: numberAt(got, "late"),
    damaged: numberAt(got, "damaged"),
  };
}

/** Waits for a round trip: routes, neighbours and the program are there. */
export async function probe(forwarder: Forwarder): Promise<void> {
  const seen = until(async () => {
    try {
      await measureLatency(forwarder, "idle", PROBE_SECONDS);
      return true;
    } catch {
      return false;
    }
  }, PROBE_LIMIT_MS);
  if (!(await seen)) throw new Error(`${forwarder.spec.name}: nothing comes through`);
}

/** Round trips beside no other traffic, or beside half of what the forwarder can do. */
export async function measureLatency(
  { network }: { readonly network: Network },
  load: "idle" | "half",
  seconds: number,
): Promise<Measured[]> {
  const { clientFamily, serverFamily, server } = network.path;
  const program = programPath("udp-latency");
  const echo = await begin(network, "server", [program, "echo", `${serverFamily}`, `${ECHO_PORT}`]);
  const target = [server, `${ECHO_PORT}`, `${seconds}`, `${INTERVAL_US}`];
  const ping = [program, "ping", `${clientFamily}`, `${PING_PORT}`, ...target];
  const pinging = (): Promise<string> => network.run("client", ping, seconds * 1000 + SLACK_MS);
  const measuring = load === "idle" ? alone(pinging) : besideLoad(network, seconds, pinging);
  const [text, offered] = await measuring.finally(() => stop(echo.child, "SIGTERM"));
  const document: unknown = JSON.parse(text);
  const lost = numberAt(document, "sent") - numberAt(document, "received");
  const times = ["p50", "p90", "p99", "max"].map((quantity) => {
    return { quantity, unit: "µs", value: numberAt(document, quantity) };
  });
  const others = load === "idle" ? [] : [{ quantity: "offered", unit: "kpps", value: offered }];
  return [...times, { quantity: "lost", unit: "datagrams", value: lost }, ...others];
}

async function alone(work: () => Promise<string>): Promise<[string, number]> {
  return [await work(), 0];
}

/** Finds out what the forwarder can do, and runs `work` beside half of that. Returns its result and the load, kpps. */
async function besideLoad(
  network: Network,
  seconds: number,
  work: () => Promise<string>,
): Promise<[string, number]> {
  const load = { direction: "up", flows: 1, size: LOAD_LEN } as const;
  const { received } = await sendUdp(network, load, seconds / 2, 0);
  const half = Math.max(1, Math.round(received / (seconds / 2) / 2));
  const [text] = await Promise.all([work(), sendUdp(network, load, seconds, half)]);
  return [text, half / 1000];
}

interface Begun {
  readonly child: ChildProcess;
  /** The JSON document that it prints before it ends. */
  output(limitMs: number): Promise<unknown>;
}

/** Starts a program of ours and waits until it says that it is ready. */
async function begin(network: Network, node: NodeName, words: readonly string[]): Promise<Begun> {
  const child = start(network.command(node, words), { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const closed = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await seenOnStderr(child, /ready/, READY_MS);
  return {
    child,
    output: async (limitMs) => {
      await within(closed, child, limitMs);
      if (child.exitCode !== 0) throw new Error(`${words.join(" ")}: status ${child.exitCode}`);
      return JSON.parse(text);
    },
  };
}

function ended(child: ChildProcess, limitMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return within(new Promise((resolve) => child.once("exit", () => resolve())), child, limitMs);
}

/** Waits for the end of a child, which is killed when its time is up. */
async function within(end: Promise<void>, child: ChildProcess, limitMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  await end;
  clearTimeout(timer);
}

async function listening(network: Network, node: NodeName, port: number): Promise<void> {
  const query = network.command(node, ["ss", "-Hltn", "sport", "=", `:${port}`]);
  if (await until(async () => (await tryRun(query)).stdout !== "", READY_MS)) return;
  throw new Error(`nothing listens on port ${port}: ${await run(query)}`);
}
