/**
 * A golden case: a configuration, packets in, packets out, counters. It is described in code
 * (test/golden/source), written to a folder of files by generate.ts, and run from those files alone.
 */
import type { CounterName } from "../../src/counters.js";
import type { DropName } from "../../src/verdict.js";
import { joined } from "../support/offload.js";
import { type PcapRecord, writePcap } from "../support/pcap.js";

/** One packet into the domain and all that must come of it. */
export interface Step {
  /** Microseconds since the start; packets of one instant may share a batch, others never do. */
  readonly timeUs: number;
  readonly input: Uint8Array;
  readonly output: readonly Uint8Array[];
  /** Null when the packet is forwarded. */
  readonly drop: DropName | null;
  readonly hairpin: boolean;
}

/** Inputs that arrive as one super-packet when offloads are on. */
export interface SuperPacket {
  readonly first: number;
  readonly count: number;
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
}

/** What counters.json holds: every counter that is not zero. */
export interface CountersFile {
  readonly counters: Record<string, number>;
  readonly dropped: {
    readonly ipv4: Record<string, number>;
    readonly ipv6: Record<string, number>;
  };
}

export function pass(input: Uint8Array, ...output: readonly Uint8Array[]): Step {
  return { timeUs: 0, input, output, drop: null, hairpin: false };
}

export function drop(reason: DropName, input: Uint8Array): Step {
  return { timeUs: 0, input, output: [], drop: reason, hairpin: false };
}

export function hairpin(input: Uint8Array, output: Uint8Array): Step {
  return { timeUs: 0, input, output: [output], drop: null, hairpin: true };
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
    if (group === undefined) {
      steps.push(first);
      continue;
    }
    const outputs = members.flatMap(({ output }) => output);
    steps.push({
      ...first,
      input: joined(members.map(({ input }) => input)).bytes,
      output: outputs.length === 0 ? [] : [joined(outputs).bytes],
    });
    i += group.count - 1;
  }
  return steps;
}

function countersOf(steps: readonly Step[], gauges: GoldenCase["gauges"]): CountersFile {
  const counters: Record<string, number> = {};
  const dropped: { ipv4: Record<string, number>; ipv6: Record<string, number> } = {
    ipv4: {},
    ipv6: {},
  };
  const add = (into: Record<string, number>, key: string, value: number): void => {
    into[key] = (into[key] ?? 0) + value;
  };
  for (const step of steps) {
    add(counters, `in_${family(step.input)}_packets`, 1);
    add(counters, `in_${family(step.input)}_bytes`, step.input.length);
    for (const packet of step.output) {
      add(counters, `out_${family(packet)}_packets`, 1);
      add(counters, `out_${family(packet)}_bytes`, packet.length);
    }
    if (step.hairpin) add(counters, "hairpin_packets", 1);
    if (step.drop !== null) add(dropped[family(step.input)], step.drop, 1);
  }
  return { counters: { ...counters, ...gauges }, dropped };
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** The files of the case's folder, by name. */
export function filesOf(golden: GoldenCase): Map<string, Uint8Array> {
  const caseFile: CaseFile = {
    name: golden.name,
    rfc: golden.rfc,
    config: golden.config,
    superPackets: golden.superPackets ?? [],
  };
  const input = golden.steps.map(({ timeUs, input }): PcapRecord => ({ timeUs, bytes: input }));
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
    files.set("counters-with-offloads.json", json(countersOf(joinedSteps(golden), golden.gauges)));
  }
  return files;
}
