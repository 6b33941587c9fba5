/**
 * The sandbox that everything in the lab lives in: own mount, network and PID namespaces (and a user
 * namespace where the caller is not root). Whatever is made inside, namespaces by name, devices,
 * processes, files under /run, is owned by the sandbox's first process and goes with it, also after
 * SIGKILL: the kernel kills a PID namespace with its first process, and with the last process its
 * mounts and its network namespaces go.
 */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from "node:child_process";
import { Socket } from "node:net";
import { run } from "./process.js";

/** File descriptor whose end of file tells the sandbox that the one who started it is gone. */
const LIFE_LINE = 3;
const MARK = "MAPD_LAB_SANDBOX";

export function insideSandbox(): boolean {
  return process.env[MARK] === "1";
}

function unshareCommand(): readonly string[] {
  const asUser = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  const namespaces = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  return ["unshare", ...asUser, ...namespaces, "--"];
}

function sandboxCommand(script: string, args: readonly string[]): readonly string[] {
  return [...unshareCommand(), process.execPath, script, ...args];
}

/** Why no sandbox can be made here and what to do, or null. */
export function sandboxRefusal(): string | null {
  const [command = "", ...rest] = unshareCommand();
  const { status, stderr, error } = spawnSync(command, [...rest, "true"], { encoding: "utf8" });
  if (status === 0) return null;
  const reason = error?.message ?? stderr.trim();
  return (
    `the kernel refuses the lab its namespaces (${reason}). ` +
    "Run as root, or where user namespaces are allowed."
  );
}

function sandboxEnvironment(): NodeJS.ProcessEnv {
  // Debian's root finds ip and dnsmasq in sbin; an ordinary user's PATH does not have it.
  const path = `${process.env.PATH ?? "/usr/bin:/bin"}:/usr/local/sbin:/usr/sbin:/sbin`;
  return { ...process.env, PATH: path, [MARK]: "1" };
}

/**
 * Runs a script of ours as first process of a new sandbox, in a session of its own, so that Ctrl-C
 * on the terminal reaches the caller alone. Ending the child's fourth stdio stream ends the sandbox.
 */
export function spawnInSandbox(script: string, args: readonly string[]): ChildProcess {
  const [command = "", ...rest] = sandboxCommand(script, args);
  const stdio: StdioOptions = ["ignore", "inherit", "inherit", "pipe"];
  return spawn(command, rest, { stdio, detached: true, env: sandboxEnvironment() });
}

/** The same for callers that may do nothing before it has ended (test files). Returns the exit status. */
export function runInSandboxSync(script: string, args: readonly string[]): number {
  const [command = "", ...rest] = sandboxCommand(script, args);
  const stdio: StdioOptions = ["ignore", "inherit", "inherit", "pipe"];
  const { status, error } = spawnSync(command, rest, { stdio, env: sandboxEnvironment() });
  if (error !== undefined) throw error;
  return status ?? 1;
}

/** First thing that a script does inside: hold on to the life line, hide the host's /run behind an empty one. */
export async function enterSandbox(): Promise<void> {
  if (process.pid !== 1) throw new Error("not the first process of a sandbox");
  const lifeLine = new Socket({ fd: LIFE_LINE, readable: true, writable: false });
  const end = (): never => process.exit(1);
  lifeLine.on("end", end).on("error", end).resume();
  lifeLine.unref();
  // The first process of a PID namespace has no default signal actions.
  process.on("SIGTERM", end).on("SIGINT", end);
  await run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"]);
  await run(["ip", "link", "set", "lo", "up"]);
}
