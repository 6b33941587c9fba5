/**
 * Records on their way from a worker to the main thread: a ring in shared memory with one writer and one reader, who
 * never wait for each other. What finds no room is lost, and counted.
 *   words  +0 written | +4 read | +8 lost | data
 * Both positions count bytes and wrap at 2^32. A record is a multiple of 4 bytes, whose first word is its length,
 * and lies in one piece; where it would not, a word of zero sends the reader to the start.
 */

const WRITTEN = 0;
const READ = 1;
const LOST = 2;
const HEADER_LEN = 12;

const SKIP = 0;

export class TraceRing {
  readonly #words: Int32Array;
  readonly #data: DataView;
  readonly #bytes: Uint8Array;
  readonly #capacity: number;
  /** Where the writer's reservation begins, and how much it skips to get there. */
  #reservedAt = 0;
  #skipped = 0;

  /** Memory for a ring; `capacity` is a power of two. */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_LEN + capacity);
  }

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, HEADER_LEN / 4);
    this.#data = new DataView(memory, HEADER_LEN);
    this.#bytes = new Uint8Array(memory, HEADER_LEN);
    this.#capacity = memory.byteLength - HEADER_LEN;
  }

  /** The data of the ring, where a reservation lies. */
  get data(): DataView {
    return this.#data;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The writer's: place for a record of `len` bytes in `data`, or -1, and then it is lost. */
  reserve(len: number): number {
    const written = Atomics.load(this.#words, WRITTEN) >>> 0;
    const used = (written - Atomics.load(this.#words, READ)) >>> 0;
    const at = written & (this.#capacity - 1);
    const rest = this.#capacity - at;
    this.#skipped = rest < len ? rest : 0;
    if (used + this.#skipped + len > this.#capacity) {
      Atomics.add(this.#words, LOST, 1);
      return -1;
    }
    this.#reservedAt = this.#skipped === 0 ? at : 0;
    if (this.#skipped > 0) this.#data.setUint32(at, SKIP, true);
    this.#data.setUint32(this.#reservedAt, len, true);
    return this.#reservedAt;
  }

  /** The writer's: hands over what was reserved last. */
  commit(): void {
    const len = this.#data.getUint32(this.#reservedAt, true);
    const written = Atomics.load(this.#words, WRITTEN);
    Atomics.store(this.#words, WRITTEN, (written + this.#skipped + len) | 0);
  }

  /** The reader's: a copy of the next record, or null. */
  take(): Uint8Array<ArrayBuffer> | null {
    const written = Atomics.load(this.#words, WRITTEN);
    let read = Atomics.load(this.#words, READ);
    if (read === written) return null;
    let at = (read >>> 0) & (this.#capacity - 1);
    if (this.#data.getUint32(at, true) === SKIP) {
      read = (read + this.#capacity - at) | 0;
      at = 0;
    }
    const len = this.#data.getUint32(at, true);
    // A copy, since the place is the writer's again.
    const record = new Uint8Array(len);
    record.set(this.#bytes.subarray(at, at + len));
    Atomics.store(this.#words, READ, (read + len) | 0);
    return record;
  }

  /** The reader's: records lost since it asked last. */
  takeLost(): number {
    return Atomics.exchange(this.#words, LOST, 0) >>> 0;
  }
}
