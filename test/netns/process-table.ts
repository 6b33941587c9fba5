/** What the kernel still knows of a run of the lab, seen from outside through proc(5). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** USER_HZ, in which proc(5) tells times, on every architecture of ours. */
const TICKS_PER_SECOND = 100;

function read<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    // The process is gone since it was listed.
    return otherwise;
  }
}

function pids(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Processes that have `mark` ("NAME=value") in their environment. */
export function processesMarked(mark: string): RunningProcess[] {
  return pids().flatMap((pid) => {
    const environment = read(() => readFileSync(`/proc/${pid}/environ`, "utf8"), "");
    if (!environment.split("\0").includes(mark)) return [];
    const words = read(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "");
    // A zombie has an empty command line: nothing of it is left but its status.
    return words === "" ? [] : [{ pid, commandLine: words.replaceAll("\0", " ").trim() }];
  });
}

function namespacesOf(pid: number | "self"): string[] {
  return ["net", "mnt", "pid"].flatMap((kind) =>
    read(() => [readlinkSync(`/proc/${pid}/ns/${kind}`)], []),
  );
}

/** Namespaces ("net:[4026532281]") that these processes live in and the caller does not. */
export function foreignNamespaces(processes: readonly RunningProcess[]): Set<string> {
  const own = new Set(namespacesOf("self"));
  const theirs = processes.flatMap(({ pid }) => namespacesOf(pid));
  return new Set(theirs.filter((namespace) => !own.has(namespace)));
}

/** Now, as the kernel counts when processes start. */
export function nowTicks(): number {
  const [seconds] = readFileSync("/proc/uptime", "utf8").split(" ");
  return Math.round(Number(seconds) * TICKS_PER_SECOND);
}

/** When a process was started; 0 where it is gone. The name in parentheses may hold spaces. */
function startTicks(pid: number): number {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, "utf8"), "");
  return Number(stat.slice(stat.lastIndexOf(")")).split(" ")[20] ?? 0);
}

/**
 * Who keeps one of the namespaces alive: a process inside it, or a mount of it where the caller is; sandboxes are private,
 * so what leaves one is seen there. The kernel gives the numbers of those that are gone to others: who was started after
 * `ticks`, when they were all there, is in another one, and so is a mount in another sandbox.
 */
export function holders(namespaces: ReadonlySet<string>, ticks: number): string[] {
  const inside = pids().flatMap((pid) => {
    if (startTicks(pid) > ticks) return [];
    return namespacesOf(pid).map((namespace) => ({ who: `${pid}`, namespace }));
  });
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  const mounted = [...mounts.matchAll(/\S+:\[\d+\]/g)].map(([namespace]) => ({
    who: "a mount",
    namespace,
  }));
  return [...inside, ...mounted]
    .filter(({ namespace }) => namespaces.has(namespace))
    .map(({ who, namespace }) => `${who} ${namespace}`);
}
