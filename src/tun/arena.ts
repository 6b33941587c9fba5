/**
 * The memory that a worker's packets live in: `slots` frames of equal size in one buffer, which the addon
 * reads into and writes from. A slot holds HEADROOM bytes and then the packet as it was read; what is to
 * be written is a list of [start, end) in the same memory.
 */
import { HEADROOM, type Output } from "../pipeline/packet-io.js";

/**
 * Holds the longest packet there is, 40 + 65535 bytes of IPv6, behind HEADROOM. An odd number of cache lines of 64 bytes,
 * so that the headers of a batch lie all over the cache, and do not push each other out of a few sets of it.
 */
export const SLOT_LEN = 66112;

/** Spare slots for packets that a pipeline makes. Pages that nobody touches take no memory. */
export const SPARES = 256;

/** Slots that nearly every batch needs. */
const COMMON_SLOTS = 16;

/** Packets that can wait to be written. */
const OUT_CAPACITY = 1024;

export class Arena implements Output {
  /** Slots that packets are read into. */
  readonly slots: number;
  /** Bytes of a slot. */
  readonly slotLen: number;
  readonly memory: Uint8Array<ArrayBuffer>;
  /** True where the device cuts super-packets of IPv4 that lie inside IPv6, so that it is worth while to make some. */
  readonly cutsInsideTunnels: boolean;
  /** Of all slots, the spare ones last. */
  readonly frames: readonly DataView[];
  /** Bytes of the packet read into each slot, without its virtio header. */
  readonly lengths: Uint32Array;
  /** Offset into `memory` behind which only batches of many packets, and packets of our own, leave anything. */
  readonly rareAt: number;
  /** Offsets into `memory` of the packets to write; a virtio header lies in the bytes before each start. */
  readonly outStarts = new Uint32Array(OUT_CAPACITY);
  readonly outEnds = new Uint32Array(OUT_CAPACITY);
  /** Family, 4 or 6, of the input that each packet to write came from. */
  readonly outFamilies = new Uint8Array(OUT_CAPACITY);
  /** Family of the input that what is emitted now comes from. */
  family = 4;
  #outCount = 0;
  #emissions = 0;
  #nextSpare = 0;
  #borrowed = 0;
  #flush: () => void = refuseFlush;

  constructor(slots: number, slotLen: number = SLOT_LEN, cutsInsideTunnels = false) {
    if (!Number.isInteger(slots) || slots < 1) throw new RangeError("slots must be 1 or more");
    if (!Number.isInteger(slotLen) || slotLen <= HEADROOM) {
      throw new RangeError(`slotLen must be more than HEADROOM (${HEADROOM})`);
    }
    this.slots = slots;
    this.slotLen = slotLen;
    this.cutsInsideTunnels = cutsInsideTunnels;
    this.memory = new Uint8Array((slots + SPARES) * slotLen);
    this.frames = Array.from(
      { length: slots + SPARES },
      (_, slot) => new DataView(this.memory.buffer, slot * slotLen, slotLen),
    );
    this.lengths = new Uint32Array(slots);
    this.rareAt = Math.min(slots, COMMON_SLOTS) * slotLen;
  }

  /** Packets queued for writing. */
  get outCount(): number {
    return this.#outCount;
  }

  /** The most packets that can be queued. */
  get outCapacity(): number {
    return OUT_CAPACITY;
  }

  /** Packets emitted since the arena was made. */
  get emissions(): number {
    return this.#emissions;
  }

  /** `flush` writes what is queued and calls `reset()`; it is called when no slot, or no place, is left. */
  onFull(flush: () => void): void {
    this.#flush = flush;
  }

  /** Queues [at, end) of a slot. */
  emit(slot: number, at: number, end: number): void {
    if (this.#outCount === OUT_CAPACITY) this.#flush();
    const index = this.#outCount;
    const base = slot * this.slotLen;
    this.outStarts[index] = base + at;
    this.outEnds[index] = base + end;
    this.outFamilies[index] = this.family;
    this.#outCount = index + 1;
    this.#emissions++;
  }

  /**
   * A spare slot. They go round, and are written out by the half, so that the last SPARES / 2 that were borrowed are
   * never handed out again: more than any one packet has in use at a time.
   */
  borrow(): number {
    if (this.#borrowed === SPARES / 2) this.#flush();
    const spare = this.#nextSpare;
    this.#nextSpare = (spare + 1) % SPARES;
    this.#borrowed++;
    return this.slots + spare;
  }

  /** Forgets all queued packets but the first `count`. */
  truncate(count: number): void {
    if (count < this.#outCount) this.#outCount = count;
  }

  /**
   * A batch was read, and nothing is in use that was borrowed before: the first spare is the next one again, so that the
   * ones that are borrowed are few, and in the cache.
   */
  begin(): void {
    this.reset();
    this.#nextSpare = 0;
  }

  /** Forgets all queued packets. */
  reset(): void {
    this.#outCount = 0;
    this.#borrowed = 0;
  }
}

function refuseFlush(): void {
  throw new RangeError("the arena is full and nobody writes it");
}
