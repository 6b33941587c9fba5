/**
 * One turn of the packet loop: read a batch, let the pipeline judge each packet, write what it emitted,
 * and keep the books. For every turn: packets in + created = packets out + dropped + absorbed + held.
 */
import { COUNTER_COUNT, counterIndex, dropIndex } from "../counters.js";
import { FROM_DEVICE } from "../pipeline/observer.js";
import { FORWARDED, HEADROOM, type Pipeline } from "../pipeline/packet-io.js";
import { DROPS, INTERNAL_ERROR, TUN_WRITE_FAILED } from "../verdict.js";
import type { Arena } from "./arena.js";
import { Merger } from "./merge.js";
import type { TunQueue } from "./queue.js";
import type { Tap } from "./trace/tap.js";

const IN_IPV4_PACKETS = counterIndex("in_ipv4_packets");
const IN_IPV4_BYTES = counterIndex("in_ipv4_bytes");
const IN_IPV6_PACKETS = counterIndex("in_ipv6_packets");
const IN_IPV6_BYTES = counterIndex("in_ipv6_bytes");
const OUT_IPV4_PACKETS = counterIndex("out_ipv4_packets");
const OUT_IPV4_BYTES = counterIndex("out_ipv4_bytes");
const OUT_IPV6_PACKETS = counterIndex("out_ipv6_packets");
const OUT_IPV6_BYTES = counterIndex("out_ipv6_bytes");
const READ_ERRORS = counterIndex("tun_read_errors");
const BATCHES = counterIndex("batches");

/** Every code of the table is in [-DROPS.length, -1]. */
const LOWEST_CODE = -DROPS.length;

/** Packets of a batch from which on looking ahead pays: fewer have too few waits to overlap. */
const FORESEEN_PACKETS = 4;

/** Until the first setPipeline() nothing can be judged. */
const NO_PIPELINE: Pipeline = {
  process: () => INTERNAL_ERROR,
  tick: () => undefined,
  retire: () => undefined,
  observe: () => undefined,
};

export class BatchLoop {
  readonly #queue: TunQueue;
  readonly #arena: Arena;
  readonly #counters: Float64Array;
  readonly #batchSize: number;
  /** Family, 4 or 6, that the packet of each slot came in with; what is neither counts as IPv4. */
  readonly #families: Uint8Array;
  readonly #results: Int32Array;
  readonly #merger: Merger;
  #pipeline: Pipeline = NO_PIPELINE;
  #tap: Tap | null = null;
  #judged = 0;
  #emitted = 0;
  #readError = 0;
  #merged = 0;
  #fault: unknown;

  /** `counters` has COUNTER_COUNT elements and no other writer; batchSize is at most arena.slots. */
  constructor(queue: TunQueue, arena: Arena, counters: Float64Array, batchSize: number) {
    if (!Number.isInteger(batchSize) || batchSize < 1 || batchSize > arena.slots) {
      throw new RangeError(`batchSize must be in 1..${arena.slots}`);
    }
    if (counters.length < COUNTER_COUNT) throw new RangeError("counters is too short");
    this.#queue = queue;
    this.#arena = arena;
    this.#counters = counters;
    this.#batchSize = batchSize;
    this.#families = new Uint8Array(arena.slots);
    this.#results = new Int32Array(arena.outCapacity);
    this.#merger = new Merger(arena, queue.takesSuperPackets);
    arena.onFull(() => {
      this.#tap?.flushing();
      this.#write();
    });
  }

  /** Takes effect with the next batch; what the pipeline before still held is dropped, and counted. */
  setPipeline(pipeline: Pipeline): void {
    this.#pipeline.retire();
    this.#pipeline.observe(null);
    this.#pipeline = pipeline;
    pipeline.observe(this.#tap);
    this.#write();
  }

  /** From the next batch on the tap sees every packet; null: nobody watches any more. */
  setTap(tap: Tap | null): void {
    this.#tap = tap;
    this.#pipeline.observe(tap);
  }

  /** -errno of the last read when it failed, else 0. */
  get readError(): number {
    return this.#readError;
  }

  /** Packets that were written as parts of others' writes, since the loop was made. */
  get mergedPackets(): number {
    return this.#merged;
  }

  /** What the pipeline last threw, once; undefined when nothing was thrown since. */
  takeFault(): unknown {
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  /** Reads, judges and writes one batch. Returns how many packets were read: 0 when nothing waits or the read failed. */
  runOnce(nowMs: number): number {
    const count = this.#queue.readBatch(this.#arena, this.#batchSize);
    this.#readError = Math.min(count, 0);
    if (count <= 0) {
      if (count < 0) this.#add(READ_ERRORS, 1);
      return 0;
    }
    this.#add(BATCHES, 1);
    this.#countInput(count);
    this.#judge(count, nowMs);
    this.#write();
    return count;
  }

  /** Lets the pipeline do what is due by time, and writes what that emits. Call it between batches, once a second at least. */
  tick(nowMs: number): void {
    this.#tap?.speaking();
    try {
      this.#pipeline.tick(nowMs);
    } catch (fault) {
      this.#fault = fault;
    }
    this.#tap?.spoken();
    this.#write();
  }

  #countInput(count: number): void {
    const { memory, lengths, slotLen } = this.#arena;
    const families = this.#families;
    let packets6 = 0;
    let bytes = 0;
    let bytes6 = 0;
    for (let slot = 0; slot < count; slot++) {
      const len = lengths[slot]!;
      const isIpv6 = memory[slot * slotLen + HEADROOM]! >>> 4 === 6;
      families[slot] = isIpv6 ? 6 : 4;
      bytes += len;
      if (!isIpv6) continue;
      packets6++;
      bytes6 += len;
    }
    this.#add(IN_IPV4_PACKETS, count - packets6);
    this.#add(IN_IPV4_BYTES, bytes - bytes6);
    this.#add(IN_IPV6_PACKETS, packets6);
    this.#add(IN_IPV6_BYTES, bytes6);
  }

  #judge(count: number, nowMs: number): void {
    this.#arena.begin();
    this.#judged = 0;
    this.#emitted = 0;
    if (count >= FORESEEN_PACKETS) this.#foresee(count);
    while (this.#judged < count) {
      try {
        if (this.#tap === null) this.#process(count, nowMs);
        else this.#processTapped(this.#tap, count, nowMs);
      } catch (fault) {
        this.#giveUp(fault);
      }
    }
  }

  #foresee(count: number): void {
    try {
      this.#pipeline.foresee?.(count, this.#arena.lengths);
    } catch (fault) {
      this.#fault = fault;
    }
  }

