/** Every translator and tunnel end of both roles, with every kind of packet. */
import { DOMAIN_NAMES, type DomainName } from "../domains.js";
import { type CpuBench, type Measured, nsEach } from "./measured.js";
import { DIRECTIONS, type Direction, KINDS, type Kind } from "./packets.js";
import { Rig } from "./rig.js";

/** So few that no collection comes in between: the children have a young generation of 64 MiB. */
const COUNTED_PACKETS = 100_000;

/** Super-packets never come out of a tunnel. */
function kindsOf(name: DomainName, direction: Direction): readonly Kind[] {
  const isOutOfTunnel = name === "map-e-br" ? direction === "up" : direction === "down";
  if (name.startsWith("map-t") || !isOutOfTunnel) return KINDS;
  return KINDS.filter((kind) => kind !== "super-packet");
}

/** Bytes that a packet allocates on the heap. */
function allocated(rig: Rig): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let done = 0; done < COUNTED_PACKETS; ) done += rig.turn();
  return Math.max(0, process.memoryUsage().heapUsed - before) / COUNTED_PACKETS;
}

function measurePath(name: DomainName, direction: Direction, kind: Kind, ms: number): Measured[] {
  const rig = new Rig(name, direction, kind, "many", false);
  const restore = nsEach(ms / 4, () => rig.restore());
  const judged = nsEach(ms, () => rig.process());
  const turn = nsEach(ms, () => rig.turn());
  const time = (load: string, value: number): Measured => ({
    load: `${kind}, ${load}`,
    quantity: "time",
    unit: "ns/packet",
    value,
  });
  return [
    time("restore", restore),
    time("process", judged),
    time("batch loop", turn),
    {
      load: `${kind}, batch loop`,
      quantity: "allocated",
      unit: "bytes/packet",
      value: allocated(rig),
    },
  ];
}

/** One flow on a device that takes super-packets: what may be joined is joined. */
function measureMerging(
  name: DomainName,
  direction: Direction,
  kind: Kind,
  ms: number,
): Measured[] {
  const rig = new Rig(name, direction, kind, "one", true);
  const value = nsEach(ms, () => rig.turn());
  return [
    { load: `${kind}, batch loop, one flow merged`, quantity: "time", unit: "ns/packet", value },
  ];
}

export const PATH_BENCHES: readonly CpuBench[] = DOMAIN_NAMES.flatMap((name) =>
  DIRECTIONS.flatMap((direction) => [
    ...kindsOf(name, direction).map((kind) => ({
      name: `${name} ${direction}, ${kind}`,
      run: async (ms: number) => measurePath(name, direction, kind, ms),
    })),
    ...(["udp 18", "tcp 1400"] as const).map((kind) => ({
      name: `${name} ${direction}, ${kind}, merged`,
      run: async (ms: number) => measureMerging(name, direction, kind, ms),
    })),
  ]),
);
