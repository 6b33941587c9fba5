/** A bounded hash table in flat typed arrays: a key of a few unsigned 32-bit words to a small index. */

const BYTE_VALUES = 256;
const BYTES_PER_WORD = 4;

export class WordTable {
  readonly capacity: number;
  readonly #words: number;
  /**
   * Simple tabulation hashing with secret tables (Pătraşcu and Thorup, "The Power of Simple Tabulation
   * Hashing", 2012): no choice of addresses and identifications can aim at one bucket.
   */
  readonly #hashTables: Uint32Array;
  readonly #keys: Uint32Array;
  /** Link in a bucket's chain or in the free list; a link is an index plus one, 0 ends a chain. */
  readonly #next: Int32Array;
  readonly #bucketOf: Int32Array;
  readonly #buckets: Int32Array;
  #freeHead = 0;
  /** Entries at and beyond this index have never been used. */
  #untouched = 0;
  #count = 0;

  /** `random` gives unsigned 32-bit numbers. */
  constructor(capacity: number, words: number, random: () => number) {
    let buckets = 1;
    while (buckets < capacity) buckets *= 2;
    this.capacity = capacity;
    this.#words = words;
    this.#hashTables = new Uint32Array(words * BYTES_PER_WORD * BYTE_VALUES).map(random);
    this.#keys = new Uint32Array(capacity * words);
    this.#next = new Int32Array(capacity);
    this.#bucketOf = new Int32Array(capacity);
    this.#buckets = new Int32Array(buckets);
  }

  get count(): number {
    return this.#count;
  }

  get full(): boolean {
    return this.#count === this.capacity;
  }

  /** The entry's index, or -1; the first words of `key` count. */
  find(key: Uint32Array): number {
    let link = this.#buckets[this.#hash(key)]!;
    while (link !== 0) {
      if (this.#holds(link - 1, key)) return link - 1;
      link = this.#next[link - 1]!;
    }
    return -1;
  }

  /** Adds a key that the caller knows to be absent, to a table that it knows not to be full. */
  insert(key: Uint32Array): number {
    let index = this.#freeHead - 1;
    if (index >= 0) this.#freeHead = this.#next[index]!;
    else index = this.#untouched++;
    const bucket = this.#hash(key);
    const base = index * this.#words;
    for (let i = 0; i < this.#words; i++) this.#keys[base + i] = key[i]!;
    this.#bucketOf[index] = bucket;
    this.#next[index] = this.#buckets[bucket]!;
    this.#buckets[bucket] = index + 1;
    this.#count++;
    return index;
  }

  /** Removes a live entry; its index may be handed out again by the next insert. */
  remove(index: number): void {
    const bucket = this.#bucketOf[index]!;
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

  #holds(index: number, key: Uint32Array): boolean {
    const base = index * this.#words;
    for (let i = 0; i < this.#words; i++) if (this.#keys[base + i] !== key[i]) return false;
    return true;
  }

  /** The key's bucket. */
  #hash(key: Uint32Array): number {
    const tables = this.#hashTables;
    let hash = 0;
    let table = 0;
    for (let i = 0; i < this.#words; i++) {
      const word = key[i]!;
      hash ^= tables[table | (word & 0xff)]!;
      hash ^= tables[(table + 0x100) | ((word >>> 8) & 0xff)]!;
      hash ^= tables[(table + 0x200) | ((word >>> 16) & 0xff)]!;
      hash ^= tables[(table + 0x300) | (word >>> 24)]!;
      table += BYTES_PER_WORD * BYTE_VALUES;
    }
    return hash & (this.#buckets.length - 1);
  }
}
