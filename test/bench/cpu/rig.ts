/** One domain's packet path with the same packets again and again. */
import { parseConfig } from "../../../daemon/config/load.js";
import { COUNTER_COUNT, COUNTERS } from "../../../src/counters.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import type { Nat44 } from "../../../src/nat44/nat44.js";
import { compileRules, createNat44, createPipeline } from "../../../src/pipeline/create.js";
import { HEADROOM, type Pipeline } from "../../../src/pipeline/packet-io.js";
import type { DomainSettings } from "../../../src/pipeline/settings.js";
import { Arena, SLOT_LEN } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { DROPS } from "../../../src/verdict.js";
import type { Offloaded } from "../../support/offload.js";
import { type DomainName, forwardingOf } from "../domains.js";
import { BATCH, type Direction, type Flows, type Kind, packetsFor } from "./packets.js";
import { ReplayQueue } from "./replay-queue.js";

/** Milliseconds from batch to batch: with a fraction, as a clock has it. */
const BATCH_MS = 0.013;

export function domainSettings(name: DomainName): DomainSettings {
  const parsed = parseConfig(JSON.stringify(forwardingOf(name, { name: "tun0" })));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.diagnostics));
  return parsed.value.domains[0]!.settings;
}

export class Rig {
  readonly #arena: Arena;
  readonly #counters = new Float64Array(COUNTER_COUNT);
  readonly #queue: ReplayQueue;
  readonly #loop: BatchLoop;
  readonly #pipeline: Pipeline;
  #nowMs = 1000;

  /** `merges`: what is written may be joined, as on a device that takes super-packets. */
  constructor(name: DomainName, direction: Direction, kind: Kind, flows: Flows, merges: boolean) {
    // Super-packets go into a tunnel whole, as on a device with the classifier.
    this.#arena = new Arena(BATCH, SLOT_LEN, true);
    const settings = domainSettings(name);
    const random = seededRandom(1);
    const nat44 = settings.role === "ce" ? createNat44(settings, random) : null;
    this.#queue = new ReplayQueue(this.#arena, BATCH, merges);
    this.#loop = new BatchLoop(this.#queue, this.#arena, this.#counters, BATCH);
    const table = compileRules(settings);
    this.#pipeline = createPipeline(settings, table, nat44, this.#arena, this.#counters, random);
    this.#loop.setPipeline(this.#pipeline);
    const rule = settings.rules.at(0)!;
    const isTcp = kind !== "udp 18";
    if (nat44 !== null) this.#open(packetsFor(name, "up", kind, flows, rule, []));
    const ports = nat44 === null ? [] : externalPorts(nat44, isTcp ? 6 : 17);
    const packets = packetsFor(name, direction, kind, flows, rule, ports);
    this.#queue.load(this.#arena, packets);
    this.#check();
  }

  /** Puts the packets back and no more. */
  restore(): number {
    return this.#queue.readBatch(this.#arena, BATCH);
  }

  /** Puts the packets back and judges each. */
  process(): number {
    const arena = this.#arena;
    this.#queue.readBatch(arena, BATCH);
    this.#nowMs += BATCH_MS;
    const nowMs = Math.trunc(this.#nowMs);
    for (let slot = 0; slot < BATCH; slot++) {
      this.#pipeline.process(slot, HEADROOM, HEADROOM + arena.lengths[slot]!, nowMs);
    }
    arena.reset();
    return BATCH;
  }

  /** The whole turn of a worker but for the kernel: read, count, judge, merge, write, count. */
  turn(): number {
    this.#nowMs += BATCH_MS;
    return this.#loop.runOnce(Math.trunc(this.#nowMs));
  }

  /** Lets NAT44 see the flows from inside. */
  #open(packets: readonly Offloaded[]): void {
    this.#queue.load(this.#arena, packets);
    this.#check();
  }

  /** What is measured must be forwarding. */
  #check(): void {
    this.turn();
    const fault = this.#loop.takeFault();
    if (fault !== undefined) throw fault;
    const drops = this.#counters.findIndex((count, i) => i >= COUNTERS.length && count > 0);
    if (drops < 0) return;
    const row = DROPS[(drops - COUNTERS.length) >> 1] ?? DROPS[0];
    throw new Error(`the bench's own packets are dropped, about ${row.name}`);
  }
}

/** External ports by inside port, which count up from flow to flow. */
function externalPorts(nat44: Nat44, protocol: number): number[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const host = 0xc0a8010a + i;
    return nat44.outbound(protocol, host, 40_000 + i, 0xc6336409, 443, 0x10, 1000.5);
  });
}
