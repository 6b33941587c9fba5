/** Which network devices this network namespace has; /proc/self/net is there also under ProcSubset=pid. */
import { readFileSync } from "node:fs";

/** False only where the list can be read and the device is not in it. */
export function deviceExists(name: string): boolean {
  let text: string;
  try {
    text = readFileSync("/proc/self/net/dev", "utf8");
  } catch {
    return true;
  }
  return text.split("\n").some((line) => line.trimStart().startsWith(`${name}:`));
}
