/** Where the parts of a compiled table lie in its buffer (table-layout.ts), for those who look things up in it. */
import { CLASS4_BITS, CLASS6_BITS, classBits6, HEADER } from "./table-layout.js";

export abstract class TableView {
  /** Number of rules. */
  readonly size: number;
  protected readonly words: Int32Array;
  protected readonly slots4At: number;
  protected readonly slots4Mask: number;
  protected readonly slots6At: number;
  protected readonly slots6Mask: number;
  /** Bits of a slot that name its rule; the others are of the hash. */
  protected readonly indexMask: number;
  protected readonly recordsAt: number;
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
    this.slots4At = words[HEADER.slots4At]!;
    this.slots4Mask = words[HEADER.slots4Mask]!;
    this.slots6At = words[HEADER.slots6At]!;
    this.slots6Mask = words[HEADER.slots6Mask]!;
    this.indexMask = words[HEADER.indexMask]!;
    this.#skipped6 = words[HEADER.skipped6]!;
    this.recordsAt = words[HEADER.recordsAt]!;
  }

  /** Where two words stand, first and end, of the prefix lengths that occur about an IPv4 address. */
  protected list4(addr4: number): number {
    return this.#lists4At + this.#classes4[addr4 >>> (32 - CLASS4_BITS)]!;
  }

  /** The same of an IPv6 address. */
  protected list6(address: Uint32Array): number {
    return this.#lists6At + this.#classes6[classBits6(address, this.#skipped6)]!;
  }
}
