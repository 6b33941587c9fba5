/**
 * A golden case: a configuration, packets in, packets out, counters. It is described in code
 * (test/golden/source), written to a folder of files by generate.ts, and run from those files alone.
 */
import type { CounterName } from "../../src/counters.js";
import type { DropName } from "../../src/verdict.js";
import { joined } from "../support/offload.js";
import { type PcapRecord, writePcap } from "../support/pcap.js";

/** Amounts by which counters rise, or a gauge changes. */
export type Counts = Partial<Record<CounterName, number>>;

/** Packets that are dropped by the family that they came in with. */
export interface Drops {
  readonly ipv4?: Partial<Record<DropName, number>>;
  readonly ipv6?: Partial<Record<DropName, number>>;
}

/** One packet into the domain and all that must come of it. */
export interface Step {
  /** Microseconds since the start; packets of one instant may share a batch, others never do. */
  readonly timeUs: number;
  /** Null where nothing arrives and only time has passed. */
  readonly input: Uint8Array | null;
  readonly output: readonly Uint8Array[];
  /** Null when the packet is forwarded. */
  readonly drop: DropName | null;
  /** Counters besides those of packets in, out and dropped. */
  readonly counts: Counts;
  /** Packets of earlier steps that are dropped now. */
  readonly lateDrops?: Drops;
}

/** Inputs that arrive as one super-packet when offloads are on. */
export interface SuperPacket {
  readonly first: number;
  readonly count: number;
  /** Whatever the device can do, mapd must cut it into the packets that it stands for, and judge each. */
  readonly isCut?: true;
}

export interface GoldenCase {
  /** A sentence in lower case; its words joined by hyphens name the folder. */
  readonly name: string;
  /** Clauses that the expectation rests on. */
  readonly rfc: readonly string[];
  /** A whole configuration file with one domain, as the daemon reads it. */
  readonly config: unknown;
  readonly steps: readonly Step[];
  readonly superPackets?: readonly SuperPacket[];
  /** Gauges after the last packet that are not zero. */
  readonly gauges?: Partial<Record<CounterName, number>>;
}

/** What case.json holds. */
export interface CaseFile {
  readonly name: string;
  readonly rfc: readonly string[];
  readonly config: unknown;
  readonly superPackets: readonly SuperPacket[];
  /** Instants at which nothing arrives, microseconds. */
  readonly ticks?: readonly number[];
}

/** What counters.json holds: every counter that is not zero. */
export interface CountersFile {
  readonly counters: Record<string, number>;
  readonly dropped: {
    readonly ipv4: Record<string, number>;
    readonly ipv6: Record<string, number>;
  };
}

function step(input: Uint8Array | null, output: readonly Uint8Array[], counts: Counts = {}): Step {
  return { timeUs: 0, input, output, drop: null, counts };
}

export function pass(input: Uint8Array, ...output: readonly Uint8Array[]): Step {
  return step(input, output);
}

/** Nothing comes of the packet but a count. */
export function drop(reason: DropName, input: Uint8Array): Step {
  return { ...step(input, []), drop: reason };
}

/** The packet is dropped, and its sender is told by an ICMP error of ours. */
export function answered(reason: DropName, input: Uint8Array, error: Uint8Array): Step {
  return { ...step(input, [error], { created_packets: 1, icmp_errors_sent: 1 }), drop: reason };
}

/** The packet is forwarded in pieces. */
export function inPieces(input: Uint8Array, ...output: readonly Uint8Array[]): Step {
  return step(input, output, { created_packets: output.length - 1 });
}

export function hairpin(input: Uint8Array, ...output: readonly Uint8Array[]): Step {
  return step(input, output, { hairpin_packets: 1 });
}

/** Time passes and nothing arrives. */
export function idle(...output: readonly Uint8Array[]): Step {
  return step(null, output);
}

/** The step with more counters. */
export function counting(given: Step, counts: Counts, lateDrops: Drops = {}): Step {
  return { ...given, counts: summed(given.counts, counts), lateDrops };
}

function summed(...all: readonly Counts[]): Counts {
  const sum: Counts = {};
  for (const counts of all) {
    for (const [name, amount] of Object.entries(counts) as [CounterName, number][]) {
      sum[name] = (sum[name] ?? 0) + amount;
    }
  }
  return sum;
}

export function after(timeUs: number, step: Step): Step {
  return { ...step, timeUs };
}

export function folderName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

