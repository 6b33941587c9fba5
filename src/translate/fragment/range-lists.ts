/**
 * Which bytes of each datagram have been seen: one sorted list of disjoint ranges a datagram. Neighbours are
 * not merged, so that a fragment seen before can be told from one that overlaps.
 */
import { FRAGMENT_DUPLICATE, FRAGMENT_LIMIT, FRAGMENT_OVERLAP } from "../../verdict.js";

/** Memory: 4 bytes a range. Ranges are [start, end) of the datagram's payload, bytes, 65535 at most. */
export class RangeLists {
  readonly #perDatagram: number;
  readonly #starts: Uint16Array;
  readonly #ends: Uint16Array;
  readonly #counts: Uint16Array;
  readonly #seen: Uint32Array;
  /** Length of the payload, or 0 until the last fragment was seen. */
  readonly #totals: Uint32Array;

  constructor(datagrams: number, perDatagram: number) {
    this.#perDatagram = perDatagram;
    this.#starts = new Uint16Array(datagrams * perDatagram);
    this.#ends = new Uint16Array(datagrams * perDatagram);
    this.#counts = new Uint16Array(datagrams);
    this.#seen = new Uint32Array(datagrams);
    this.#totals = new Uint32Array(datagrams);
  }

  clear(datagram: number): void {
    this.#counts[datagram] = 0;
    this.#seen[datagram] = 0;
    this.#totals[datagram] = 0;
  }

  count(datagram: number): number {
    return this.#counts[datagram]!;
  }

  /** Length of the payload, or 0 until the last fragment was inserted. */
  total(datagram: number): number {
    return this.#totals[datagram]!;
  }

  /**
   * The place for `insert()`, or FRAGMENT_DUPLICATE, FRAGMENT_LIMIT, or FRAGMENT_OVERLAP: also where two
   * fragments disagree about the datagram's end. `start` < `end`.
   */
  find(datagram: number, start: number, end: number, more: boolean): number {
    const base = datagram * this.#perDatagram;
    const last = base + this.#counts[datagram]!;
    // Fragments come in order nearly always, so the search begins at the end.
    let place = last;
    while (place > base && this.#starts[place - 1]! >= start) place--;
    if (place < last && this.#starts[place] === start && this.#ends[place] === end) {
      const wasLast = this.#totals[datagram] === end;
      return wasLast === !more ? FRAGMENT_DUPLICATE : FRAGMENT_OVERLAP;
    }
    if (place > base && this.#ends[place - 1]! > start) return FRAGMENT_OVERLAP;
    if (place < last && (this.#starts[place]! < end || !more)) return FRAGMENT_OVERLAP;
    // The last one's range is in the list, so whatever else disagrees with it was found above.
    const total = this.#totals[datagram]!;
    if (total !== 0 && end > total) return FRAGMENT_OVERLAP;
    return last - base === this.#perDatagram ? FRAGMENT_LIMIT : place;
  }

  /** True when nothing is missing once the range is inserted. */
  wouldComplete(datagram: number, start: number, end: number, more: boolean): boolean {
    const total = more ? this.#totals[datagram]! : end;
    return total !== 0 && this.#seen[datagram]! + end - start === total;
  }

  /** `place` is what `find()` gave for the same range. */
  insert(datagram: number, place: number, start: number, end: number, more: boolean): void {
    const last = datagram * this.#perDatagram + this.#counts[datagram]!;
    this.#starts.copyWithin(place + 1, place, last);
    this.#ends.copyWithin(place + 1, place, last);
    this.#starts[place] = start;
    this.#ends[place] = end;
    this.#counts[datagram]!++;
    this.#seen[datagram]! += end - start;
    if (!more) this.#totals[datagram] = end;
  }
}
