/** Which network devices this network namespace has, and which are up; /proc/self/net is there also under ProcSubset=pid. */
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

/** IFF_UP of linux/if.h. */
const UP = 1;

/** null where that cannot be known, as without /sys. */
export function isDeviceUp(name: string): boolean | null {
  try {
    return (Number(readFileSync(`/sys/class/net/${name}/flags`, "utf8")) & UP) !== 0;
  } catch {
    return null;
  }
}
