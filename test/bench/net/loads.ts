/** What the forwarders are loaded with, and which forwarder gets which load. */
import type { Forwarder, ForwarderSpec } from "./forwarders.js";
import { FORWARDERS } from "./forwarders.js";
import { type Measured, measureLatency, measureTcp, measureUdp, type UdpLoad } from "./traffic.js";

export type Egress = "offloads" | "no offloads";

export interface LoadSpec {
  readonly name: string;
  readonly help: string;
  /** The few that every forwarder gets, also with the links' offloads off. */
  readonly isCore: boolean;
  /** Many flows, which several threads may share. */
  readonly isParallel: boolean;
  measure(forwarder: Forwarder, seconds: number): Promise<Measured[]>;
}

/** One forwarder under one load, once a round. */
export interface NetCase {
  readonly id: string;
  readonly forwarder: ForwarderSpec;
  readonly load: LoadSpec;
  readonly egress: Egress;
}

const TCP: readonly LoadSpec[] = (["up", "down"] as const).flatMap((direction) =>
  [1, 8].map((flows) => ({
    name: `tcp ${direction} ${flows}`,
    help: `bulk TCP, ${flows} connection${flows === 1 ? "" : "s"}`,
    isCore: flows === 1,
    isParallel: flows > 1,
    measure: (forwarder: Forwarder, seconds: number) =>
      measureTcp(forwarder, direction, flows, seconds),
  })),
);

const UDP_LOADS: readonly UdpLoad[] = [
  ...[18, 512, 1400].flatMap((size) =>
    [1, 64].map((flows) => ({ direction: "up" as const, size, flows })),
  ),
  { direction: "down", size: 18, flows: 1 },
  { direction: "down", size: 18, flows: 64 },
  { direction: "up", size: "imix", flows: 64 },
];

const UDP: readonly LoadSpec[] = UDP_LOADS.map((load) => ({
  name: `udp ${load.size} ${load.direction} ${load.flows}`,
  help: `${load.size === "imix" ? "a mix of sizes" : `${load.size} bytes of payload`} in ${load.flows} flow(s)`,
  isCore: load.size === 18 && load.direction === "up",
  isParallel: load.flows > 1,
  measure: (forwarder, seconds) => measureUdp(forwarder, load, seconds),
}));

const LATENCY: readonly LoadSpec[] = (["idle", "half"] as const).map((load) => ({
  name: `latency ${load}`,
  help: load === "idle" ? "round trips alone" : "round trips beside half of what it can forward",
  isCore: load === "idle",
  isParallel: false,
  measure: (forwarder, seconds) => measureLatency(forwarder, load, seconds),
}));

export const LOADS: readonly LoadSpec[] = [...TCP, ...UDP, ...LATENCY];

/** In the order of a round: forwarders take turns under one load, so that a busy minute hits all of them. */
export const NET_CASES: readonly NetCase[] = (["offloads", "no offloads"] as const).flatMap(
  (egress) =>
    LOADS.filter((load) => egress === "offloads" || isBulk(load)).flatMap((load) =>
      FORWARDERS.filter((forwarder) => isFor(load, forwarder)).map(
        (forwarder): NetCase => ({
          id: `net/${forwarder.name}/${load.name}/${egress}`.replaceAll(" ", "-"),
          forwarder,
          load,
          egress,
        }),
      ),
    ),
);

function isFor(load: LoadSpec, { scope }: ForwarderSpec): boolean {
  return scope === "all" || (scope === "core" ? load.isCore : load.isParallel);
}

/** Latency does not depend on what the links do with super-packets. */
function isBulk(load: LoadSpec): boolean {
  return load.isCore && !load.name.startsWith("latency");
}

const SMOKE = [
  "net/null-plain/tcp-up-1/offloads",
  "net/null-tso/tcp-up-1/offloads",
  "net/map-t-br/tcp-up-1/offloads",
  "net/map-t-ce/tcp-down-1/no-offloads",
  "net/map-e-br/tcp-down-1/offloads",
  "net/map-e-ce/udp-imix-up-64/offloads",
  "net/null-plain/udp-18-up-1/offloads",
  "net/map-t-br/udp-18-up-1/offloads",
  "net/map-t-ce/udp-18-down-64/offloads",
  "net/map-t-br/latency-idle/offloads",
  "net/map-t-br/latency-half/offloads",
];

export function smokeCases(): readonly NetCase[] {
  return SMOKE.map((id) => {
    const found = NET_CASES.find((netCase) => netCase.id === id);
    if (found === undefined) throw new Error(`no case ${id}`);
    return found;
  });
}
