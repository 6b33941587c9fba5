/** Processes of the lab: run to the end, or keep running until something is seen on their output. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export interface Output {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  /** Milliseconds until SIGKILL; the status is then 137. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const KILLED = 137;

/** The command as it must be started to run inside a named network namespace. */
export function inNamespace(namespace: string, command: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", namespace, ...command];
}

export function start(command: readonly string[], options: SpawnOptions): ChildProcess {
  const [program = "", ...args] = command;
  return spawn(program, args, options);
}

function collect(child: ChildProcess): { stdout: Buffer[]; stderr: Buffer[] } {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on("data", (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.stderr.push(chunk));
  return chunks;
}

/** Runs a command to its end, whatever its status; rejects only where it cannot be started. */
export function tryRun(command: readonly string[], options: RunOptions = {}): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = start(command, { stdio: "pipe" });
    const chunks = collect(child);
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? DEFAULT_TIMEOUT_MS);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (status) => {
      clearTimeout(timer);
      const [stdout, stderr] = [chunks.stdout, chunks.stderr].map((c) =>
        Buffer.concat(c).toString(),
      );
      resolve({ status: status ?? KILLED, stdout: stdout ?? "", stderr: stderr ?? "" });
    });
    // A command that ends without reading its input is judged by its status, not by EPIPE.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs a command that must succeed; returns its standard output. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await tryRun(command, options);
  if (status !== 0) {
    throw new Error(`${command.join(" ")}: status ${status}: ${(stderr || stdout).trim()}`);
  }
  return stdout;
}

/** Resolves when the child's error output has shown `pattern`; rejects when it ends or time is up before. */
export function seenOnStderr(child: ChildProcess, pattern: RegExp, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = "";
    const name = child.spawnargs.join(" ");
    const fail = (why: string): void => reject(new Error(`${name}: ${why}: ${seen.trim()}`));
    const timer = setTimeout(() => fail("not ready in time"), timeout);
    child.on("error", (error) => fail(error.message));
    child.on("exit", (status) => fail(`ended with status ${status}`));
    child.stderr?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (!pattern.test(seen)) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Asks a child to end and waits for it; SIGKILL after `patience` ms. */
export async function stop(
  child: ChildProcess,
  signal: NodeJS.Signals,
  patience = 5000,
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  await ended;
  clearTimeout(timer);
}

/** Polls until `probe` says yes; false when time is up. */
export async function until(probe: () => Promise<boolean>, timeout: number): Promise<boolean> {
  const deadline = Date.now() + timeout;
  while (Date.now() < deadline) {
    if (await probe()) return true;
    await sleep(50);
  }
  return false;
}
