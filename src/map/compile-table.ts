/** Builds the buffer of a RuleTable; the layout is drawn in table-layout.ts. Cold, but for a million rules at a time. */
import { LengthClasses } from "./length-classes.js";
import { PackedRules } from "./packed-rules.js";
import { maskOf, maskOf6 } from "./prefix.js";
import * as record from "./rule-record.js";
import {
  CLASS4_BITS,
  CLASS6_BITS,
  classBits6,
  HEADER,
  HEADER_WORDS,
  hashIpv4,
  hashIpv6,
  MOST_SKIPPED6,
} from "./table-layout.js";
import type { RuleList } from "./types.js";

const { RECORD_WORDS } = record;
const NO_PORT = -1;
/** Tables begin where cache lines do. */
const LINE_WORDS = 16;
const RECORDS_AT = HEADER_WORDS;

/** A page that is not isolated has no shared memory, and no workers to share a table with. */
const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;

/** What the rules of a list look like. */
interface Survey {
  readonly words: Int32Array;
  readonly count: number;
  /** Forms of IPv4 prefixes and lengths of IPv6 prefixes that occur, in the order in which they are looked for. */
  readonly forms4: readonly number[];
  readonly lengths6: readonly number[];
  /** Slots that are filled at most. */
  readonly filled4: number;
  /** Leading bits that all IPv6 prefixes have in common. */
  readonly common6: number;
}

export function compileTable(rules: RuleList, mode: "map-t" | "map-e"): SharedArrayBuffer {
  const survey = surveyOf(PackedRules.of(rules).packed().words);
  const classes4 = classify4(survey);
  const classes6 = classify6(survey);
  const builder = new TableBuilder(survey, classes4, classes6);
  if (mode === "map-t") builder.markWholeAddresses();
  builder.fill();
  return builder.words.buffer as SharedArrayBuffer;
}

function surveyOf(words: Int32Array): Survey {
  const count = words.length / RECORD_WORDS;
  const forms4 = new Set<number>();
  const lengths6 = new Set<number>();
  const [first, differences] = [words.slice(0, 4), new Int32Array(4)];
  let filled4 = count;
  let shared: number | null = null;
  for (let at = 0; at < words.length; at += RECORD_WORDS) {
    const form = record.ipv4Form(words, at);
    forms4.add(form);
    lengths6.add(record.ipv6Len(words, at));
    for (let i = 0; i < 4; i++) differences[i]! |= words[at + i]! ^ first[i]!;
    // Rules of one address mostly follow each other; where they do not, there is a slot too many.
    if (record.isGroup(form) && record.ruleIpv4(words, at) !== shared) {
      shared = record.ruleIpv4(words, at);
      filled4++;
    }
  }
  const different = differences.findIndex((bits) => bits !== 0);
  const common = different < 0 ? 128 : different * 32 + Math.clz32(differences[different]!);
  return {
    words,
    count,
    forms4: [...forms4].sort((one, other) => record.formLen(other) - record.formLen(one)),
    lengths6: [...lengths6].sort((one, other) => other - one),
    filled4,
    common6: Math.min(common, ...lengths6),
  };
}

/** What a family's classes look like before they have a place in the table. */
interface Classes {
  readonly classes: Uint8Array;
  readonly lists: readonly (readonly number[])[];
}

function classify4({ words, forms4 }: Survey): Classes {
  const lengths = new LengthClasses(2 ** CLASS4_BITS, forms4.length);
  const ranks = new Map(forms4.map((form, rank) => [form, rank]));
  for (let at = 0; at < words.length; at += RECORD_WORDS) {
    const form = record.ipv4Form(words, at);
    const len = record.formLen(form);
    const first = record.ruleIpv4(words, at) >>> (32 - CLASS4_BITS);
    lengths.add(first, 2 ** Math.max(0, CLASS4_BITS - len), ranks.get(form)!);
  }
  return finished(lengths, CLASS4_BITS);
}