function family(packet: Uint8Array): "ipv4" | "ipv6" {
  return (packet[0] ?? 0) >>> 4 === 6 ? "ipv6" : "ipv4";
}

/** Steps as the daemon sees them with offloads on: each super-packet is one step. */
function joinedSteps(golden: GoldenCase): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < golden.steps.length; i++) {
    const group = golden.superPackets?.find(({ first }) => first === i);
    const members = golden.steps.slice(i, i + (group?.count ?? 1));
    const first = members[0];
    if (first === undefined) throw new Error(`${golden.name}: super-packet without steps`);
    steps.push(group === undefined ? first : joinedStep(first, members, group));
    i += members.length - 1;
  }
  return steps;
}

function joinedStep(first: Step, members: readonly Step[], { isCut }: SuperPacket): Step {
  const inputs = members.map(({ input }) => input).filter((input) => input !== null);
  const input = joined(inputs).bytes;
  // Its sender is told once, about the first segment.
  if (first.drop !== null) return { ...first, input };
  const outputs = members.flatMap(({ output }) => output);
  if (isCut === undefined) {
    return { ...first, input, output: [joined(outputs).bytes] };
  }
  const cut = { created_packets: members.length, absorbed_packets: 1 };
  const counts = summed(cut, ...members.map((member) => member.counts));
  return { ...first, input, output: outputs, counts };
}

/** What leaves the machine with offloads on: one answer to a super-packet, not one a segment. */
function outputWithOffloads(golden: GoldenCase): PcapRecord[] {
  return golden.steps.flatMap(({ timeUs, output, drop: reason }, i) => {
    const group = golden.superPackets?.find(({ first, count }) => i > first && i < first + count);
    const isTold = reason === null || group === undefined;
    return isTold ? output.map((bytes): PcapRecord => ({ timeUs, bytes })) : [];
  });
}

function add(into: Record<string, number>, key: string, amount: number): void {
  into[key] = (into[key] ?? 0) + amount;
}

function withoutZeros(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, amount]) => amount !== 0));
}

function countersOf(steps: readonly Step[], gauges: GoldenCase["gauges"]): CountersFile {
  const counters: Record<string, number> = {};
  const dropped = { ipv4: {} as Record<string, number>, ipv6: {} as Record<string, number> };
  for (const { input, output, drop: reason, counts, lateDrops } of steps) {
    if (input !== null) {
      add(counters, `in_${family(input)}_packets`, 1);
      add(counters, `in_${family(input)}_bytes`, input.length);
      if (reason !== null) add(dropped[family(input)], reason, 1);
    }
    for (const packet of output) {
      add(counters, `out_${family(packet)}_packets`, 1);
      add(counters, `out_${family(packet)}_bytes`, packet.length);
    }
    for (const [name, amount] of Object.entries(counts)) add(counters, name, amount);
    for (const [name, amount] of Object.entries(lateDrops?.ipv4 ?? {}))
      add(dropped.ipv4, name, amount);
    for (const [name, amount] of Object.entries(lateDrops?.ipv6 ?? {}))
      add(dropped.ipv6, name, amount);
  }
  return { counters: withoutZeros({ ...counters, ...gauges }), dropped };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** The files of the case's folder, by name. */
export function filesOf(golden: GoldenCase): Map<string, Uint8Array> {
  const ticks = golden.steps.filter(({ input }) => input === null).map(({ timeUs }) => timeUs);
  const caseFile: CaseFile = {
    name: golden.name,
    rfc: golden.rfc,
    config: golden.config,
    superPackets: golden.superPackets ?? [],
    ...(ticks.length > 0 ? { ticks } : {}),
  };
  const input = golden.steps.flatMap(({ timeUs, input: bytes }) =>
    bytes === null ? [] : [{ timeUs, bytes }],
  );
  const output = golden.steps.flatMap(({ timeUs, output }) =>
    output.map((bytes): PcapRecord => ({ timeUs, bytes })),
  );
  const files = new Map([
    ["case.json", json(caseFile)],
    ["in.pcap", writePcap(input)],
    ["out.pcap", writePcap(output)],
    ["counters.json", json(countersOf(golden.steps, golden.gauges))],
  ]);
  if (golden.superPackets !== undefined) {
    const counters = countersOf(joinedSteps(golden), golden.gauges);
    files.set("counters-with-offloads.json", json(counters));
    const offloaded = outputWithOffloads(golden);
    if (offloaded.length !== output.length)
      files.set("out-with-offloads.pcap", writePcap(offloaded));
  }
  return files;
}
