/**
 * A TUN queue without a kernel: packets in from a list, packets out to another one, failures on demand.
 * Slots are filled with 0xa5 before every read, so that a byte nobody wrote shows.
 */
import { HEADROOM } from "../pipeline/packet-io.js";
import type { Arena } from "./arena.js";
import type { PieceQueue } from "./cutting-queue.js";
import type { PieceList, WriteList } from "./queue.js";

const VNET_HEADER_LEN = 10;
const FILL = 0xa5;

export interface MemoryPacket {
  readonly packet: Uint8Array;
  /** The virtio header, 10 bytes. */
  readonly header: Uint8Array;
}

/** The answer of the pretended kernel to a packet: 0, or -errno when it refuses it. */
export type WriteAnswer = (packet: MemoryPacket, index: number) => number;

export class MemoryQueue implements PieceQueue {
  readonly offloads: number;
  readonly takesSuperPackets: boolean;
  /** What was written and taken, in order. */
  readonly written: MemoryPacket[] = [];
  readonly #waiting: MemoryPacket[] = [];
  readonly #readErrors: number[] = [];
  #answer: WriteAnswer = () => 0;
  #writes = 0;

  /** Without `takesSuperPackets` what is written is what the pipeline emitted, nothing merged. */
  constructor(offloads = 0, takesSuperPackets = false) {
    this.offloads = offloads;
    this.takesSuperPackets = takesSuperPackets;
  }

  /** Packets that wait to be read. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Queues a packet to be read; both arrays are copied. Without a header it is all zero. */
  push(packet: Uint8Array, header: Uint8Array = new Uint8Array(VNET_HEADER_LEN)): void {
    if (header.length !== VNET_HEADER_LEN) {
      throw new RangeError(`a virtio header has ${VNET_HEADER_LEN} bytes, not ${header.length}`);
    }
    this.#waiting.push({ packet: packet.slice(), header: header.slice() });
  }

  /** The next read fails with -errno, once for each call; packets stay where they are. */
  failNextRead(error: number): void {
    this.#readErrors.push(error);
  }

  /** Decides about every later write; `index` counts all writes of this queue from 0. */
  answerWrites(answer: WriteAnswer): void {
    this.#answer = answer;
  }

  readBatch(arena: Arena, count: number): number {
    const error = this.#readErrors.shift();
    if (error !== undefined) return error;
    const batch = this.#waiting.splice(0, Math.min(count, arena.slots));
    batch.forEach(({ packet, header }, slot) => {
      const base = slot * arena.slotLen;
      arena.memory.fill(FILL, base, base + arena.slotLen);
      // Cut to the slot as the kernel would.
      const kept = packet.subarray(0, arena.slotLen - HEADROOM);
      arena.memory.set(header, base + HEADROOM - VNET_HEADER_LEN);
      arena.memory.set(kept, base + HEADROOM);
      arena.lengths[slot] = kept.length;
    });
    return batch.length;
  }

  writeBatch({ memory, outStarts, outEnds, outCount }: WriteList, results: Int32Array): number {
    let taken = 0;
    for (let i = 0; i < outCount; i++) {
      results[i] = this.#write(wholeOf(memory, outStarts[i]!, outEnds[i]!));
      if (results[i] === 0) taken++;
    }
    return taken;
  }

  writePieces(list: PieceList, results: Int32Array): number {
    let taken = 0;
    for (let i = 0; i < list.count; i++) {
      results[i] = this.#write(pieceOf(list, i));
      if (results[i] === 0) taken++;
    }
    return taken;
  }

  #write(packet: MemoryPacket): number {
    const answer = this.#answer(packet, this.#writes++);
    if (answer === 0) this.written.push(packet);
    return answer;
  }
}

function wholeOf(memory: Uint8Array, start: number, end: number): MemoryPacket {
  return {
    packet: memory.slice(start, end),
    header: memory.slice(start - VNET_HEADER_LEN, start),
  };
}

function pieceOf(list: PieceList, i: number): MemoryPacket {
  const { memory, starts, ends, heads, headSlotLen, headLens } = list;
  const [start, end, headLen] = [starts[i]!, ends[i]!, headLens[i]!];
  if (headLen === 0) return wholeOf(memory, start, end);
  const head = heads.subarray(i * headSlotLen, i * headSlotLen + headLen);
  const packet = new Uint8Array(headLen - VNET_HEADER_LEN + end - start);
  packet.set(head.subarray(VNET_HEADER_LEN));
  packet.set(memory.subarray(start, end), headLen - VNET_HEADER_LEN);
  return { packet, header: head.slice(0, VNET_HEADER_LEN) };
}
