/**
 * Text as bytes, for millions of rows: numbers and addresses written without a string for each. The forms are those of
 * address.ts.
 */
const ZERO = 0x30;
const COLON = 0x3a;
const DOT = 0x2e;
const SPACE = 0x20;
/** Behind "9" comes "a". */
const LETTERS = 0x61 - ZERO - 10;

export class Ascii {
  readonly bytes: Uint8Array;
  /** Where the next byte goes. */
  at = 0;
  /** Of the address that is being written. */
  readonly #hextetScratch = new Uint16Array(8);

  /** Nothing is checked against the end of `bytes`: the caller leaves room for a row. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Only characters below 128. */
  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
  }

  /** Spaces up to `column`, counted from `from`. */
  pad(from: number, column: number): void {
    while (this.at - from < column) this.bytes[this.at++] = SPACE;
  }

  /** A whole number from 0 to 2^53. */
  decimal(value: number): void {
    let digits = 1;
    for (let limit = 10; value >= limit; limit *= 10) digits++;
    let rest = value;
    for (let i = this.at + digits - 1; i >= this.at; i--) {
      const next = Math.floor(rest / 10);
      this.bytes[i] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.at += digits;
  }

  ipv4(address: number): void {
    this.decimal(address >>> 24);
    this.bytes[this.at++] = DOT;
    this.decimal((address >>> 16) & 0xff);
    this.bytes[this.at++] = DOT;
    this.decimal((address >>> 8) & 0xff);
    this.bytes[this.at++] = DOT;
    this.decimal(address & 0xff);
  }

  /** RFC 5952 §4, as `formatIpv6()`. */
  ipv6(words: Uint32Array): void {
    const hextets = this.#hextetScratch;
    for (let i = 0; i < 4; i++) {
      hextets[2 * i] = words[i]! >>> 16;
      hextets[2 * i + 1] = words[i]! & 0xffff;
    }
    let gapAt = -1;
    let gapLen = 1;
    for (let i = 0; i < 8; ) {
      let end = i;
      while (end < 8 && hextets[end] === 0) end++;
      if (end - i > gapLen) {
        gapAt = i;
        gapLen = end - i;
      }
      i = end + 1;
    }
    for (let i = 0; i < 8; i++) {
      if (i === gapAt) {
        this.bytes[this.at++] = COLON;
        if (i + gapLen === 8) this.bytes[this.at++] = COLON;
        i += gapLen - 1;
        continue;
      }
      if (i > 0) this.bytes[this.at++] = COLON;
      this.#hex(hextets[i]!);
    }
  }

  #hex(value: number): void {
    for (let shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0; shift >= 0; ) {
      const digit = (value >>> shift) & 0xf;
      this.bytes[this.at++] = ZERO + digit + (digit > 9 ? LETTERS : 0);
      shift -= 4;
    }
  }
}
