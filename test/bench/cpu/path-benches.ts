/** Every translator and tunnel end of both roles, with every kind of packet. */
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { DomainName } from "../domains.js";
import { type CpuBench, type Measured, nsEach } from "./measured.js";
import type { Direction, Kind } from "./packets.js";
import { Rig } from "./rig.js";

const DOMAINS: readonly DomainName[] = ["map-t-br", "map-t-ce", "map-e-br", "map-e-ce"];
const DIRECTIONS: readonly Direction[] = ["up", "down"];

/** So few that no collection comes in between; the children have a young generation of 64 MiB. */
const COUNTED_PACKETS = 200_000;

/** Super-packets never come out of a tunnel; into one they go whole only with the kernel's help. */
function kindsOf(name: DomainName): readonly Kind[] {
  return name.startsWith("map-t") ? ["udp 18", "tcp 1400", "super-packet"] : ["udp 18", "tcp 1400"];
}

function heapUsed(): number {
  return process.memoryUsage().heapUsed;
}

/** Bytes that a packet allocates on the heap, and collections while packets flow. */
async function allocation(rig: Rig, ms: number): Promise<[number, number]> {
  const before = heapUsed();
  for (let done = 0; done < COUNTED_PACKETS; ) done += rig.turn();
  const bytes = Math.max(0, heapUsed() - before) / COUNTED_PACKETS;
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ["gc"] });
  const ends = performance.now() + ms;
  while (performance.now() < ends) rig.turn();
  // The observer hears of collections when the loop turns.
  await turnOfLoop();
  await turnOfLoop();
  observer.disconnect();
  return [bytes, collections];
}

async function measurePath(
  name: DomainName,
  direction: Direction,
  kind: Kind,
  ms: number,
): Promise<Measured[]> {
  const rig = new Rig(name, direction, kind, "many", false);
  const restore = nsEach(ms / 4, () => rig.restore());
  const process = nsEach(ms, () => rig.process());
  const turn = nsEach(ms, () => rig.turn());
  const [bytes, collections] = await allocation(rig, ms);
  const time = (load: string, value: number): Measured => ({
    load: `${kind}, ${load}`,
    quantity: "time",
    unit: "ns/packet",
    value,
  });
  return [
    time("restore", restore),
    time("process", process),
    time("batch loop", turn),
    { load: `${kind}, batch loop`, quantity: "allocated", unit: "bytes/packet", value: bytes },
    { load: `${kind}, batch loop`, quantity: "collections", unit: "count", value: collections },
  ];
}

/** One flow on a device that takes super-packets: what may be joined is joined. */
async function measureMerging(
  name: DomainName,
  direction: Direction,
  kind: Kind,
  ms: number,
): Promise<Measured[]> {
  const rig = new Rig(name, direction, kind, "one", true);
  const value = nsEach(ms, () => rig.turn());
  return [
    { load: `${kind}, batch loop, one flow merged`, quantity: "time", unit: "ns/packet", value },
  ];
}

export const PATH_BENCHES: readonly CpuBench[] = DOMAINS.flatMap((name) =>
  DIRECTIONS.flatMap((direction) => [
    ...kindsOf(name).map((kind) => ({
      name: `${name} ${direction}, ${kind}`,
      run: (ms: number) => measurePath(name, direction, kind, ms),
    })),
    ...(["udp 18", "tcp 1400"] as const).map((kind) => ({
      name: `${name} ${direction}, ${kind}, merged`,
      run: (ms: number) => measureMerging(name, direction, kind, ms),
    })),
  ]),
);
