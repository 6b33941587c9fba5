/** What the kernel says of one thread of this process; /proc/self/task is there also under ProcSubset=pid. */
import { readFileSync, readlinkSync } from "node:fs";

/** A clock tick of /proc, milliseconds: USER_HZ is 100 on every platform that Node knows. */
const TICK_MS = 10;

/** Places of fields in stat, counted from the state, which is the first after the name in brackets. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

export interface ThreadUse {
  /** `R` runs or would like to, `S` sleeps, `D` waits for a disk, `T` and `t` are stopped. */
  readonly state: string;
  /** Processor time since the thread began. */
  readonly cpuMs: number;
}

/** The kernel's number of the thread that asks, or null where it cannot be known. */
export function ownThreadId(): number | null {
  try {
    const id = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    return Number.isInteger(id) ? id : null;
  } catch {
    return null;
  }
}

/** null where the thread is gone, or /proc is not there. */
export function readThreadUse(threadId: number | null): ThreadUse | null {
  if (threadId === null) return null;
  try {
    return parseStat(readFileSync(`/proc/self/task/${threadId}/stat`, "utf8"));
  } catch {
    return null;
  }
}

/** `1240 (node) S 1 ...`: a name may hold anything, brackets too. */
export function parseStat(text: string): ThreadUse | null {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]);
  return Number.isNaN(ticks) || state === "" ? null : { state, cpuMs: ticks * TICK_MS };
}
