/** Runs mapctl: inside the test, or as the real program. */
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { main } from "../../../../daemon/cli/program.js";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const MAPCTL = join(dirname(fileURLToPath(import.meta.url)), "../../../../daemon/mapctl.js");
/** A machine under load starts Node slowly. */
const LONGEST_MS = 30_000;

/** The program as a user starts it. */
export async function spawnMapctl(...words: readonly string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [MAPCTL, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST_MS,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  return { status, stdout, stderr };
}

/** The same command line without a process of its own, for tables of many. */
export async function runMapctl(...words: readonly string[]): Promise<Outcome> {
  const stdin = new PassThrough();
  const stdout = new PassThrough({ encoding: "utf8" });
  const stderr = new PassThrough({ encoding: "utf8" });
  const status = await main(words, { environment: {}, stdin, stdout, stderr });
  return { status, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
}

/** The document on standard output, which is one line. */
export function documentIn(outcome: Outcome): Record<string, unknown> {
  const lines = outcome.stdout.split("\n");
  if (lines.length !== 2 || lines[1] !== "") throw new Error(`not one line: ${outcome.stdout}`);
  return JSON.parse(lines[0] ?? "");
}
