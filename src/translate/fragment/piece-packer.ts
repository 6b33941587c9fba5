/** Places for the packets that one packet is cut into: many in a borrowed slot, end to end. */
import { HEADROOM, type Output } from "../output.js";

export class PiecePacker {
  readonly #output: Output;
  /** Bytes that stay free before each packet. */
  readonly #gap: number;
  /** Where `place()` has found room, and the frame of it. */
  slot = -1;
  frame: DataView = new DataView(new ArrayBuffer(0));
  #cursor = 0;

  /** `gap`: VNET_HEADER_LEN at least. */
  constructor(output: Output, gap: number) {
    this.#output = output;
    this.#gap = gap;
  }

  /** Forgets the slot of the packet before, which may have been written and handed out again. */
  begin(): void {
    this.slot = -1;
    this.#cursor = Number.POSITIVE_INFINITY;
  }

  /** Offset of the next packet's first byte, of `len` bytes, in `frame` of `slot`. */
  place(len: number): number {
    if (this.#cursor + this.#gap + len > this.frame.byteLength) {
      this.slot = this.#output.borrow();
      this.frame = this.#output.frames[this.slot]!;
      this.#cursor = HEADROOM - this.#gap;
    }
    const at = this.#cursor + this.#gap;
    this.#cursor = at + len;
    return at;
  }
}
