/** Which prefix lengths occur where: the classes of a RuleTable. Cold. */

/** A byte says no more. */
const LAST_CLASS = 255;

export class LengthClasses {
  readonly #entries: number;
  /** Words of a set, with a bit for each entry. */
  readonly #setWords: number;
  readonly #sets: Int32Array;
  /** Nothing occurs before this place, and nothing from the other one on. */
  #first: number;
  #end = 0;

  /** Of `size` places, in each of which some of `entries` may occur. */
  constructor(size: number, entries: number) {
    this.#first = size;
    this.#entries = entries;
    this.#setWords = Math.ceil(entries / 32);
    this.#sets = new Int32Array(size * this.#setWords);
  }

  /** The entry occurs in the places first..first + count - 1. */
  add(first: number, count: number, entry: number): void {
    this.#first = Math.min(this.#first, first);
    this.#end = Math.max(this.#end, first + count);
    const bit = 1 << (entry & 31);
    for (let place = first; place < first + count; place++) {
      this.#sets[place * this.#setWords + (entry >>> 5)]! |= bit;
    }
  }

  /**
   * Writes the class of each place; returns the entries of each class, in ascending order. Where there are too many
   * classes the last one has all entries: who looks for more than there is finds nothing more.
   */
  finish(classes: Uint8Array): readonly (readonly number[])[] {
    const lists: (readonly number[])[] = [[]];
    const known = new Map<string, number>();
    for (let place = this.#first; place < this.#end; place++) {
      if (this.#isEmpty(place)) continue;
      const set = this.#sets.subarray(place * this.#setWords, (place + 1) * this.#setWords);
      const key = set.join();
      let found = known.get(key);
      if (found === undefined) {
        found = Math.min(lists.length, LAST_CLASS);
        known.set(key, found);
        if (found === lists.length) lists.push(found === LAST_CLASS ? this.#all() : entriesOf(set));
      }
      classes[place] = found;
    }
    return lists;
  }

  #isEmpty(place: number): boolean {
    for (let at = place * this.#setWords; at < (place + 1) * this.#setWords; at++) {
      if (this.#sets[at]! !== 0) return false;
    }
    return true;
  }

  #all(): number[] {
    return Array.from({ length: this.#entries }, (_, entry) => entry);
  }
}

function entriesOf(set: Int32Array): number[] {
  const entries: number[] = [];
  for (let entry = 0; entry < set.length * 32; entry++) {
    if ((set[entry >>> 5]! & (1 << (entry & 31))) !== 0) entries.push(entry);
  }
  return entries;
}