function classify6(survey: Survey): Classes {
  const { words, lengths6 } = survey;
  const lengths = new LengthClasses(2 ** CLASS6_BITS, lengths6.length);
  const ranks = new Map(lengths6.map((len, rank) => [len, rank]));
  const skipped = skipped6(survey);
  for (let at = 0; at < words.length; at += RECORD_WORDS) {
    const len = record.ipv6Len(words, at);
    const first = classBits6(words.subarray(at, at + 4), skipped);
    lengths.add(first, 2 ** Math.max(0, skipped + CLASS6_BITS - len), ranks.get(len)!);
  }
  return finished(lengths, CLASS6_BITS);
}

function finished(lengths: LengthClasses, bits: number): Classes {
  const classes = new Uint8Array(2 ** bits);
  return { classes, lists: lengths.finish(classes) };
}

function skipped6({ common6 }: Survey): number {
  return Math.min(common6, MOST_SKIPPED6);
}

/** A power of two of slots, at most half of them used. */
function slotsFor(filled: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, filled) * 2));
}

function inLines(words: number): number {
  return Math.ceil(words / LINE_WORDS) * LINE_WORDS;
}

class TableBuilder {
  readonly words: Int32Array;
  readonly #count: number;
  readonly #forms4: readonly number[];
  readonly #slots4At: number;
  readonly #slots4Mask: number;
  readonly #slots6At: number;
  readonly #slots6Mask: number;
  readonly #indexMask: number;

  /** Allocates the buffer, and writes everything but the slots. */
  constructor(survey: Survey, classes4: Classes, classes6: Classes) {
    const { count, forms4, lengths6 } = survey;
    const [slots4, slots6] = [slotsFor(survey.filled4), slotsFor(count)];
    this.#count = count;
    this.#forms4 = forms4;
    this.#slots4Mask = slots4 - 1;
    this.#slots6Mask = slots6 - 1;
    this.#indexMask = 2 ** Math.ceil(Math.log2(count + 1)) - 1;
    this.#slots4At = inLines(RECORDS_AT + survey.words.length);
    this.#slots6At = inLines(this.#slots4At + slots4);
    const classes4At = inLines(this.#slots6At + slots6);
    const classes6At = classes4At + classes4.classes.length / 4;
    const lists4At = classes6At + classes6.classes.length / 4;
    const lists4 = listWords(lists4At, classes4.lists, (rank) => entry4(forms4[rank]!));
    const lists6At = lists4At + lists4.length;
    const lists6 = listWords(lists6At, classes6.lists, (rank) => entry6(lengths6[rank]!));
    this.words = new Int32Array(new Memory((lists6At + lists6.length) * 4));
    const bytes = new Uint8Array(this.words.buffer);
    bytes.set(classes4.classes, classes4At * 4);
    bytes.set(classes6.classes, classes6At * 4);
    this.words.set(survey.words, RECORDS_AT);
    this.words.set(lists4, lists4At);
    this.words.set(lists6, lists6At);
    this.words[HEADER.size] = count;
    this.words[HEADER.recordsAt] = RECORDS_AT;
    this.words[HEADER.slots4At] = this.#slots4At;
    this.words[HEADER.slots4Mask] = this.#slots4Mask;
    this.words[HEADER.slots6At] = this.#slots6At;
    this.words[HEADER.slots6Mask] = this.#slots6Mask;
    this.words[HEADER.classes4At] = classes4At;
    this.words[HEADER.classes6At] = classes6At;
    this.words[HEADER.lists4At] = lists4At;
    this.words[HEADER.lists6At] = lists6At;
    this.words[HEADER.indexMask] = this.#indexMask;
    this.words[HEADER.skipped6] = skipped6(survey);
  }

  markWholeAddresses(): void {
    for (let rule = 0; rule < this.#count; rule++) {
      record.markWholeAddress(this.words, recordAt(rule));
    }
  }

  /** Throws a RangeError where two rules contradict each other. */
  fill(): void {
    for (let rule = 0; rule < this.#count; rule++) {
      this.#insertIpv6(rule);
      const form = record.ipv4Form(this.words, recordAt(rule));
      if (record.isGroup(form)) this.#insertGroup(rule, form);
      else this.#insertIpv4(rule, form);
    }
  }

  #insertIpv6(rule: number): void {
    const { words } = this;
    const at = recordAt(rule);
    const len = record.ipv6Len(words, at);
    const [w0, w1, w2, w3] = [words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!];
    const hash = hashIpv6(w0, w1, w2, w3, len);
    let slot = hash & this.#slots6Mask;
    for (; words[this.#slots6At + slot]! !== 0; slot = (slot + 1) & this.#slots6Mask) {
      const other = this.#ruleIn(this.#slots6At + slot);
      const otherAt = recordAt(other);
      const isSame = record.hasIpv6(words, otherAt, w0, w1, w2, w3);
      if (isSame && record.ipv6Len(words, otherAt) === len) refuse(other, rule, "the IPv6 prefix");
    }
    this.#fill(this.#slots6At + slot, hash, rule);
  }

  #insertIpv4(rule: number, form: number): void {
    const address = record.ruleIpv4(this.words, recordAt(rule));
    if (record.formLen(form) === 32) this.#refuseOtherForms(rule, address, form);
    this.#insert(rule, address, form, 0, "the IPv4 prefix");
  }

