/** Copies of packets in one buffer of equal blocks; the blocks of a packet are chained. */
import { copyBytes } from "./copy-bytes.js";

/** Holds a fragment of the usual MTU, 1500, whole. */
export const BLOCK_LEN = 2048;

const NONE = -1;

/** A stored packet is named by its first block. */
export class BlockPool {
  readonly blocks: number;
  readonly #memory: DataView;
  /** Next block of the same packet, or of the free list. */
  readonly #next: Int32Array;
  readonly #lens: Uint32Array;
  #freeHead = 0;
  #free: number;

  /** `memory`: bytes, rounded down to blocks. */
  constructor(memory: number) {
    this.blocks = Math.floor(memory / BLOCK_LEN);
    this.#memory = new DataView(new ArrayBuffer(this.blocks * BLOCK_LEN));
    this.#next = new Int32Array(this.blocks).map((_, i) => i + 1);
    if (this.blocks > 0) this.#next[this.blocks - 1] = NONE;
    this.#lens = new Uint32Array(this.blocks);
    this.#free = this.blocks;
  }

  /** Blocks that nobody uses. */
  get free(): number {
    return this.#free;
  }

  /** Stores [at, end), which is not empty; -1 when it does not fit. */
  store(frame: DataView, at: number, end: number): number {
    const count = blocksOf(end - at);
    if (count > this.#free) return NONE;
    const first = this.#freeHead;
    let last = first;
    for (let i = 0; i < count; i++) {
      if (i > 0) last = this.#next[last]!;
      const from = at + i * BLOCK_LEN;
      copyBytes(frame, from, this.#memory, last * BLOCK_LEN, Math.min(BLOCK_LEN, end - from));
    }
    this.#freeHead = this.#next[last]!;
    this.#next[last] = NONE;
    this.#free -= count;
    this.#lens[first] = end - at;
    return first;
  }

  /** Bytes of a stored packet. */
  len(packet: number): number {
    return this.#lens[packet]!;
  }

  /** Family of a stored IP packet. */
  family(packet: number): number {
    return this.#memory.getUint8(packet * BLOCK_LEN) >>> 4;
  }

  /** Copies bytes [from, to) of a stored packet to `toAt` of a frame. */
  copy(packet: number, from: number, to: number, frame: DataView, toAt: number): void {
    let block = packet;
    for (let blockAt = 0; blockAt < to; blockAt += BLOCK_LEN) {
      const start = Math.max(from - blockAt, 0);
      const end = Math.min(to - blockAt, BLOCK_LEN);
      const target = toAt + blockAt + start - from;
      if (start < end) {
        copyBytes(this.#memory, block * BLOCK_LEN + start, frame, target, end - start);
      }
      block = this.#next[block]!;
    }
  }

  /** Forgets a stored packet. */
  release(packet: number): void {
    const count = blocksOf(this.#lens[packet]!);
    let last = packet;
    for (let i = 1; i < count; i++) last = this.#next[last]!;
    this.#next[last] = this.#freeHead;
    this.#freeHead = packet;
    this.#free += count;
  }
}

/** Blocks that `len` bytes take. */
export function blocksOf(len: number): number {
  return Math.ceil(len / BLOCK_LEN);
}
