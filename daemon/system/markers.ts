/** Marker routes as they are in the kernel: what is there and should not be goes, what is missing comes. */
import type { DomainConfig } from "../config/types.js";
import { ipBatchForced, runIp } from "./ip.js";
import { markerEntries, type PlanEntry, ROUTE_PROTOCOL } from "./route-plan.js";

export interface Marker {
  readonly entry: PlanEntry;
  /** Tells one device from the next of the same name, on which nothing is left. */
  readonly device: number;
}

/** By the line that adds the route. */
export type Markers = ReadonlyMap<string, Marker>;

export class MarkerRoutes {
  readonly #installed = new Map<string, Marker>();

  /** Takes out all but these lines; what is gone already, with its device or by hand, is no failure. */
  async keep(lines: { has(line: string): boolean }): Promise<void> {
    const gone = [...this.#installed].filter(([line]) => !lines.has(line));
    for (const [line] of gone) this.#installed.delete(line);
    await ipBatchForced(gone.map(([, { entry }]) => entry.remove));
  }

  /** Adds what is missing; returns what the kernel has against it, or an empty string. */
  async add(wanted: Markers): Promise<string> {
    const missing = [...wanted].filter(
      ([line, { device }]) => this.#installed.get(line)?.device !== device,
    );
    const complaint = await ipBatchForced(missing.map(([line]) => line));
    // A complaint does not tell which were added; adding all of them again does no harm.
    if (complaint === "") for (const [line, marker] of missing) this.#installed.set(line, marker);
    return reasonsOf(complaint);
  }
}

/** What ip says of each line, once: `Error: Nexthop device is not up.`, then `Command failed -:1`. */
function reasonsOf(complaint: string): string {
  const lines = complaint.split("\n").filter((line) => !line.startsWith("Command failed"));
  return [...new Set(lines.map((line) => line.replace(/^Error: /, "")))].join(" ");
}

export function markersOf(config: DomainConfig, device: number): Markers {
  return new Map(markerEntries(config).map((entry) => [entry.add, { entry, device }]));
}

/** An attached device keeps the markers of a killed mapd, which would announce a BR that is not in service. */
export async function flushMarkers({ tun, announce }: DomainConfig): Promise<void> {
  if (announce === null || !tun.attach) return;
  for (const family of ["-4", "-6"]) {
    const where = ["dev", tun.name, "table", `${announce.table}`, "proto", `${ROUTE_PROTOCOL}`];
    await runIp([family, "route", "flush", ...where]);
  }
}
