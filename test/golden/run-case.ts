/** Runs one case folder through the real packet path: the packet loop over a TUN device in memory. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseConfig } from "../../daemon/config/load.js";
import { COUNTER_COUNT, COUNTERS, dropIndex } from "../../src/counters.js";
import { seededRandom } from "../../src/explain/seeded-random.js";
import { compileRules, createNat44, createPipeline } from "../../src/pipeline/create.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import type { Arena } from "../../src/tun/arena.js";
import { BatchLoop } from "../../src/tun/batch-loop.js";
import { CuttingQueue } from "../../src/tun/cutting-queue.js";
import { MemoryQueue } from "../../src/tun/memory-queue.js";
import type { Tap } from "../../src/tun/trace/tap.js";
import { DROPS } from "../../src/verdict.js";
import {
  finishedBy,
  joined,
  type Offloaded,
  VIRTIO_LEN,
  withPartialChecksum,
} from "../support/offload.js";
import { type PcapRecord, readPcap } from "../support/pcap.js";
import type { CaseFile, CountersFile } from "./golden-case.js";
import { goldenFolder } from "./golden-folder.js";

/** Any moment will do, but not zero. */
const START_MS = 1_000_000;

export interface LoadedCase {
  readonly folder: string;
  readonly caseFile: CaseFile;
  readonly settings: DomainSettings;
  readonly input: readonly PcapRecord[];
  readonly output: readonly Uint8Array[];
  readonly outputWithOffloads: readonly Uint8Array[];
  readonly counters: CountersFile;
  readonly countersWithOffloads: CountersFile;
}

export interface Variant {
  readonly batchSize: number;
  readonly offloads: boolean;
  /** The device cuts super-packets inside a tunnel, too, and else the queue does; only with offloads. */
  readonly classifier: boolean;
  /** Super-packets may be written, so packets of a flow are merged. */
  readonly merging: boolean;
}

export interface Outcome {
  /** As they leave the machine: segmented, with complete checksums. */
  readonly output: readonly Uint8Array[];
  readonly counters: CountersFile;
  readonly batches: number;
  /** What `batches` must be: packets of different instants never share one. */
  readonly expectedBatches: number;
  readonly fault: unknown;
}

/** The settings of the only domain of a configuration. */
export function settingsOf(config: unknown): DomainSettings {
  const parsed = parseConfig(JSON.stringify(config));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  const [domain, ...others] = parsed.value.domains;
  if (domain === undefined || others.length > 0) throw new Error("a case has exactly one domain");
  return domain.settings;
}

export function loadCase(folder: string): LoadedCase {
  const path = join(goldenFolder(), folder);
  const json = (name: string): unknown => JSON.parse(readFileSync(join(path, name), "utf8"));
  const caseFile = json("case.json") as CaseFile;
  const counters = json("counters.json") as CountersFile;
  const differs = caseFile.superPackets.length > 0;
  const packets = (name: string): Uint8Array[] =>
    readPcap(readFileSync(join(path, name))).map(({ bytes }) => bytes);
  const output = packets("out.pcap");
  const ownOutput = "out-with-offloads.pcap";
  return {
    folder,
    caseFile,
    settings: settingsOf(caseFile.config),
    input: readPcap(readFileSync(join(path, "in.pcap"))),
    output,
    outputWithOffloads: existsSync(join(path, ownOutput)) ? packets(ownOutput) : output,
    counters,
    countersWithOffloads: differs
      ? (json("counters-with-offloads.json") as CountersFile)
      : counters,
  };
}

interface Arrival extends Offloaded {
  readonly timeUs: number;
}

