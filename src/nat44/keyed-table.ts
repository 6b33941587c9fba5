/**
 * A bounded hash table in flat typed arrays: three unsigned 32-bit words of key to a small index,
 * which the owner uses to address columns of its own.
 */

const KEY_BYTES = 12;
const BYTE_VALUES = 256;

/** Three of key, and the link. */
const ENTRY_WORDS = 4;
const NEXT = 3;

/**
 * Simple tabulation hashing with secret tables (Pătraşcu and Thorup, "The Power of Simple
 * Tabulation Hashing", 2012): no choice of addresses and ports can aim at one bucket.
 */
export class KeyHash {
  /** Signed, as the keys are. */
  readonly #tables = new Int32Array(KEY_BYTES * BYTE_VALUES);
  /** What a third word of zero, which most keys have, gives. */
  readonly #zero: number;

  constructor(random: () => number) {
    const t = this.#tables;
    for (let i = 0; i < t.length; i++) t[i] = random();
    this.#zero = t[0x800]! ^ t[0x900]! ^ t[0xa00]! ^ t[0xb00]!;
  }

  /** Signed 32-bit; callers mask it. */
  of(key0: number, key1: number, key2: number): number {
    const t = this.#tables;
    const last =
      key2 === 0
        ? this.#zero
        : t[0x800 | (key2 & 0xff)]! ^
          t[0x900 | ((key2 >>> 8) & 0xff)]! ^
          t[0xa00 | ((key2 >>> 16) & 0xff)]! ^
          t[0xb00 | (key2 >>> 24)]!;
    return (
      last ^
      t[key0 & 0xff]! ^
      t[0x100 | ((key0 >>> 8) & 0xff)]! ^
      t[0x200 | ((key0 >>> 16) & 0xff)]! ^
      t[0x300 | (key0 >>> 24)]! ^
      t[0x400 | (key1 & 0xff)]! ^
      t[0x500 | ((key1 >>> 8) & 0xff)]! ^
      t[0x600 | ((key1 >>> 16) & 0xff)]! ^
      t[0x700 | (key1 >>> 24)]!
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
  /**
   * Of each entry its key, and index + 1 of the next one of the bucket, or of the next free one; 0 ends the chain.
   * Together, so that a look at an entry is one of memory. Signed, because V8 boxes a number beyond 2^31 whenever it is
   * handed from call to call.
   */
  readonly #entries: Int32Array;
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
    this.#entries = new Int32Array(capacity * ENTRY_WORDS);
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
    return this.#entries[index * ENTRY_WORDS]!;
  }

  key1(index: number): number {
    return this.#entries[index * ENTRY_WORDS + 1]!;
  }

  key2(index: number): number {
    return this.#entries[index * ENTRY_WORDS + 2]!;
  }

  /** The entry's index, or -1. */
  find(key0: number, key1: number, key2: number): number {
    const entries = this.#entries;
    let link = this.#buckets[this.#hash.of(key0, key1, key2) & this.#mask]!;
    while (link !== 0) {
      const at = (link - 1) * ENTRY_WORDS;
      if (
        entries[at] === (key0 | 0) &&
        entries[at + 1] === (key1 | 0) &&
        entries[at + 2] === (key2 | 0)
      ) {
        return link - 1;
      }
      link = entries[at + NEXT]!;
    }
    return -1;
  }

  /** Adds a key that the caller knows to be absent, to a table that it knows not to be full. */
  insert(key0: number, key1: number, key2: number): number {
    const entries = this.#entries;
    let index = this.#freeHead - 1;
    if (index >= 0) this.#freeHead = entries[index * ENTRY_WORDS + NEXT]!;
    else index = this.#untouched++;
    const at = index * ENTRY_WORDS;
    const bucket = this.#hash.of(key0, key1, key2) & this.#mask;
    entries[at] = key0;
    entries[at + 1] = key1;
    entries[at + 2] = key2;
    entries[at + NEXT] = this.#buckets[bucket]!;
    this.#buckets[bucket] = index + 1;
    this.#count++;
    return index;
  }

  /** Removes a live entry; its index may be handed out again by the next insert. */
  remove(index: number): void {
    const entries = this.#entries;
    const at = index * ENTRY_WORDS;
    const bucket = this.#hash.of(entries[at]!, entries[at + 1]!, entries[at + 2]!) & this.#mask;
    const after = entries[at + NEXT]!;
    let link = this.#buckets[bucket]!;
    if (link === index + 1) {
      this.#buckets[bucket] = after;
    } else {
      while (this.#nextOf(link) !== index + 1) link = this.#nextOf(link);
      entries[(link - 1) * ENTRY_WORDS + NEXT] = after;
    }
    entries[at + NEXT] = this.#freeHead;
    this.#freeHead = index + 1;
    this.#count--;
  }

  #nextOf(link: number): number {
    return this.#entries[(link - 1) * ENTRY_WORDS + NEXT]!;
  }
}
