/** Rules as names and records: a million of them as objects would fill the heap of whoever only keeps them. */
import { RECORD_WORDS, readRecord, writeRecord } from "./rule-record.js";
import type { Rule, RuleList } from "./types.js";

/** Immutable. What `packed()` gives goes to another thread, and `unpacked()` makes the list of it there. */
export class PackedRules implements RuleList {
  readonly #form: PackedForm;
  readonly #words: Int32Array;

  private constructor(form: PackedForm) {
    this.#form = form;
    this.#words = form.words;
  }

  static of(rules: RuleList): PackedRules {
    if (rules instanceof PackedRules) return rules;
    const words = new Int32Array(rules.length * RECORD_WORDS);
    const nameEnds = new Int32Array(rules.length);
    let names = "";
    let index = 0;
    for (const rule of rules) {
      writeRecord(rule, false, words, index * RECORD_WORDS);
      names += `${rule.name},`;
      nameEnds[index++] = names.length - 1;
    }
    return new PackedRules({ names, nameEnds, words });
  }

  static unpacked(form: PackedForm): PackedRules {
    return new PackedRules(form);
  }

  packed(): PackedForm {
    return this.#form;
  }

  /** Made anew. */
  get names(): readonly string[] {
    return Array.from(this.#form.nameEnds, (_, index) => this.#nameAt(index));
  }

  get length(): number {
    return this.#form.nameEnds.length;
  }

  #nameAt(index: number): string {
    const { names, nameEnds } = this.#form;
    return names.slice(index === 0 ? 0 : nameEnds[index - 1]! + 1, nameEnds[index]);
  }

  #ruleAt(index: number): Rule {
    return readRecord(this.#nameAt(index), this.#words, index * RECORD_WORDS);
  }

  at(index: number): Rule | undefined {
    return index < this.length ? this.#ruleAt(index) : undefined;
  }

  *[Symbol.iterator](): Iterator<Rule> {
    for (let index = 0; index < this.length; index++) yield this.#ruleAt(index);
  }

  map<T>(of: (rule: Rule, index: number) => T): T[] {
    return Array.from({ length: this.length }, (_, index) => of(this.#ruleAt(index), index));
  }

  filter(isWanted: (rule: Rule) => boolean): Rule[] {
    const wanted: Rule[] = [];
    for (const rule of this) if (isWanted(rule)) wanted.push(rule);
    return wanted;
  }

  slice(from: number, to: number): Rule[] {
    const length = Math.max(0, Math.min(to, this.length) - from);
    return Array.from({ length }, (_, i) => this.#ruleAt(from + i));
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
    if (this.#form.names !== other.#form.names) return false;
    return this.#words.every((word, index) => word === other.#words[index]);
  }

  /** One text, the same for equal lists: what compares or hashes JSON need not see every rule. */
  toJSON(): string {
    return `${this.#form.names} ${this.#words.join()}`;
  }
}

/** Plain, structured-cloneable. */
export interface PackedForm {
  /** Of all rules, a comma behind each: as strings of their own they would take as much as the rules. */
  readonly names: string;
  /** Where each name ends in `names`. */
  readonly nameEnds: Int32Array;
  /** RECORD_WORDS a rule. */
  readonly words: Int32Array;
}
