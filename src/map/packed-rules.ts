/** Rules as names and records: a million of them as objects would fill the heap of whoever only keeps them. */
import { RECORD_WORDS, readRecord, writeRecord } from "./rule-record.js";
import type { Rule, RuleList } from "./types.js";

/** Immutable. What `packed()` gives goes to another thread, and `unpacked()` makes the list of it there. */
export class PackedRules implements RuleList {
  readonly #names: readonly string[];
  readonly #words: Int32Array;

  private constructor(names: readonly string[], words: Int32Array) {
    this.#names = names;
    this.#words = words;
  }

  static of(rules: RuleList): PackedRules {
    if (rules instanceof PackedRules) return rules;
    const words = new Int32Array(rules.length * RECORD_WORDS);
    let at = 0;
    for (const rule of rules) {
      writeRecord(rule, false, words, at);
      at += RECORD_WORDS;
    }
    return new PackedRules(
      rules.map(({ name }) => name),
      words,
    );
  }

  static unpacked({ names, words }: PackedForm): PackedRules {
    return new PackedRules(names, words);
  }

  packed(): PackedForm {
    return { names: this.#names, words: this.#words };
  }

  get names(): readonly string[] {
    return this.#names;
  }

  get length(): number {
    return this.#names.length;
  }

  at(index: number): Rule | undefined {
    const name = this.#names[index];
    return name === undefined ? undefined : readRecord(name, this.#words, index * RECORD_WORDS);
  }

  *[Symbol.iterator](): Iterator<Rule> {
    for (let index = 0; index < this.#names.length; index++) yield this.at(index)!;
  }

  map<T>(of: (rule: Rule, index: number) => T): T[] {
    return this.#names.map((name, index) =>
      of(readRecord(name, this.#words, index * RECORD_WORDS), index),
    );
  }

  filter(isWanted: (rule: Rule) => boolean): Rule[] {
    const wanted: Rule[] = [];
    for (const rule of this) if (isWanted(rule)) wanted.push(rule);
    return wanted;
  }

  slice(from: number, to: number): Rule[] {
    return this.#names
      .slice(from, to)
      .map((name, i) => readRecord(name, this.#words, (from + i) * RECORD_WORDS));
  }

  /** Whether the rules of two lists are the same, but perhaps for their names. */
  isSame(index: number, other: PackedRules, otherIndex: number): boolean {
    const [at, otherAt] = [index * RECORD_WORDS, otherIndex * RECORD_WORDS];
    for (let word = 0; word < RECORD_WORDS; word++) {
      if (this.#words[at + word] !== other.#words[otherAt + word]) return false;
    }
    return true;
  }

  /** Same rules of the same names in the same order. */
  equals(other: PackedRules): boolean {
    if (this === other) return true;
    if (this.length !== other.length) return false;
    return this.#names.every(
      (name, index) => name === other.#names[index] && this.isSame(index, other, index),
    );
  }

  /** One text, the same for equal lists: what compares or hashes JSON need not see every rule. */
  toJSON(): string {
    return `${this.#names.join()} ${this.#words.join()}`;
  }
}

/** Plain, structured-cloneable. */
export interface PackedForm {
  readonly names: readonly string[];
  readonly words: Int32Array;
}
