/**
 * One domain's packet path in memory: the pipeline and the packet loop that the daemon runs, over a queue without a kernel.
 * One packet at a time, so that everything that happens is known to be that packet's doing.
 */
import { COUNTER_COUNT, COUNTERS, type CounterName, counterIndex, dropIndex } from "../counters.js";
import type { RuleTable } from "../map/rule-table.js";
import type { Nat44 } from "../nat44/nat44.js";
import { compileRules, createNat44, createPipeline } from "../pipeline/create.js";
import { ABSORBED, FORWARDED, HELD, type Pipeline } from "../pipeline/packet-io.js";
import type { DomainSettings } from "../pipeline/settings.js";
import { Arena } from "../tun/arena.js";
import { BatchLoop } from "../tun/batch-loop.js";
import { type MemoryPacket, MemoryQueue } from "../tun/memory-queue.js";
import { DROPS, type DropName, INTERNAL_ERROR } from "../verdict.js";
import { type DroppedPacket, DropWatch, reasonOf } from "./drop-watch.js";
import { seededRandom } from "./seeded-random.js";

export type VerdictKind = "forwarded" | "dropped" | "held" | "absorbed";

/** What happened between two moments. */
export interface Step {
  /** What was written, in order: forwarded packets, and our own ICMP errors. */
  readonly output: readonly Uint8Array[];
  readonly icmpErrors: number;
  /** Turned around instead of crossing. */
  readonly hairpins: number;
  /** NAT44 has made a session. */
  readonly opensSession: boolean;
  /** Others than the packet itself: fragments that waited, and what was made of it here. */
  readonly dropped: readonly DroppedPacket[];
}

export interface Judgement extends Step {
  readonly verdict: VerdictKind;
  /** So many packets of `output`, the first ones, are of the packet itself; the others had waited for it, or are our errors. */
  readonly ownOutput: number;
  /** Why the packet itself was dropped; `dropped` has others. */
  readonly reason: DropName | null;
  /** What the packet path threw, where that is why: a fault of its own. */
  readonly fault: string | null;
}

export interface DomainCounters {
  /** Every counter that is not zero, but for `batches`: here each packet is one. */
  readonly counters: Readonly<Partial<Record<CounterName, number>>>;
  readonly dropped: {
    readonly ipv4: Readonly<Partial<Record<DropName, number>>>;
    readonly ipv6: Readonly<Partial<Record<DropName, number>>>;
  };
}

/** Any moment will do, but not zero. */
const START_MS = 1_000_000;
const SEED = 1;
const ICMP_ERRORS_SENT = counterIndex("icmp_errors_sent");
const HAIRPIN_PACKETS = counterIndex("hairpin_packets");

export class DomainRun {
  readonly settings: DomainSettings;
  readonly table: RuleTable;
  /** Null on a BR and where it is off. */
  readonly nat44: Nat44 | null;
  readonly #counters = new Float64Array(COUNTER_COUNT);
  readonly #queue = new MemoryQueue();
  readonly #loop: BatchLoop;
  readonly #watch: DropWatch;
  #verdict = FORWARDED;
  #nowMs = START_MS;

  constructor(settings: DomainSettings) {
    const random = seededRandom(SEED);
    const arena = new Arena(1);
    const nat44 = settings.role === "ce" ? createNat44(settings, random) : null;
    const table = compileRules(settings);
    const pipeline = createPipeline(settings, table, nat44, arena, this.#counters, random);
    this.settings = settings;
    this.table = table;
    this.nat44 = nat44;
    this.#watch = new DropWatch(arena);
    this.#loop = new BatchLoop(this.#queue, arena, this.#counters, 1);
    this.#loop.setPipeline(this.#watched(pipeline));
    // After the loop has been given it, which says that nobody watches.
    pipeline.observe(this.#watch);
  }

  /** Of the pretended clock, milliseconds. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Lets time pass, up to `timeMs` since the start; a time that has passed already changes nothing. */
  advance(timeMs: number): Step {
    this.#nowMs = Math.max(this.#nowMs, START_MS + timeMs);
    return this.#during(() => this.#loop.tick(this.#nowMs));
  }

  /** Judges one packet now. */
  send(packet: Uint8Array): Judgement {
    this.#queue.push(packet);
    // What throws says no verdict.
    this.#verdict = INTERNAL_ERROR;
    this.#watch.begin();
    const step = this.#during(() => {
      this.#loop.runOnce(this.#nowMs);
      this.#loop.tick(this.#nowMs);
    });
    const fault = this.#loop.takeFault();
    const reason = reasonOf(this.#verdict);
    const text = fault === undefined ? null : String(fault);
    const ownOutput = Math.min(this.#watch.own, step.output.length);
    return { ...step, ownOutput, verdict: kindOf(this.#verdict), reason, fault: text };
  }

  /** Everything since the start. */
  counters(): DomainCounters {
    const counters: Partial<Record<CounterName, number>> = {};
    for (const { name } of COUNTERS) {
      const value = this.#counters[counterIndex(name)]!;
      if (value !== 0 && name !== "batches") counters[name] = value;
    }
    const dropped: { readonly ipv4: DropRecord; readonly ipv6: DropRecord } = {
      ipv4: {},
      ipv6: {},
    };
    for (const { code, name } of DROPS) {
      const [count4, count6] = [
        this.#counters[dropIndex(code, 4)]!,
        this.#counters[dropIndex(code, 6)]!,
      ];
      if (count4 > 0) dropped.ipv4[name] = count4;
      if (count6 > 0) dropped.ipv6[name] = count6;
    }
    return { counters, dropped };
  }

  /** The pipeline, whose verdict on the packet that was read is kept. */
  #watched(pipeline: Pipeline): Pipeline {
    return {
      process: (slot, at, end, nowMs) => {
        this.#verdict = pipeline.process(slot, at, end, nowMs);
        return this.#verdict;
      },
      tick: (nowMs) => pipeline.tick(nowMs),
      retire: () => pipeline.retire(),
      observe: (observer) => pipeline.observe(observer),
    };
  }

  #during(run: () => void): Step {
    const before = this.#counters.slice();
    const sessions = this.nat44?.sessions ?? 0;
    const written = this.#queue.written.length;
    run();
    const gained = (index: number): number => this.#counters[index]! - before[index]!;
    return {
      output: this.#queue.written.splice(written).map(({ packet }: MemoryPacket) => packet),
      icmpErrors: gained(ICMP_ERRORS_SENT),
      hairpins: gained(HAIRPIN_PACKETS),
      opensSession: (this.nat44?.sessions ?? 0) > sessions,
      dropped: this.#watch.take(),
    };
  }
}

type DropRecord = Partial<Record<DropName, number>>;

function kindOf(verdict: number): VerdictKind {
  if (verdict < 0) return "dropped";
  if (verdict === HELD) return "held";
  return verdict === ABSORBED ? "absorbed" : "forwarded";
}