  /** An exception is a bug, and costs the packet at fault: what came before it stands, what comes behind is judged. */
  #giveUp(fault: unknown): void {
    this.#fault = fault;
    this.#arena.truncate(this.#emitted);
    this.#tap?.abandoned(INTERNAL_ERROR);
    this.#drop(INTERNAL_ERROR, this.#families[this.#judged]!);
    this.#judged++;
  }

  #process(count: number, nowMs: number): void {
    const pipeline = this.#pipeline;
    const arena = this.#arena;
    const { lengths } = arena;
    const families = this.#families;
    for (let slot = this.#judged; slot < count; slot++) {
      const family = families[slot]!;
      const before = arena.emissions;
      arena.family = family;
      const verdict = pipeline.process(slot, HEADROOM, HEADROOM + lengths[slot]!, nowMs);
      if (verdict < 0) this.#drop(verdict, family);
      // Said to be forwarded but not emitted: it would vanish from the books.
      else if (verdict === FORWARDED && arena.emissions === before) {
        this.#drop(INTERNAL_ERROR, family);
      }
      this.#emitted = arena.outCount;
      this.#judged = slot + 1;
    }
  }

  /** As `#process()`, with somebody who watches. Apart from it, so that what is not watched pays nothing. */
  #processTapped(tap: Tap, count: number, nowMs: number): void {
    const arena = this.#arena;
    for (let slot = this.#judged; slot < count; slot++) {
      const family = this.#families[slot]!;
      const before = arena.emissions;
      const end = HEADROOM + arena.lengths[slot]!;
      arena.family = family;
      tap.entered(slot, HEADROOM, end, FROM_DEVICE);
      let verdict = this.#pipeline.process(slot, HEADROOM, end, nowMs);
      const isMissing = verdict === FORWARDED && arena.emissions === before;
      if (isMissing || verdict < LOWEST_CODE) verdict = INTERNAL_ERROR;
      tap.left(verdict);
      if (verdict < 0) this.#drop(verdict, family);
      this.#emitted = arena.outCount;
      this.#judged = slot + 1;
    }
  }

  #write(): void {
    const merger = this.#merger;
    if (this.#arena.outCount > 0) {
      merger.merge();
      this.#merged += this.#arena.outCount - merger.outCount;
      if (this.#writeList()) {
        merger.takeApart(this.#results);
        this.#writeList();
      }
    }
    this.#arena.reset();
    this.#emitted = 0;
  }

  /**
   * Packets count as what they were before merging: the books never depend on it. Returns true where the kernel takes
   * no merged packets of a kind; those have not been written yet.
   */
  #writeList(): boolean {
    const merger = this.#merger;
    const { memory, outStarts, outCount, packets, families } = merger;
    const results = this.#results;
    const taken = this.#queue.writeBatch(merger, results);
    if (taken < 0) results.fill(taken, 0, outCount);
    let hasRefused = false;
    let packets4 = 0;
    let bytes4 = 0;
    let packets6 = 0;
    let bytes6 = 0;
    for (let i = 0; i < outCount; i++) {
      const result = results[i]!;
      if (result === 0) {
        if (memory[outStarts[i]!]! >>> 4 === 6) {
          packets6 += packets[i]!;
          bytes6 += merger.bytes(i);
        } else {
          packets4 += packets[i]!;
          bytes4 += merger.bytes(i);
        }
      } else if (merger.isRefused(i, result)) {
        hasRefused = true;
      } else {
        this.#add(dropIndex(TUN_WRITE_FAILED, families[i]!), packets[i]!);
        if (this.#tap !== null) this.#traceRefused(this.#tap, i);
      }
    }
    this.#add(OUT_IPV4_PACKETS, packets4);
    this.#add(OUT_IPV4_BYTES, bytes4);
    this.#add(OUT_IPV6_PACKETS, packets6);
    this.#add(OUT_IPV6_BYTES, bytes6);
    return hasRefused;
  }

  /** Each packet of the write by itself, as it was before merging. */
  #traceRefused(tap: Tap, write: number): void {
    const merger = this.#merger;
    if (merger.packets[write] === 1) {
      tap.refused(merger.outStarts[write]!, merger.outEnds[write]!);
      return;
    }
    merger.restore(write);
    const { outStarts, outEnds, outCount } = this.#arena;
    for (let packet = 0; packet < outCount; packet++) {
      if (merger.writeOf(packet) === write) tap.refused(outStarts[packet]!, outEnds[packet]!);
    }
  }

  #drop(code: number, family: number): void {
    const known = code >= LOWEST_CODE ? code : INTERNAL_ERROR;
    this.#add(dropIndex(known, family), 1);
  }

  #add(index: number, amount: number): void {
    this.#counters[index]! += amount;
  }
}
