/**
 * Lets a packet worker of a real daemon fail when a test says so. The daemon knows nothing of it: this file is loaded
 * before it, by NODE_OPTIONS, and waits in each worker for a file that says how to fail.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isMainThread, workerData } from "node:worker_threads";
import { withModule } from "./given-module.js";

const FOLDER = "/run";

/**
 * `throw`: an exception that nobody catches. `exit`: the thread ends without a word. `loop`: it computes for ever.
 * `block`: it is held outside JavaScript for some seconds, where nothing ends it.
 */
export type Failing = "throw" | "exit" | "loop" | "block";

function path(pid: number): string {
  return `${FOLDER}/failing-worker.${pid}`;
}

/** Of the program that `work` starts, and of what that starts. */
export async function withFailingWorkers<T>(work: () => Promise<T>): Promise<T> {
  return withModule(import.meta.url, work);
}

/** Lets the worker of the daemon `pid` fail at its next turn. */
export function failWorker(pid: number, how: Failing): void {
  writeFileSync(`${path(pid)}.new`, how);
  renameSync(`${path(pid)}.new`, path(pid));
}

function failNow(how: string): void {
  if (how === "throw") throw new Error("made by the test");
  if (how === "exit") process.exit(3);
  if (how === "block") spawnSync("sleep", ["3"]);
  else for (;;);
}

/** The heartbeat is the one thing that a worker does once a turn. */
function watchTurns(): void {
  const file = path(process.pid);
  const add = Atomics.add;
  const beat = (...args: Parameters<typeof add>): ReturnType<typeof add> => {
    if (existsSync(file)) {
      const how = readFileSync(file, "utf8");
      rmSync(file);
      failNow(how);
    }
    return add(...args);
  };
  Object.defineProperty(Atomics, "add", { value: beat });
}

if (!isMainThread && typeof workerData === "object" && Reflect.has(workerData ?? {}, "heartbeat")) {
  watchTurns();
}
