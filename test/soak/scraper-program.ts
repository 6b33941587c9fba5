/** Program beside a daemon: scrapes its metrics again and again, until its parent asks how that was. */
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { FAILURE_METRICS } from "../../daemon/http/failure-metrics.js";

export interface Scraped {
  readonly scrapes: number;
  readonly failed: number;
  /** Counters that were less than before: a reload must not lose any. */
  readonly backward: readonly string[];
  /** Counters of failures that are not 0, each as a line: nothing that a soak does is one. */
  readonly failures: readonly string[];
  readonly medianMs: number;
  readonly longestMs: number;
  /** Resident memory of the daemon, once a second. */
  readonly residentBytes: readonly number[];
  /** Longest time for which a packet worker let packets wait. */
  readonly longestLagMs: number;
  /** Time that the daemon's threads have used altogether. */
  readonly cpuSeconds: number;
}

const TIME_OUT_MS = 5_000;
const MEMORY_PERIOD_MS = 1_000;
const COUNTER = /^(mapd_\w+_total\S*) (\S+)$/gm;
const MEMORY = /^process_resident_memory_bytes (\S+)$/m;
const LAG = /^mapd_loop_lag_seconds\S* (\S+)$/m;
const CPU = /^process_cpu_seconds_total (\S+)$/m;

const FAILURES: ReadonlySet<string> = new Set([
  "mapd_worker_restarts_total",
  ...FAILURE_METRICS.map(({ name }) => name),
]);

const [url = "", period = ""] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const times: number[] = [];
const residentBytes: number[] = [];
const counters = new Map<string, number>();
const backward = new Set<string>();
let failed = 0;
let cpuSeconds = 0;
let longestLagMs = 0;
let memoryDueMs = 0;
let working = true;

function scrape(): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, timeout: TIME_OUT_MS }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`status ${response.statusCode}`)),
      );
      response.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", reject);
  });
}

function read(text: string): void {
  for (const [, name = "", value] of text.matchAll(COUNTER)) {
    const now = Number(value);
    if (now < (counters.get(name) ?? 0)) backward.add(name);
    counters.set(name, now);
  }
  cpuSeconds = Number(CPU.exec(text)?.[1]);
  longestLagMs = Math.max(longestLagMs, Number(LAG.exec(text)?.[1]) * 1000);
  if (performance.now() < memoryDueMs) return;
  memoryDueMs = performance.now() + MEMORY_PERIOD_MS;
  residentBytes.push(Number(MEMORY.exec(text)?.[1]));
}

async function work(): Promise<void> {
  for (let dueMs = performance.now(); working; dueMs += Number(period)) {
    await sleep(Math.max(0, dueMs - performance.now()));
    const beganMs = performance.now();
    try {
      read(await scrape());
      times.push(performance.now() - beganMs);
    } catch (error) {
      failed++;
      process.stderr.write(`scrape of ${url}: ${String(error)}\n`);
    }
  }
}

function isFailure([sample, count]: readonly [string, number]): boolean {
  return count > 0 && FAILURES.has(sample.replace(/\{.*/, ""));
}

function result(): Scraped {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    scrapes: times.length,
    failed,
    backward: [...backward],
    failures: [...counters].filter(isFailure).map(([name, count]) => `${name} ${count}`),
    medianMs: sorted[sorted.length >> 1] ?? 0,
    longestMs: sorted.at(-1) ?? 0,
    residentBytes,
    longestLagMs,
    cpuSeconds,
  };
}

process.on("disconnect", () => process.exit(0));
const done = work();
process.on("message", async () => {
  working = false;
  await done;
  process.send?.(result());
});
process.send?.("at work");
