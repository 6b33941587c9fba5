/**
 * The memory that a worker's packets live in: `slots` frames of equal size in one buffer, which the addon
 * reads into and writes from. A slot holds HEADROOM bytes and then the packet as it was read; what is to
 * be written is a list of [start, end) in the same memory.
 */
import { HEADROOM, type PacketIo } from "../pipeline/packet-io.js";

/** Holds the longest packet there is, 40 + 65535 bytes of IPv6, behind HEADROOM. */
export const SLOT_LEN = 66048;

/** Packets that may be emitted for each one read, on average over a batch. */
const EMITS_PER_SLOT = 4;

export class Arena implements PacketIo {
  readonly slots: number;
  /** Bytes of a slot. */
  readonly slotLen: number;
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly frames: readonly DataView[];
  /** Bytes of the packet read into each slot, without its virtio header. */
  readonly lengths: Uint32Array;
  /** Offsets into `memory` of the packets to write; a virtio header lies in the bytes before each start. */
  readonly outStarts: Uint32Array;
  readonly outEnds: Uint32Array;
  /** The slot that each packet to write came from. */
  readonly outSlots: Uint32Array;
  #outCount = 0;

  constructor(slots: number, slotLen: number = SLOT_LEN) {
    if (!Number.isInteger(slots) || slots < 1) throw new RangeError("slots must be 1 or more");
    if (!Number.isInteger(slotLen) || slotLen <= HEADROOM) {
      throw new RangeError(`slotLen must be more than HEADROOM (${HEADROOM})`);
    }
    this.slots = slots;
    this.slotLen = slotLen;
    this.memory = new Uint8Array(slots * slotLen);
    this.frames = Array.from(
      { length: slots },
      (_, slot) => new DataView(this.memory.buffer, slot * slotLen, slotLen),
    );
    this.lengths = new Uint32Array(slots);
    this.outStarts = new Uint32Array(slots * EMITS_PER_SLOT);
    this.outEnds = new Uint32Array(slots * EMITS_PER_SLOT);
    this.outSlots = new Uint32Array(slots * EMITS_PER_SLOT);
  }

  /** Packets queued for writing. */
  get outCount(): number {
    return this.#outCount;
  }

  /** The most packets that can be queued. */
  get outCapacity(): number {
    return this.outStarts.length;
  }

  /** Queues [at, end) of a slot; throws RangeError when the list is full, which is a fault of the pipeline. */
  emit(slot: number, at: number, end: number): void {
    const index = this.#outCount;
    if (index >= this.outStarts.length) throw new RangeError("too many packets emitted in a batch");
    const base = slot * this.slotLen;
    this.outStarts[index] = base + at;
    this.outEnds[index] = base + end;
    this.outSlots[index] = slot;
    this.#outCount = index + 1;
  }

  /** Forgets all queued packets but the first `count`. */
  truncate(count: number): void {
    if (count < this.#outCount) this.#outCount = count;
  }

  /** Forgets all queued packets. */
  reset(): void {
    this.#outCount = 0;
  }
}
