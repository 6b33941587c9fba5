/**
 * Where a packet allocates: `allocations.js DOMAIN DIRECTION KIND`, as in `map-t-br up 'udp 18'`. Samples the heap while
 * packets flow, collected objects included, and prints bytes a packet by function, its caller and its caller's caller.
 */
import { type HeapProfiler, Session } from "node:inspector/promises";
import { tuneEngine } from "../../../daemon/runtime/engine.js";
import { DOMAIN_NAMES } from "../domains.js";
import { DIRECTIONS, KINDS } from "./packets.js";
import { Rig } from "./rig.js";

const WARM_UP_TURNS = 60_000;
const TURNS = 5000;
const SAMPLING = {
  /** Bytes between two samples on average. */
  samplingInterval: 512,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
};
/** Below this it is the sampling itself. */
const LEAST = 0.5;

interface Site {
  readonly bytes: number;
  readonly callers: readonly string[];
}

function sitesOf(node: HeapProfiler.SamplingHeapProfileNode, above: readonly string[]): Site[] {
  const { functionName, url, lineNumber } = node.callFrame;
  const file = url.split("/").at(-1) ?? "";
  const path = [`${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`, ...above];
  const below = node.children.flatMap((child) => sitesOf(child, path));
  return [{ bytes: node.selfSize, callers: path.slice(0, 3) }, ...below];
}

function oneOf<T extends string>(all: readonly T[], word: string | undefined): T {
  const found = all.find((name) => name === word);
  if (found === undefined) throw new Error(`"${word}" is none of ${all.join(", ")}`);
  return found;
}

// As in a worker of mapd.
tuneEngine();
const [domain, direction, kind] = process.argv.slice(2);
const rig = new Rig(
  oneOf(DOMAIN_NAMES, domain),
  oneOf(DIRECTIONS, direction),
  oneOf(KINDS, kind),
  "many",
  false,
);
for (let i = 0; i < WARM_UP_TURNS; i++) rig.turn();
const session = new Session();
session.connect();
await session.post("HeapProfiler.startSampling", SAMPLING);
let packets = 0;
for (let i = 0; i < TURNS; i++) packets += rig.turn();
const { profile } = await session.post("HeapProfiler.stopSampling");
const sites = sitesOf(profile.head, [])
  .filter(({ bytes }) => bytes / packets >= LEAST)
  .sort((one, other) => other.bytes - one.bytes);
for (const { bytes, callers } of sites) {
  process.stdout.write(
    `${(bytes / packets).toFixed(1).padStart(7)} bytes  ${callers.join(" < ")}\n`,
  );
}
if (sites.length === 0) process.stdout.write("nothing is allocated for a packet\n");
