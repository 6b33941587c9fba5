/** The checkout that these tests pack, and programs run to their end. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function rootAbove(folder: string): string {
  return existsSync(join(folder, "package.json")) ? folder : rootAbove(dirname(folder));
}

export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds. */
  readonly timeout?: number;
}

const LIMIT_MS = 100_000;

/** Standard output of a program that must succeed. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: LIMIT_MS,
    ...options,
  });
  if (status === 0) return stdout;
  const reason = error?.message ?? `ended with ${signal ?? `status ${status}`}`;
  throw new Error(`${command} ${args.join(" ")}: ${reason}\n${stdout}${stderr}`);
}

/** One of the scripts of package.json, without npm's own lines. */
export function runScript(name: string, args: readonly string[], options: RunOptions = {}): string {
  return run(process.execPath, [join(ROOT, "scripts", name), ...args], options).trim();
}
