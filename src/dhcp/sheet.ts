/** The table that a decoder fills: which octets say what, and what is wrong with them. */
import type { Diagnostic } from "../map/types.js";

export interface Span {
  /** First octet, and the one behind the last; they differ. */
  readonly from: number;
  readonly to: number;
  /** 0 for options of the message, 1 inside a container, 2 inside a rule. */
  readonly depth: number;
  /** `S46_RULE`; empty for what stands before the options. */
  readonly option: string;
  readonly field: string;
  readonly value: string;
  readonly meaning: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The option that spans belong to, and where findings say that they are. */
export interface Scope {
  readonly option: string;
  /** `s46-cont-mapt.s46-rule[1]` */
  readonly path: string;
  readonly depth: number;
}

export interface Entry {
  readonly from: number;
  readonly to: number;
  readonly field: string;
  readonly value: string | number;
  readonly meaning: string;
}

interface OpenSpan extends Span {
  readonly diagnostics: Diagnostic[];
}

export class Sheet {
  readonly bytes: Uint8Array;
  readonly #spans: OpenSpan[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** In the order of the octets. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#spans.flatMap((span) => span.diagnostics);
  }

  /** Adds a row; one without octets is none. Gives a function that hangs findings on it. */
  add(scope: Scope, { from, to, field, value, meaning }: Entry): (...found: Diagnostic[]) => void {
    const { option, depth } = scope;
    const diagnostics: Diagnostic[] = [];
    const span = { from, to, depth, option, field, value: String(value), meaning, diagnostics };
    if (from < to) this.#spans.push(span);
    return (...found) => {
      // What is wrong with a field that is missing belongs to the octets before it.
      const target = from < to ? span : this.#spans.at(-1);
      target?.diagnostics.push(...found);
    };
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.u8(at) * 256 + this.u8(at + 1);
  }

  /** Four octets from `at` as an unsigned word; those from `end` on are zero. */
  word(at: number, end: number): number {
    let word = 0;
    for (let i = at; i < at + 4; i++) word = word * 256 + (i < end ? this.u8(i) : 0);
    return word;
  }
}
