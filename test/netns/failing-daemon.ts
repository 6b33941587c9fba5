/**
 * Lets the main thread of a real daemon fail when a test says so, by SIGUSR2. The daemon knows nothing of it: this file is
 * loaded before it, by NODE_OPTIONS.
 */
import { isMainThread } from "node:worker_threads";

const HOW = "MAPD_FAILING_HOW";

/** `throw`: an exception that nobody catches. `reject`: a promise that nobody handles. `again`: another one while it ends. */
export type Failing = "throw" | "reject" | "again";

export function failingEnvironment(how: Failing): NodeJS.ProcessEnv {
  const options = `${process.env.NODE_OPTIONS ?? ""} --import ${import.meta.url}`;
  return { ...process.env, NODE_OPTIONS: options, [HOW]: how };
}

function failNow(how: string): void {
  if (how === "again") setImmediate(() => failNow("throw"));
  if (how !== "reject") throw new Error("made by the test");
  void Promise.reject(new Error("made by the test"));
}

const how = process.env[HOW];
if (isMainThread && how !== undefined) process.on("SIGUSR2", () => failNow(how));
