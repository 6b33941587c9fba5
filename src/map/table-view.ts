/** Where the parts of a compiled table lie in its buffer (table-layout.ts), for those who look things up in it. */
import { RECORD_WORDS } from "./rule-record.js";
import { CLASS4_BITS, CLASS6_BITS, classBits6, HEADER } from "./table-layout.js";

export abstract class TableView {
  /** Number of rules. */
  readonly size: number;
  protected readonly words: Int32Array;
  readonly #places4At: number;
  readonly #places6At: number;
  readonly #lines4Mask: number;
  readonly #lines6Mask: number;
  readonly #places6End: number;
  readonly #classes4: Uint8Array;
  readonly #classes6: Uint8Array;
  readonly #lists4At: number;
  readonly #lists6At: number;
  readonly #skipped6: number;

  protected constructor(buffer: SharedArrayBuffer) {
    const words = new Int32Array(buffer);
    this.words = words;
    this.size = words[HEADER.size]!;
    this.#classes4 = new Uint8Array(buffer, words[HEADER.classes4At]! * 4, 2 ** CLASS4_BITS);
    this.#classes6 = new Uint8Array(buffer, words[HEADER.classes6At]! * 4, 2 ** CLASS6_BITS);
    this.#lists4At = words[HEADER.lists4At]!;
    this.#lists6At = words[HEADER.lists6At]!;
    this.#places4At = words[HEADER.places4At]!;
    this.#places6At = words[HEADER.places6At]!;
    this.#lines4Mask = words[HEADER.lines4Mask]!;
    this.#places6End = words[HEADER.classes4At]!;
    this.#lines6Mask = words[HEADER.lines6Mask]!;
    this.#skipped6 = words[HEADER.skipped6]!;
  }

  /** Where two words stand, first and end, of the prefix lengths that occur about an IPv4 address. */
  protected list4(addr4: number): number {
    return this.#lists4At + this.#classes4[addr4 >>> (32 - CLASS4_BITS)]!;
  }

  /** The same of an IPv6 address. */
  protected list6(address: Uint32Array): number {
    return this.#lists6At + this.#classes6[classBits6(address, this.#skipped6)]!;
  }

  /** The place that a search for the IPv4 prefix of a hash begins at. */
  protected home4(hash: number): number {
    return this.#places4At + (hash & this.#lines4Mask);
  }

  protected home6(hash: number): number {
    return this.#places6At + (hash & this.#lines6Mask);
  }

  /** The place behind one of the IPv4 places. */
  protected next4(at: number): number {
    return at + RECORD_WORDS < this.#places6At ? at + RECORD_WORDS : this.#places4At;
  }

  protected next6(at: number): number {
    return at + RECORD_WORDS < this.#places6End ? at + RECORD_WORDS : this.#places6At;
  }
}