  #insertGroup(rule: number, form: number): void {
    const { words } = this;
    const at = recordAt(rule);
    const address = record.ruleIpv4(words, at);
    const first = record.wantedPsid(form, NO_PORT);
    if (words[this.#find(rule, address, form, first)]! === 0) {
      this.#refuseOtherForms(rule, address, form);
      record.markFirstOfAddress(words, at);
      this.#insert(rule, address, form, first, "the address");
    }
    this.#insert(rule, address, form, record.provisionedPsid(words, at), "address and PSID");
  }

  /** An address is divided in one way, or not at all (RFC 7597 §5.1). */
  #refuseOtherForms(rule: number, address: number, own: number): void {
    for (const form of this.#forms4) {
      if (form === own || record.formLen(form) < 32) continue;
      const slotAt = this.#find(rule, address, form, record.wantedPsid(form, NO_PORT));
      if (this.words[slotAt]! !== 0) refuse(this.#ruleIn(slotAt), rule, "the address");
    }
  }

  #insert(rule: number, address: number, form: number, psid: number, what: string): void {
    const slotAt = this.#find(rule, address, form, psid);
    if (this.words[slotAt]! !== 0) refuse(this.#ruleIn(slotAt), rule, what);
    this.#fill(slotAt, hashIpv4(address, form, psid), rule);
  }

  /** Offset of the slot of another rule with that key, or of the free one where it belongs. `psid` as `wantedPsid()` has it. */
  #find(rule: number, address: number, form: number, psid: number): number {
    const { words } = this;
    const mask = record.formMask(form);
    const psidMask = record.wantedPsidMask(form, psid);
    for (let slot = hashIpv4(address, form, psid) & this.#slots4Mask; ; ) {
      const slotAt = this.#slots4At + slot;
      if (words[slotAt]! === 0) return slotAt;
      const other = this.#ruleIn(slotAt);
      const at = recordAt(other);
      const isKey = record.hasIpv4(words, at, address, form, mask);
      if (other !== rule && isKey && record.hasPsid(words, at, psid, psidMask)) return slotAt;
      slot = (slot + 1) & this.#slots4Mask;
    }
  }

  #ruleIn(slotAt: number): number {
    return (this.words[slotAt]! & this.#indexMask) - 1;
  }

  #fill(slotAt: number, hash: number, rule: number): void {
    this.words[slotAt] = (hash & ~this.#indexMask) | (rule + 1);
  }
}

function recordAt(rule: number): number {
  return RECORDS_AT + rule * RECORD_WORDS;
}

function refuse(one: number, other: number, what: string): never {
  throw new RangeError(`rules ${one} and ${other} both claim ${what}`);
}

/** By class where its entries begin, then where the last ones end, then all entries. */
function listWords(
  at: number,
  lists: readonly (readonly number[])[],
  entryOf: (rank: number) => readonly number[],
): number[] {
  const entries: number[] = [];
  const starts = lists.map((ranks) => {
    const start = at + lists.length + 1 + entries.length;
    for (const rank of ranks) entries.push(...entryOf(rank));
    return start;
  });
  return [...starts, at + lists.length + 1 + entries.length, ...entries];
}

function entry4(form: number): readonly number[] {
  return [maskOf(record.formLen(form)), form, record.formMask(form)];
}

function entry6(len: number): readonly number[] {
  return [...maskOf6(len), len];
}
