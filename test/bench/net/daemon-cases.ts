/**
 * A border relay with many rules: how long it takes to start, what memory it has, and how long packets wait while it
 * takes another configuration. Once a run: figures of seconds need no median.
 */
import type { ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { run, start, stop, until } from "../../../lab/process.js";
import { forwardingOf, RULE } from "../domains.js";
import { MAPD } from "./forwarders.js";
import { Network } from "./network.js";
import { cpuSeconds, type Measured, measureLatency } from "./traffic.js";

export interface DaemonCase {
  readonly id: string;
  /** Of the configuration. */
  readonly rules: number;
}

export const DAEMON_CASES: readonly DaemonCase[] = [1, 10_000, 100_000, 1_000_000].map((rules) => ({
  id: `daemon/${rules}-rules`,
  rules,
}));

const TUN = "tun0";
/** For the configuration of the most rules on a slow machine. */
const LIMIT_MS = 180_000;
const METRICS = "http://127.0.0.1:9464/metrics";
/** The metric is of the last second: nothing is missed. */
const LOOK_MS = 500;
const LOOP_LAG = /^mapd_loop_lag_seconds\{[^}]*\} (\S+)$/m;
/** Its routes lead to a device whose worker runs. */
const FORWARDS = /"domain runs"/;
const RUNS = /"mapd runs"/;
const TAKEN = /"configuration taken"/;
/** Pings begin before the reload and go on behind it; what the start took of the packet loop's time is forgotten then. */
const MARGIN_S = 2;

/** Rules of one CE address each, beside the one that the client of the bench belongs to. */
function rulesOf(count: number): Record<string, object> {
  const others = Array.from({ length: count - 1 }, (_, i): [string, object] => {
    const ipv6 = `2001:dba:${(i >>> 8).toString(16)}:${((i & 0xff) << 8).toString(16)}::/56`;
    const ipv4 = `16.${i >>> 16}.${(i >>> 8) & 255}.${i & 255}/32`;
    const rule = { "rule-ipv6-prefix": ipv6, "rule-ipv4-prefix": ipv4, "ea-len": 8 };
    return [`r${i}`, { ...rule, "psid-offset": 6 }];
  });
  return Object.fromEntries([["metro", RULE], ...others]);
}

/** As JSON, which is YAML: a program writes so many rules. */
function configuration(folder: string, count: number, rateLimit: number): string {
  const { domains } = forwardingOf("map-t-br", { name: TUN });
  const rules = rulesOf(count);
  const names = Object.keys(rules);
  const icmp = { "rate-limit": rateLimit };
  return JSON.stringify({
    "control-socket": `${folder}/mapd.sock`,
    rules,
    domains: domains.map((domain) => ({ ...domain, rules: names, icmp })),
  });
}

/** Resident memory, MiB. */
function memory(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status);
  if (match === null) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(match[1]) / 1024;
}

class LoggedDaemon {
  readonly child: ChildProcess;
  #log = "";

  constructor(network: Network, file: string) {
    const command = network.command("forwarder", [process.execPath, MAPD, "--config", file]);
    this.child = start(command, { stdio: ["ignore", "ignore", "pipe"] });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error("mapd never ran");
    return this.child.pid;
  }

  async said(pattern: RegExp): Promise<void> {
    const isThere = async (): Promise<boolean> =>
      pattern.test(this.#log) || this.child.exitCode !== null;
    const inTime = await until(isThere, LIMIT_MS);
    if (!inTime || this.child.exitCode !== null) {
      throw new Error(`mapd did not say ${pattern.source}: ${this.#log.slice(-500)}`);
    }
  }
}

export async function measureDaemon({ rules }: DaemonCase): Promise<Measured[]> {
  const network = await Network.create(`rules-${rules}`, "map-t-br");
  const folder = `/run/bench/${network.name}`;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/mapd.json`;
  writeFileSync(file, configuration(folder, rules, 1000));
  const began = performance.now();
  const daemon = new LoggedDaemon(network, file);
  try {
    await daemon.said(FORWARDS);
    const forwardsMs = performance.now() - began;
    await daemon.said(RUNS);
    const startMs = performance.now() - began;
    const startCpu = cpuSeconds(daemon.pid);
    const resident = memory(daemon.pid, "VmRSS");
    writeFileSync(file, configuration(folder, rules, 1001));
    const seconds = Math.ceil(startMs / 1000) + 3 * MARGIN_S;
    const pinging = measureLatency({ network }, "idle", seconds);
    const [waits, turn] = await Promise.all([
      pinging,
      longestTurn(network, pinging),
      reload(daemon),
    ]);
    const longest = waits.find(({ quantity }) => quantity === "max");
    return [
      { quantity: "start to first packet", unit: "ms", value: forwardsMs },
      { quantity: "start", unit: "ms", value: startMs },
      { quantity: "CPU of the start", unit: "ms", value: startCpu * 1000 },
      { quantity: "resident memory", unit: "MiB", value: resident },
      { quantity: "most memory", unit: "MiB", value: memory(daemon.pid, "VmHWM") },
      { quantity: "longest round trip during a reload", unit: "µs", value: longest?.value ?? 0 },
      { quantity: "longest turn of the packet loop then", unit: "µs", value: turn * 1e6 },
      ...waits.filter(({ quantity }) => quantity === "lost"),
    ];
  } finally {
    await stop(daemon.child, "SIGTERM");
    await run(["ip", "netns", "delete", network.namespace("forwarder")]);
  }
}

async function reload(daemon: LoggedDaemon): Promise<void> {
  await sleep(MARGIN_S * 1000);
  daemon.child.kill("SIGHUP");
  await daemon.said(TAKEN);
}

/** Seconds for which the packet worker, awake, did not look at its queue, at most, until `work` is done. */
async function longestTurn(network: Network, work: Promise<unknown>): Promise<number> {
  const isOver = work.then(
    () => true,
    () => true,
  );
  let longest = 0;
  await sleep(MARGIN_S * 1000);
  do {
    const text = await network.run("forwarder", ["curl", "-sS", "--fail", METRICS]);
    const lag = Number(LOOP_LAG.exec(text)?.[1]);
    if (Number.isNaN(lag)) throw new Error("/metrics says nothing of the packet loop");
    longest = Math.max(longest, lag);
  } while (!(await Promise.race([isOver, sleep(LOOK_MS, false)])));
  return longest;
}
