/** Which network devices this network namespace has, and which are up; /proc/self/net is there also under ProcSubset=pid. */
import { readdirSync } from "node:fs";
import { readText } from "./read-text.js";

const SYS = "/sys/class/net";

/** Names in the order of the kernel, or null where the list cannot be read. */
function deviceNames(): readonly string[] | null {
  try {
    const lines = readText("/proc/self/net/dev").split("\n");
    return lines.flatMap((line) => /^\s*(\S+?):/.exec(line)?.[1] ?? []);
  } catch {
    return null;
  }
}

/** False only where the list can be read and the device is not in it. */
export function deviceExists(name: string): boolean {
  return deviceNames()?.includes(name) ?? true;
}

/** Whether /sys shows this network namespace; who entered it with a /sys of another one reads of other devices. */
export function isSysOwn(): boolean {
  try {
    // Files beside the devices are settings of drivers, such as bonding_masters.
    const entries = readdirSync(SYS, { withFileTypes: true }).filter((entry) => !entry.isFile());
    const shown = entries.map((entry) => entry.name).sort();
    return shown.join(" ") === deviceNames()?.toSorted().join(" ");
  } catch {
    return false;
  }
}

/** IFF_UP of linux/if.h. */
const UP = 1;

/** Of /sys; null where it does not have the device. */
export function isDeviceUp(name: string): boolean | null {
  try {
    return (Number(readText(`${SYS}/${name}/flags`)) & UP) !== 0;
  } catch {
    return null;
  }
}
