/** One queue of a TUN device as the batch loop sees it; errors are -errno, nothing throws. */
import { HEADROOM } from "../pipeline/packet-io.js";
import type { Arena } from "./arena.js";
import type { NativeTun } from "./native.js";

/** Packets to write, in order: ranges of `memory`, each with a virtio header in the bytes before its start. */
export interface WriteList {
  readonly memory: Uint8Array;
  readonly outStarts: Uint32Array;
  readonly outEnds: Uint32Array;
  readonly outCount: number;
}

/** Packets to write, in order, whose first bytes may lie apart from the others. */
export interface PieceList {
  readonly memory: Uint8Array;
  /** In `memory`: all of a packet that has no head, behind its virtio header; or else what follows its head. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** A slot of `headSlotLen` bytes each, with virtio header and headers in the first `headLens[i]`; 0: the packet has no head. */
  readonly heads: Uint8Array;
  readonly headSlotLen: number;
  readonly headLens: Uint32Array;
  readonly count: number;
}

export interface TunQueue {
  /** TUN_F_* bits that the kernel may use on packets read. */
  readonly offloads: number;
  /** Super-packets may be written, whatever the offloads: packets travel with a virtio header. */
  readonly takesSuperPackets: boolean;
  /**
   * Reads up to `count` packets (at most arena.slots), packet i into slot i at HEADROOM, and sets arena.lengths.
   * Returns how many were read (0: nothing waits), or -errno when the first read failed.
   */
  readBatch(arena: Arena, count: number): number;
  /**
   * Writes the packets of the list, in order. results[i] is 0 or -errno and has at least list.outCount
   * elements. Returns how many the kernel took, or -errno when none was tried.
   */
  writeBatch(list: WriteList, results: Int32Array): number;
}

/** A queue that the addon opened. */
export class NativeQueue implements TunQueue {
  readonly offloads: number;
  readonly #native: NativeTun;
  readonly #fd: number;
  readonly #intakeFd: number;
  readonly #vnetHdr: boolean;

  /** `intakeFd`: where IPv6 comes in by itself (NativeTun.openIntakes()), or -1. */
  constructor(
    native: NativeTun,
    fd: number,
    vnetHdr: boolean,
    offloads: number,
    intakeFd: number = -1,
  ) {
    this.#native = native;
    this.#fd = fd;
    this.#vnetHdr = vnetHdr;
    this.offloads = offloads;
    this.#intakeFd = intakeFd;
  }

  readBatch(arena: Arena, count: number): number {
    const { memory, slotLen, lengths } = arena;
    return this.#native.readBatch(
      this.#fd,
      this.#vnetHdr,
      memory,
      slotLen,
      HEADROOM,
      lengths,
      count,
      this.#intakeFd,
    );
  }

  /** As `writeBatch()`; needs a virtio header before every packet. */
  writePieces(list: PieceList, results: Int32Array): number {
    const { memory, starts, ends, heads, headSlotLen, headLens, count } = list;
    return this.#native.writePieces(
      this.#fd,
      memory,
      starts,
      ends,
      heads,
      headSlotLen,
      headLens,
      results,
      count,
    );
  }

  get takesSuperPackets(): boolean {
    return this.#vnetHdr;
  }

  writeBatch(list: WriteList, results: Int32Array): number {
    const { memory, outStarts, outEnds, outCount } = list;
    return this.#native.writeBatch(
      this.#fd,
      this.#vnetHdr,
      memory,
      outStarts,
      outEnds,
      results,
      outCount,
    );
  }
}
