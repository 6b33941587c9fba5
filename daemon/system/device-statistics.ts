/** What the kernel counts of network devices; /proc/self/net is there also under ProcSubset=pid. */
import { readText } from "./read-text.js";

/** Place of the drops on the way out of the kernel among the numbers of a device. */
const TX_DROPPED = 11;

/** Packets that the kernel could not put into a device's queue, by the device's name. */
export function queueDrops(text: string): ReadonlyMap<string, number> {
  const drops = new Map<string, number>();
  for (const line of text.split("\n")) {
    const [, name, numbers] = /^\s*([^\s:]+):\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || numbers === undefined) continue;
    drops.set(name, Number(numbers.trim().split(/\s+/)[TX_DROPPED] ?? 0));
  }
  return drops;
}

/** The devices of this network namespace as text; empty where it cannot be read. */
export function readDeviceStatistics(): string {
  try {
    return readText("/proc/self/net/dev");
  } catch {
    return "";
  }
}
