/** How busy a packet worker is: written by its loop, in shared memory, read by whoever shows it. */

/** Upper bounds of the classes that batches are counted in, packets; the last one is BATCH_SIZE. */
export const BATCH_CLASSES = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const;

const BUSY = 0;
const LONGEST = 1;
const FIRST_CLASS = 2;

/** Bytes of the shared array. */
export const LOOP_BYTES = (FIRST_CLASS + BATCH_CLASSES.length) * Float64Array.BYTES_PER_ELEMENT;

const MS_PER_SECOND = 1000;
/** Bits of a 32-bit number. */
const BITS = 32;

export interface LoopNumbers {
  /** Time that the loop was awake. */
  readonly busySeconds: number;
  /** Longest time of the last second for which the loop, awake, did not look at its queue. */
  readonly lagSeconds: number;
  /** Batches by the classes of BATCH_CLASSES, each without the smaller ones. */
  readonly batches: readonly number[];
}

export class LoopTimes {
  readonly #shared: Float64Array;
  /** Since when the loop is awake, and since when it has not looked. */
  #awakeMs: number;
  #lookedMs: number;
  #longestMs = 0;

  constructor(shared: SharedArrayBuffer, nowMs: number) {
    this.#shared = new Float64Array(shared);
    this.#awakeMs = nowMs;
    this.#lookedMs = nowMs;
  }

  /** The loop is about to read its queue. */
  looks(nowMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, nowMs - this.#lookedMs);
    this.#lookedMs = nowMs;
  }

  /** A batch of so many packets has been read, one at least. */
  batch(count: number): void {
    const row = BITS - Math.clz32(count - 1);
    this.#shared[FIRST_CLASS + Math.min(row, BATCH_CLASSES.length - 1)]! += 1;
  }

  /** The loop goes to sleep. */
  sleeps(nowMs: number): void {
    this.looks(nowMs);
    this.#shared[BUSY]! += (nowMs - this.#awakeMs) / MS_PER_SECOND;
    this.#awakeMs = nowMs;
  }

  /** Whatever it slept for is no lag. */
  wakes(nowMs: number): void {
    this.#awakeMs = nowMs;
    this.#lookedMs = nowMs;
  }

  /** Once a second. */
  tick(): void {
    this.#shared[LONGEST] = this.#longestMs / MS_PER_SECOND;
    this.#longestMs = 0;
  }
}

export function readLoop(shared: SharedArrayBuffer): LoopNumbers {
  const numbers = new Float64Array(shared);
  return {
    busySeconds: numbers[BUSY]!,
    lagSeconds: numbers[LONGEST]!,
    batches: [...numbers.subarray(FIRST_CLASS)],
  };
}
