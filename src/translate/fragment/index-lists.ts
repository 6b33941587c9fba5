/** Many first-in, first-out lists over one set of small indices; an index is in at most one list at a time. */
const NONE = -1;

export class IndexLists {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #heads: Int32Array;
  readonly #tails: Int32Array;

  constructor(indices: number, lists: number) {
    this.#next = new Int32Array(indices);
    this.#previous = new Int32Array(indices);
    this.#heads = new Int32Array(lists).fill(NONE);
    this.#tails = new Int32Array(lists).fill(NONE);
  }

  /** The index that was appended first, or -1. */
  first(list: number): number {
    return this.#heads[list]!;
  }

  /** The index after this one in its list, or -1. */
  next(index: number): number {
    return this.#next[index]!;
  }

  append(list: number, index: number): void {
    const tail = this.#tails[list]!;
    this.#next[index] = NONE;
    this.#previous[index] = tail;
    if (tail === NONE) this.#heads[list] = index;
    else this.#next[tail] = index;
    this.#tails[list] = index;
  }

  /** Takes an index out of the list that it is in. */
  remove(list: number, index: number): void {
    const next = this.#next[index]!;
    const previous = this.#previous[index]!;
    if (previous === NONE) this.#heads[list] = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tails[list] = previous;
    else this.#previous[next] = previous;
  }
}
