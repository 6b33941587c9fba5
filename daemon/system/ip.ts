/** Runs iproute2. Lines are given to `ip -batch -` on standard input. */
import { MapdError } from "../errors.js";
import { type ProgramResult, runProgram } from "./program.js";

const TIMEOUT_MS = 30_000;

/** Runs ip with `args`. Rejects with MapdError `system-command` where there is no such program. */
export async function runIp(args: readonly string[], input = ""): Promise<ProgramResult> {
  try {
    return await runProgram(["ip", ...args], { input, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    throw spawnError(error as NodeJS.ErrnoException);
  }
}

function spawnError(error: NodeJS.ErrnoException): MapdError {
  if (error.code === "ENOENT") {
    return new MapdError(
      "system-command",
      "the program ip (iproute2) is not in PATH; install it (Debian: apt install iproute2) or set routes: off " +
        "and prepare the device yourself with tun.attach",
    );
  }
  return new MapdError("system-command", `cannot run ip: ${error.message}`);
}

/** Runs the lines as one batch that ends at the first failing line. */
export async function ipBatch(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  const result = await runIp(["-batch", "-"], `${lines.join("\n")}\n`);
  if (result.status !== 0)
    throw new MapdError("system-command", explainBatch(lines, result.stderr));
}

/** Runs every line whatever the others do; returns what ip complained about, or an empty string. */
export async function ipBatchForced(lines: readonly string[]): Promise<string> {
  if (lines.length === 0) return "";
  const result = await runIp(["-force", "-batch", "-"], `${lines.join("\n")}\n`);
  return result.status === 0 ? "" : result.stderr.trim();
}

/** Parses the document of `ip -json ...`; an empty answer is an empty list. */
export async function ipJson(args: readonly string[]): Promise<readonly unknown[]> {
  const result = await runIp(["-json", ...args]);
  if (result.status !== 0) {
    throw new MapdError("system-command", `ip ${args.join(" ")}: ${result.stderr.trim()}`);
  }
  const text = result.stdout.trim();
  if (text === "") return [];
  const document: unknown = JSON.parse(text);
  return Array.isArray(document) ? document : [document];
}

/** Names the line that failed: ip says `RTNETLINK answers: File exists` and `Command failed -:2`. */
export function explainBatch(lines: readonly string[], stderr: string): string {
  const failed = /Command failed -:(\d+)/.exec(stderr);
  const answer = stderr.replace(/^Command failed.*$/gm, "").trim();
  const reason = answer.replace(/\s*\n\s*/g, "; ") || "no reason given";
  const line = failed === null ? undefined : lines[Number(failed[1]) - 1];
  if (line === undefined) return `ip -batch failed: ${reason}`;
  return `ip ${line}: ${reason}${hint(line, reason)}`;
}

function hint(line: string, reason: string): string {
  if (/File exists/.test(reason) && line.startsWith("route add")) {
    return " (somebody else's route has the same destination and metric; mapd does not take it over)";
  }
  if (/not permitted/.test(reason)) return " (mapd needs root or CAP_NET_ADMIN)";
  return "";
}
