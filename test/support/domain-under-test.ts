/**
 * One domain's packet path behind one frame that is made anew for every packet: filled with 0xa5, with
 * headroom but no byte behind the packet, so that a read too far throws and a write too far shows. Slots
 * that it borrows are like the arena's.
 */
import { COUNTER_COUNT, COUNTERS, type CounterName, counterIndex } from "../../src/counters.js";
import { seededRandom } from "../../src/explain/seeded-random.js";
import type { Nat44 } from "../../src/nat44/nat44.js";
import { compileRules, createNat44, createPipeline } from "../../src/pipeline/create.js";
import { HEADROOM, type Output, type Pipeline } from "../../src/pipeline/packet-io.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { SLOT_LEN } from "../../src/tun/arena.js";
import { type Offloaded, VIRTIO_LEN } from "./offload.js";

const FILL = 0xa5;
const SPARES = 256;
/** Slots that are never handed out again before what was emitted from them is written. */
const IN_USE = SPARES / 2;

const CREATED = counterIndex("created_packets");
const ABSORBED = counterIndex("absorbed_packets");
const HELD = counterIndex("held_fragments");
const ERRORS_SENT = counterIndex("icmp_errors_sent");
const FIRST_DROP = COUNTERS.length;

export interface Judged {
  /** As the pipeline returned it: FORWARDED, HELD, ABSORBED or a drop code. */
  readonly verdict: number;
  /** What was emitted, ICMP errors of its own included. */
  readonly output: readonly Offloaded[];
  /** What a pipeline must never do; empty when it kept its contract. */
  readonly problems: readonly string[];
}

interface Emitted {
  readonly slot: number;
  readonly at: number;
  readonly end: number;
}

/** Shared by all domains, since no packet is in the making between two calls. */
const SPARE_FRAMES = Array.from({ length: SPARES }, () => new DataView(new ArrayBuffer(SLOT_LEN)));

class OneFrame implements Output {
  readonly frames: DataView[] = [new DataView(new ArrayBuffer(HEADROOM)), ...SPARE_FRAMES];
  /** Of the packet at hand; those before `#written` have been written out. */
  readonly emitted: Emitted[] = [];
  readonly #output: Offloaded[] = [];
  #written = 0;
  #borrowed = 0;
  #next = 0;

  emit(slot: number, at: number, end: number): void {
    this.emitted.push({ slot, at, end });
  }

  borrow(): number {
    if (this.#borrowed === IN_USE) this.#write();
    const slot = 1 + this.#next;
    this.#next = (this.#next + 1) % SPARES;
    this.#borrowed++;
    return slot;
  }

  begin(frame: DataView): void {
    this.frames[0] = frame;
    this.emitted.length = 0;
    this.#output.length = 0;
    this.#written = 0;
    this.#borrowed = 0;
  }

  /** Copies of all that was emitted since `begin()`. */
  finish(): Offloaded[] {
    this.#write();
    return this.#output.slice();
  }

  #write(): void {
    for (const { slot, at, end } of this.emitted.slice(this.#written)) {
      const memory = new Uint8Array(this.frames[slot]!.buffer);
      this.#output.push({
        bytes: memory.slice(at, end),
        virtio: memory.slice(at - VIRTIO_LEN, at),
      });
    }
    this.#written = this.emitted.length;
    this.#borrowed = 0;
  }
}

export class DomainUnderTest {
  readonly counters = new Float64Array(COUNTER_COUNT);
  readonly #io = new OneFrame();
  readonly #pipeline: Pipeline;
  #judged = 0;
  #dropped = 0;
  #emitted = 0;

  /** `retired`: NAT44 of a CE's former address. `hits`: where a BR counts packets by rule. */
  constructor(
    settings: DomainSettings,
    seed = 1,
    retired: Nat44 | null = null,
    hits: Float64Array | null = null,
  ) {
    const random = seededRandom(seed);
    const nat44 = settings.role === "ce" ? createNat44(settings, random) : null;
    const table = compileRules(settings);
    const { counters } = this;
    const io = this.#io;
    this.#pipeline = createPipeline(settings, table, nat44, io, counters, random, retired, hits);
  }

  counter(name: CounterName): number {
    return this.counters[counterIndex(name)]!;
  }

  /** Judges one packet; throws what the pipeline throws. */
  judge(packet: Uint8Array, nowMs: number, virtio: Uint8Array): Judged {
    const frame = new Uint8Array(HEADROOM + packet.length).fill(FILL);
    frame.set(virtio, HEADROOM - VIRTIO_LEN);
    frame.set(packet, HEADROOM);
    const before = Buffer.from(frame);
    const errorsBefore = this.counters[ERRORS_SENT]!;
    const madeBefore = this.counters[CREATED]!;
    this.#io.begin(new DataView(frame.buffer));
    const verdict = this.#pipeline.process(0, HEADROOM, frame.length, nowMs);
    const output = this.#io.finish();
    this.#judged++;
    this.#emitted += output.length;
    if (verdict < 0) this.#dropped++;
    const answers = this.counters[ERRORS_SENT]! - errorsBefore;
    const made = this.counters[CREATED]! - madeBefore;
    const problems = [
      ...(verdict === 0 ? this.#emittedProblems(frame) : unforwardedProblems(before, frame)),
      ...(answers > made ? ["an ICMP error is not among the created packets"] : []),
      ...this.balanceProblems(),
    ];
    return { verdict, output, problems };
  }

  /** Does what is due by time. Returns what was emitted. */
  tick(nowMs: number): readonly Offloaded[] {
    return this.#between(() => this.#pipeline.tick(nowMs));
  }

  /** Ends the pipeline: nothing is held any more. Returns what was emitted. */
  retire(): readonly Offloaded[] {
    return this.#between(() => this.#pipeline.retire());
  }

  /** in + created = out + dropped + absorbed + held. */
  balanceProblems(): string[] {
    const { counters } = this;
    let dropped = this.#dropped;
    for (let i = FIRST_DROP; i < counters.length; i++) dropped += counters[i]!;
    const came = this.#judged + counters[CREATED]!;
    const went = this.#emitted + dropped + counters[ABSORBED]! + counters[HELD]!;
    const problems = came === went ? [] : [`in and created ${came}, out and gone ${went}`];
    return counters[HELD]! < 0 ? [...problems, "held fragments are negative"] : problems;
  }

  #between(work: () => void): Offloaded[] {
    this.#io.begin(new DataView(new ArrayBuffer(HEADROOM)));
    work();
    const output = this.#io.finish();
    this.#emitted += output.length;
    return output;
  }

  /** Of a packet that was forwarded: what was emitted from its own frame, or instead of it. */
  #emittedProblems(frame: Uint8Array): string[] {
    const { emitted } = this.#io;
    if (emitted.length === 0) return ["forwarded and not emitted"];
    const problems: string[] = [];
    let first = HEADROOM;
    for (const { slot, at, end } of emitted) {
      const len = slot === 0 ? frame.length : SLOT_LEN;
      if (slot === 0) first = Math.min(first, at);
      if (at < VIRTIO_LEN || end > len || end <= at) {
        problems.push(`emitted slot ${slot} [${at}, ${end}) of ${len} bytes`);
      }
    }
    const untouched = first - VIRTIO_LEN;
    if (!frame.subarray(0, untouched).every((byte) => byte === FILL))
      problems.push("wrote before the packet");
    return problems;
  }
}

/** A packet that is not forwarded as itself stays as it was. */
function unforwardedProblems(before: Uint8Array, frame: Uint8Array): string[] {
  return Buffer.compare(before, frame) === 0 ? [] : ["not forwarded but changed"];
}
