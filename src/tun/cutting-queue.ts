/** A queue of a MAP-E device without the classifier: takes super-packets inside a tunnel, and writes their segments. */
import { MAX_SEGMENTS } from "../translate/offload.js";
import type { Arena } from "./arena.js";
import { Cutter } from "./cutter.js";
import type { PieceList, TunQueue, WriteList } from "./queue.js";

export interface PieceQueue extends TunQueue {
  /** As `writeBatch()`, with an element of `results` for each piece. */
  writePieces(list: PieceList, results: Int32Array): number;
}

export class CuttingQueue implements TunQueue {
  readonly offloads: number;
  readonly takesSuperPackets: boolean;
  readonly #queue: PieceQueue;
  readonly #cutter: Cutter;
  readonly #results = new Int32Array(MAX_SEGMENTS);

  /** `memory`: the arena's, in which all that is written lies. */
  constructor(queue: PieceQueue, memory: Uint8Array) {
    this.#queue = queue;
    this.offloads = queue.offloads;
    this.takesSuperPackets = queue.takesSuperPackets;
    this.#cutter = new Cutter(memory);
  }

  readBatch(arena: Arena, count: number): number {
    return this.#queue.readBatch(arena, count);
  }

  /** A super-packet counts as one packet, and as refused where any segment is. */
  writeBatch(list: WriteList, results: Int32Array): number {
    const cutter = this.#cutter;
    const pieceResults = this.#results;
    let taken = 0;
    for (let first = 0; first < list.outCount; ) {
      const next = cutter.take(list, first);
      const { count, whole } = cutter;
      const done = this.#queue.writePieces(cutter, pieceResults);
      if (done < 0) pieceResults.fill(done, 0, count);
      for (let i = 0; i < whole; i++) results[first + i] = pieceResults[i]!;
      if (count > whole) results[next - 1] = firstFailure(pieceResults, count);
      for (let i = first; i < next; i++) if (results[i] === 0) taken++;
      first = next;
    }
    return taken;
  }
}

function firstFailure(results: Int32Array, count: number): number {
  for (let i = 0; i < count; i++) if (results[i] !== 0) return results[i]!;
  return 0;
}
