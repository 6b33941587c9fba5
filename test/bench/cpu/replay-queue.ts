/**
 * The device of the in-process benches. A packet is rewritten in place, so what was changed of it, at most HEAD_LEN bytes, is
 * put back before it goes in again: that cost is measured by itself (`restore`) and is inside every other figure.
 */
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import type { Arena } from "../../../src/tun/arena.js";
import type { Offloaded } from "../../support/offload.js";
import { BATCH } from "./packets.js";

/** Of the packet as it was read: outer, inner and TCP header with options, up to a multiple of four. */
const HEAD_LEN = 96;
/** The virtio header, 10 bytes, up to a multiple of four. */
const VIRTIO_LEN = 12;
const WORDS = (HEAD_LEN + VIRTIO_LEN) / 4;

/** A TUN device that always has the same packets waiting, one batch after the other, and takes every one. */
export class ReplayQueue {
  readonly offloads = 0;
  readonly takesSuperPackets: boolean;
  readonly #words: Uint32Array;
  readonly #saved: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #packets: number;
  readonly #slotWords: number;
  #next = 0;

  /** `packets`: how many there are, a multiple of BATCH. */
  constructor(arena: Arena, packets: number, takesSuperPackets: boolean) {
    this.#packets = packets;
    this.#saved = new Uint32Array(packets * WORDS);
    this.#lengths = new Uint32Array(packets);
    this.takesSuperPackets = takesSuperPackets;
    this.#words = new Uint32Array(arena.memory.buffer);
    this.#slotWords = arena.slotLen / 4;
  }

  load(arena: Arena, packets: readonly Offloaded[]): void {
    for (const [i, { bytes, virtio }] of packets.entries()) {
      const base = (i % BATCH) * arena.slotLen + HEADROOM;
      arena.memory.set(bytes, base);
      arena.memory.set(virtio, base - virtio.length);
      const from = (base - VIRTIO_LEN) / 4;
      this.#saved.set(this.#words.subarray(from, from + WORDS), i * WORDS);
      this.#lengths[i] = bytes.length;
    }
  }

  readBatch(arena: Arena, count: number): number {
    const words = this.#words;
    const saved = this.#saved;
    const first = this.#next;
    for (let slot = 0; slot < count; slot++) {
      const to = slot * this.#slotWords + (HEADROOM - VIRTIO_LEN) / 4;
      const from = (first + slot) * WORDS;
      for (let i = 0; i < WORDS; i++) words[to + i] = saved[from + i]!;
      arena.lengths[slot] = this.#lengths[first + slot]!;
    }
    this.#next = first + count === this.#packets ? 0 : first + count;
    return count;
  }

  writeBatch(list: { readonly outCount: number }, results: Int32Array): number {
    results.fill(0, 0, list.outCount);
    return list.outCount;
  }
}
