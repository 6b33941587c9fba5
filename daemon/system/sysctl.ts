/** Reads kernel switches; /proc/sys may be hidden (ProcSubset=pid), and then nothing is known. */
import { readText } from "./read-text.js";

export interface ForwardingSwitch {
  /** As sysctl spells it. */
  readonly key: string;
  readonly family: "IPv4" | "IPv6";
}

/** Both families are forwarded by the host between the TUN device and the other interfaces. */
export const FORWARDING: readonly ForwardingSwitch[] = [
  { key: "net.ipv4.ip_forward", family: "IPv4" },
  { key: "net.ipv6.conf.all.forwarding", family: "IPv6" },
];

/** The value of a sysctl, or null where it cannot be read. Dots inside a device name are not for this function. */
export function readSysctl(key: string): string | null {
  return readProcSys(key.replaceAll(".", "/"));
}

/** Like readSysctl, by path below /proc/sys, for keys that hold a device name. */
export function readProcSys(path: string): string | null {
  try {
    return readText(`/proc/sys/${path}`).trim();
  } catch {
    return null;
  }
}

/** The switches that are known to be off; `read` answers null for unknown, which counts as on. */
export function forwardingOff(read: (key: string) => string | null): readonly ForwardingSwitch[] {
  return FORWARDING.filter((entry) => read(entry.key) === "0");
}

/** What is wrong and the line that mends it. */
export function forwardingReason(entry: ForwardingSwitch): string {
  return `${entry.family} forwarding is off in the kernel: sysctl -w ${entry.key}=1`;
}
