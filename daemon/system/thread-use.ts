/** What the kernel says of one thread of this process; /proc/self/task is there also under ProcSubset=pid. */
import { readlinkSync } from "node:fs";
import { readText } from "./read-text.js";

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
  /** How often it has left a processor: the same number twice, and it has not been on one in between. */
  readonly switches: number;
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
    const read = (name: string): string => readText(`/proc/self/task/${threadId}/${name}`);
    return parseThreadUse(read("stat"), read("status"));
  } catch {
    return null;
  }
}

/** Of stat, `1240 (node) S 1 ...`, where the name may hold anything, brackets too; and of status, a line for each number. */
export function parseThreadUse(stat: string, status: string): ThreadUse | null {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]);
  const switches = [...status.matchAll(/voluntary_ctxt_switches:\s*(\d+)/g)];
  if (state === "" || Number.isNaN(ticks) || switches.length === 0) return null;
  const sum = switches.reduce((all, [, count]) => all + Number(count), 0);
  return { state, cpuMs: ticks * TICK_MS, switches: sum };
}