/** What the daemon reads: packets as they are, or as a kernel with offloads hands them over. */
function arrivals({ caseFile, input }: LoadedCase, offloads: boolean): Arrival[] {
  if (!offloads) {
    return input.map(({ timeUs, bytes }) => ({
      timeUs,
      bytes,
      virtio: new Uint8Array(VIRTIO_LEN),
    }));
  }
  const all: Arrival[] = [];
  for (let i = 0; i < input.length; i++) {
    const { timeUs, bytes } = input[i]!;
    const group = caseFile.superPackets.find(({ first }) => first === i);
    if (group === undefined) {
      all.push({ timeUs, ...withPartialChecksum(bytes) });
      continue;
    }
    all.push({ timeUs, ...joined(input.slice(i, i + group.count).map((record) => record.bytes)) });
    i += group.count - 1;
  }
  return all;
}

/** Every counter that is not zero, but for `batches`, which depends on how packets arrive. */
function countersOf(counters: Float64Array): CountersFile {
  const fixed: Record<string, number> = {};
  COUNTERS.forEach(({ name }, index) => {
    if (counters[index] !== 0 && name !== "batches") fixed[name] = counters[index]!;
  });
  const dropped = { ipv4: {} as Record<string, number>, ipv6: {} as Record<string, number> };
  for (const { code, name } of DROPS) {
    const count4 = counters[dropIndex(code, 4)]!;
    const count6 = counters[dropIndex(code, 6)]!;
    if (count4 !== 0) dropped.ipv4[name] = count4;
    if (count6 !== 0) dropped.ipv6[name] = count6;
  }
  return { counters: fixed, dropped };
}

/** When something arrives or is due, in order. */
function instantsOf({ caseFile, input }: LoadedCase): number[] {
  const all = new Set([...input.map(({ timeUs }) => timeUs), ...(caseFile.ticks ?? [])]);
  return [...all].sort((a, b) => a - b);
}

/** Somebody who watches the packets of a run. */
export interface Onlooker {
  readonly tap: Tap;
  /** Packets by rule, of a BR. */
  readonly hits: Float64Array;
}

/** One run; `arena` is large enough for the batch, cuts as the variant says, and may be used again. */
export function runCase(
  loaded: LoadedCase,
  { batchSize, offloads, classifier, merging }: Variant,
  arena: Arena,
  onlooker: Onlooker | null = null,
): Outcome {
  const { settings } = loaded;
  const counters = new Float64Array(COUNTER_COUNT);
  const random = seededRandom(1);
  const nat44 = settings.role === "ce" ? createNat44(settings, random) : null;
  const pipeline = createPipeline(
    settings,
    compileRules(settings),
    nat44,
    arena,
    counters,
    random,
    null,
    onlooker?.hits ?? null,
  );
  const queue = new MemoryQueue(offloads ? 0xff : 0, merging);
  const isCutting = offloads && !classifier;
  const written = isCutting ? new CuttingQueue(queue, arena.memory) : queue;
  const loop = new BatchLoop(written, arena, counters, batchSize);
  loop.setPipeline(pipeline);
  loop.setTap(onlooker?.tap ?? null);
  const waiting = arrivals(loaded, offloads);
  let expectedBatches = 0;
  let fault: unknown;
  for (const timeUs of instantsOf(loaded)) {
    const instant = waiting.filter((arrival) => arrival.timeUs === timeUs);
    for (const { bytes, virtio } of instant) queue.push(bytes, virtio);
    expectedBatches += Math.ceil(instant.length / batchSize);
    const nowMs = START_MS + timeUs / 1000;
    // The daemon ticks at least once a second, so what was due before this instant is done.
    loop.tick(nowMs);
    while (loop.runOnce(nowMs) > 0) fault ??= loop.takeFault();
    loop.tick(nowMs);
    fault ??= loop.takeFault();
  }
  return {
    output: queue.written.flatMap(({ packet, header }) =>
      finishedBy({ bytes: packet, virtio: header }, classifier),
    ),
    counters: countersOf(counters),
    batches: counters[COUNTERS.findIndex(({ name }) => name === "batches")]!,
    expectedBatches,
    fault,
  };
}
