/** What the doctor may do to the host: read switches and run programs that only show. */
import { type ProgramResult, runProgram } from "../system/program.js";
import { readProcSys } from "../system/sysctl.js";

export interface DoctorSystem {
  /** Value of a key by its path below /proc/sys; null where it cannot be read (ProcSubset=pid hides them all). */
  readSysctl(path: string): string | null;
  /** null where there is no such program. */
  run(words: readonly string[]): Promise<ProgramResult | null>;
}

const TIMEOUT_MS = 15_000;

export const HOST_SYSTEM: DoctorSystem = { readSysctl: readProcSys, run: runHere };

async function runHere(words: readonly string[]): Promise<ProgramResult | null> {
  // Programs are read by their words, which a locale would change.
  const env = { ...process.env, LC_ALL: "C" };
  try {
    return await runProgram(words, { timeoutMs: TIMEOUT_MS, env });
  } catch {
    return null;
  }
}

/** What `ip -oneline` said: its lines, or why it said nothing. */
export type IpAnswer =
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Runs `ip -oneline` with the words of a line. */
export async function askIp(system: DoctorSystem, line: string): Promise<IpAnswer> {
  const output = await system.run(["ip", "-oneline", ...line.split(" ")]);
  if (output === null) return { ok: false, reason: "the program ip (iproute2) is not in PATH" };
  if (output.status !== 0) return { ok: false, reason: `ip ${line}: ${output.stderr.trim()}` };
  const lines = output.stdout.split("\n").map((text) => text.replace(/\s*\\\s*/g, " ").trim());
  return { ok: true, lines: lines.filter((text) => text !== "") };
}

/** Where the kernel would send a packet. */
export interface Way {
  /** Line of `ip route get`. */
  readonly line: string;
  /** null where the kernel would refuse it. */
  readonly dev: string | null;
  readonly gateway: boolean;
  /** Of the route, or learnt from the path; null where it is the device's. */
  readonly mtu: number | null;
}

/** The kernel's choice for an address of either family. */
export async function wayTo(system: DoctorSystem, address: string): Promise<Way> {
  const family = address.includes(":") ? "-6" : "-4";
  const answer = await askIp(system, `${family} route get ${address}`);
  const [line = ""] = answer.ok ? answer.lines : [];
  if (!answer.ok) return { line: answer.reason, dev: null, gateway: false, mtu: null };
  const refused = /^(unreachable|blackhole|prohibit|throw) /.test(line);
  return {
    line,
    dev: refused ? null : wordAfter(line, "dev"),
    gateway: wordAfter(line, "via") !== null,
    mtu: mtuOf(line),
  };
}

/** The word that follows `key`, or null. */
export function wordAfter(line: string, key: string): string | null {
  const words = line.split(/\s+/);
  const at = words.indexOf(key);
  return at < 0 ? null : (words[at + 1] ?? null);
}

/** `mtu 1400` or `mtu lock 1400`. */
export function mtuOf(line: string): number | null {
  const [, digits] = /\bmtu (?:lock )?(\d+)/.exec(line) ?? [];
  return digits === undefined ? null : Number(digits);
}
