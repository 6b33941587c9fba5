/**
 * A bounded hash table in flat typed arrays: three unsigned 32-bit words of key to a small index,
 * which the owner uses to address columns of its own.
 */

const KEY_BYTES = 12;
const BYTE_VALUES = 256;

/**
 * Simple tabulation hashing with secret tables (Pătraşcu and Thorup, "The Power of Simple
 * Tabulation Hashing", 2012): no choice of addresses and ports can aim at one bucket.
 */
export class KeyHash {
  readonly #tables = new Uint32Array(KEY_BYTES * BYTE_VALUES);

  constructor(random: () => number) {
    for (let i = 0; i < this.#tables.length; i++) this.#tables[i] = random();
  }

  /** Signed 32-bit; callers mask it. */
  of(key0: number, key1: number, key2: number): number {
    const t = this.#tables;
    return (
      t[key0 & 0xff]! ^
      t[0x100 | ((key0 >>> 8) & 0xff)]! ^
      t[0x200 | ((key0 >>> 16) & 0xff)]! ^
      t[0x300 | (key0 >>> 24)]! ^
      t[0x400 | (key1 & 0xff)]! ^
      t[0x500 | ((key1 >>> 8) & 0xff)]! ^
      t[0x600 | ((key1 >>> 16) & 0xff)]! ^
      t[0x700 | (key1 >>> 24)]! ^
      t[0x800 | (key2 & 0xff)]! ^
      t[0x900 | ((key2 >>> 8) & 0xff)]! ^
      t[0xa00 | ((key2 >>> 16) & 0xff)]! ^
      t[0xb00 | (key2 >>> 24)]!
    );
  }
}

/**
 * Keys are 32-bit: a signed one and its unsigned form (`>>> 0`) are the same; they come back signed.
 * Indices are 0..capacity-1. Memory: 16 bytes an entry plus 4 to 8 for
 * the buckets, reserved at once; all of it starts as zeros, so the system backs it as it is used.
 */
export class KeyedTable {
  readonly capacity: number;
  readonly #hash: KeyHash;
  /** Signed, because V8 boxes a number beyond 2^31 whenever it is handed from call to call. */
  readonly #key0: Int32Array;
  readonly #key1: Int32Array;
  readonly #key2: Int32Array;
  /** Index + 1 of the next entry of the bucket, or of the next free entry; 0 ends the chain. */
  readonly #next: Int32Array;
  readonly #buckets: Int32Array;
  readonly #mask: number;
  #freeHead = 0;
  /** Entries at and beyond this index have never been used. */
  #untouched = 0;
  #count = 0;

  constructor(capacity: number, hash: KeyHash) {
    let buckets = 1;
    while (buckets < capacity) buckets *= 2;
    this.capacity = capacity;
    this.#hash = hash;
    this.#key0 = new Int32Array(capacity);
    this.#key1 = new Int32Array(capacity);
    this.#key2 = new Int32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#buckets = new Int32Array(buckets);
    this.#mask = buckets - 1;
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.capacity;
  }

  /** Indices at and beyond this have never been used. */
  get end(): number {
    return this.#untouched;
  }

  key0(index: number): number {
    return this.#key0[index]!;
  }

  key1(index: number): number {
    return this.#key1[index]!;
  }

  key2(index: number): number {
    return this.#key2[index]!;
  }

  /** The entry's index, or -1. */
  find(key0: number, key1: number, key2: number): number {
    let link = this.#buckets[this.#hash.of(key0, key1, key2) & this.#mask]!;
    while (link !== 0) {
      const index = link - 1;
      if (
        this.#key0[index] === (key0 | 0) &&
        this.#key1[index] === (key1 | 0) &&
        this.#key2[index] === (key2 | 0)
      ) {
        return index;
      }
      link = this.#next[index]!;
    }
    return -1;
  }

  /** Adds a key that the caller knows to be absent, to a table that it knows not to be full. */
  insert(key0: number, key1: number, key2: number): number {
    let index = this.#freeHead - 1;
    if (index >= 0) this.#freeHead = this.#next[index]!;
    else index = this.#untouched++;
    const bucket = this.#hash.of(key0, key1, key2) & this.#mask;
    this.#key0[index] = key0;
    this.#key1[index] = key1;
    this.#key2[index] = key2;
    this.#next[index] = this.#buckets[bucket]!;
    this.#buckets[bucket] = index + 1;
    this.#count++;
    return index;
  }

  /** Removes a live entry; its index may be handed out again by the next insert. */
  remove(index: number): void {
    const hash = this.#hash.of(this.#key0[index]!, this.#key1[index]!, this.#key2[index]!);
    const bucket = hash & this.#mask;
    const after = this.#next[index]!;
    let link = this.#buckets[bucket]!;
    if (link === index + 1) {
      this.#buckets[bucket] = after;
    } else {
      while (this.#next[link - 1] !== index + 1) link = this.#next[link - 1]!;
      this.#next[link - 1] = after;
    }
    this.#next[index] = this.#freeHead;
    this.#freeHead = index + 1;
    this.#count--;
  }
}
