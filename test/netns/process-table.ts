/** What the kernel still knows of a run of the lab, seen from outside through proc(5). */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

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

/** Who keeps one of the namespaces alive: a process inside it, or a mount of it. */
export function holders(namespaces: ReadonlySet<string>): string[] {
  return pids().flatMap((pid) => {
    const mounts = read(() => readFileSync(`/proc/${pid}/mountinfo`, "utf8"), "");
    const mounted = [...mounts.matchAll(/\S+:\[\d+\]/g)].map(([name]) => name);
    return [...namespacesOf(pid), ...mounted]
      .filter((namespace) => namespaces.has(namespace))
      .map((namespace) => `${pid} ${namespace}`);
  });
}
