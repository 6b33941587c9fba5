/**
 * Run as a program: gives up privileges beside threads of every kind, and tells what each of them has left, and what a
 * program that it executes has. The argument is the mask to keep.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { loadNativeSystem } from "../../daemon/native-loader.js";

const FIELDS = ["CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs"];

/** Reads `status` files of /proc. */
function leftIn(status: string): Record<string, string> {
  const value = (name: string): string =>
    new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  return Object.fromEntries(FIELDS.map((name) => [name, value(name)]));
}

function perThread(): Record<string, string>[] {
  const threads = readdirSync("/proc/self/task");
  return threads.map((id) => leftIn(readFileSync(`/proc/self/task/${id}/status`, "utf8")));
}

const busy = new Worker("for (;;);", { eval: true });
const asleep = new Worker("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", {
  eval: true,
});
await Promise.all([busy, asleep].map((worker) => new Promise((yes) => worker.on("online", yes))));
// The thread pool of libuv.
await readFile("/dev/null");

const result = loadNativeSystem().limitPrivileges(Number(process.argv[2]));
const threads = perThread();
const child = leftIn(execFileSync("cat", ["/proc/self/status"], { encoding: "utf8" }));
process.stdout.write(`${JSON.stringify({ result, threads, child })}\n`);
process.exit(0);
