/** Builds the buffer of a RuleTable; the layout is drawn in table-layout.ts. Cold, but for a million rules at a time. */
import { LengthClasses } from "./length-classes.js";
import { PackedRules } from "./packed-rules.js";
import { maskOf, maskOf6 } from "./prefix.js";
import * as record from "./rule-record.js";
import {
  CLASS4_BITS,
  CLASS6_BITS,
  classBits6,
  FIRST_LINE,
  HEADER,
  hashIpv4,
  hashIpv6,
  LINE_WORDS,
  MOST_SKIPPED6,
} from "./table-layout.js";
import { TableView } from "./table-view.js";
import type { RuleList } from "./types.js";

const { RECORD_WORDS } = record;
const NO_PORT = -1;
/** Share of the places that is used at most: of the records, a sixth then lies in another line than its own. */
const MOST_FILLED = 0.6;
/** Lines of few rules: nearly each has one of its own then, and no branch is foretold wrongly. */
const LEAST_LINES = 1024;

/** Gives so many bytes at least, all zero, that threads can share. */
export type Allocate = (byteLength: number) => SharedArrayBuffer;

/** A page that is not isolated has no shared memory, and no workers to share a table with. */
const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;

function allocateAnywhere(byteLength: number): SharedArrayBuffer {
  return new Memory(byteLength) as SharedArrayBuffer;
}

/** What the rules of a list look like. */
interface Survey {
  readonly words: Int32Array;
  readonly count: number;
  /** Forms of IPv4 prefixes and lengths of IPv6 prefixes that occur, in the order in which they are looked for. */
  readonly forms4: readonly number[];
  readonly lengths6: readonly number[];
  /** Records of the IPv4 places at most. */
  readonly filled4: number;
  /** Leading bits that all IPv6 prefixes have in common. */
  readonly common6: number;
}

export function compileTable(
  rules: RuleList,
  mode: "map-t" | "map-e",
  allocate: Allocate = allocateAnywhere,
): SharedArrayBuffer {
  const survey = surveyOf(PackedRules.of(rules).packed().words);
  const buffer = tableWithoutRecords(survey, allocate);
  new TableBuilder(buffer, survey, mode).fill();
  return buffer;
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
    // Rules of one address mostly follow each other; where they do not, there is a place too many.
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

/** Words of the places for so many records: a power of two of lines, never full. */
function placeWords(filled: number): number {
  const lines = (filled / MOST_FILLED) * (RECORD_WORDS / LINE_WORDS);
  return Math.max(LEAST_LINES, 2 ** Math.ceil(Math.log2(Math.max(1, lines)))) * LINE_WORDS;
}

function tableWithoutRecords(survey: Survey, allocate: Allocate): SharedArrayBuffer {
  const { count, forms4, lengths6 } = survey;
  const [classes4, classes6] = [classify4(survey), classify6(survey)];
  const [words4, words6] = [placeWords(survey.filled4), placeWords(count)];
  const places6At = FIRST_LINE + words4;
  const classes4At = places6At + words6;
  const classes6At = classes4At + classes4.classes.length / 4;
  const lists4At = classes6At + classes6.classes.length / 4;
  const lists4 = listWords(lists4At, classes4.lists, (rank) => entry4(forms4[rank]!));
  const lists6At = lists4At + lists4.length;
  const lists6 = listWords(lists6At, classes6.lists, (rank) => entry6(lengths6[rank]!));
  const length = lists6At + lists6.length;
  const buffer = allocate(length * 4);
  const words = new Int32Array(buffer, 0, length);
  // Pages that are touched in their order lie in order, and the processor knows the places of several at once.
  words.fill(record.FREE);
  const bytes = new Uint8Array(buffer);
  bytes.set(classes4.classes, classes4At * 4);
  bytes.set(classes6.classes, classes6At * 4);
  words.set(lists4, lists4At);
  words.set(lists6, lists6At);
  words[HEADER.size] = count;
  words[HEADER.places4At] = FIRST_LINE;
  words[HEADER.lines4Mask] = words4 - LINE_WORDS;
  words[HEADER.places6At] = places6At;
  words[HEADER.lines6Mask] = words6 - LINE_WORDS;
  words[HEADER.classes4At] = classes4At;
  words[HEADER.classes6At] = classes6At;
  words[HEADER.lists4At] = lists4At;
  words[HEADER.lists6At] = lists6At;
  words[HEADER.skipped6] = skipped6(survey);
  return buffer;
}

class TableBuilder extends TableView {
  readonly #rules: Int32Array;
  readonly #forms4: readonly number[];
  readonly #hasWholeAddresses: boolean;

  constructor(buffer: SharedArrayBuffer, { words, forms4 }: Survey, mode: "map-t" | "map-e") {
    super(buffer);
    this.#rules = words;
    this.#forms4 = forms4;
    this.#hasWholeAddresses = mode === "map-t";
  }

  /** Throws a RangeError where two rules contradict each other. */
  fill(): void {
    for (let rule = 0; rule < this.size; rule++) {
      this.#insertIpv6(rule);
      const form = record.ipv4Form(this.#rules, rule * RECORD_WORDS);
      if (record.isGroup(form)) this.#insertGroup(rule, form);
      else this.#insertIpv4(rule, form);
    }
  }

  #insertIpv6(rule: number): void {
    const { words } = this;
    const rules = this.#rules;
    const from = rule * RECORD_WORDS;
    const len = record.ipv6Len(rules, from);
    const [w0, w1, w2, w3] = [rules[from]!, rules[from + 1]!, rules[from + 2]!, rules[from + 3]!];
    let at = this.home6(hashIpv6(w0, w1, w2, w3, len));
    while (!record.isFree(words, at)) {
      const isSame = record.hasIpv6(words, at, w0, w1, w2, w3);
      if (isSame && record.ipv6Len(words, at) === len) {
        refuse(record.indexOf(words, at), rule, "the IPv6 prefix");
      }
      at = this.next6(at);
    }
    this.#place(rule, at);
  }

  #insertIpv4(rule: number, form: number): void {
    const address = record.ruleIpv4(this.#rules, rule * RECORD_WORDS);
    if (record.formLen(form) === 32) this.#refuseOtherForms(rule, address, form);
    this.#insert(rule, address, form, 0, "the IPv4 prefix");
  }

  #insertGroup(rule: number, form: number): void {
    const address = record.ruleIpv4(this.#rules, rule * RECORD_WORDS);
    const first = record.wantedPsid(form, NO_PORT);
    if (record.isFree(this.words, this.#find(rule, address, form, first))) {
      this.#refuseOtherForms(rule, address, form);
      record.markFirstOfAddress(
        this.words,
        this.#insert(rule, address, form, first, "the address"),
      );
    }
    const psid = record.provisionedPsid(this.#rules, rule * RECORD_WORDS);
    this.#insert(rule, address, form, psid, "address and PSID");
  }

  /** An address is divided in one way, or not at all (RFC 7597 §5.1). */
  #refuseOtherForms(rule: number, address: number, own: number): void {
    for (const form of this.#forms4) {
      if (form === own || record.formLen(form) < 32) continue;
      const at = this.#find(rule, address, form, record.wantedPsid(form, NO_PORT));
      if (!record.isFree(this.words, at)) {
        refuse(record.indexOf(this.words, at), rule, "the address");
      }
    }
  }

  /** Returns where the record is now. */
  #insert(rule: number, address: number, form: number, psid: number, what: string): number {
    const at = this.#find(rule, address, form, psid);
    if (!record.isFree(this.words, at)) refuse(record.indexOf(this.words, at), rule, what);
    this.#place(rule, at);
    return at;
  }

  /** Place of another rule with that key, or the free one where it belongs. `psid` as `wantedPsid()` has it. */
  #find(rule: number, address: number, form: number, psid: number): number {
    const { words } = this;
    const mask = record.formMask(form);
    const psidMask = record.wantedPsidMask(form, psid);
    for (let at = this.home4(hashIpv4(address, form, psid)); ; ) {
      if (record.isFree(words, at)) return at;
      const isKey = record.hasIpv4(words, at, address, form, mask);
      const isOther = record.indexOf(words, at) !== rule;
      if (isOther && isKey && record.hasPsid(words, at, psid, psidMask)) return at;
      at = this.next4(at);
    }
  }

  #place(rule: number, at: number): void {
    record.copyRecord(this.#rules, rule * RECORD_WORDS, this.words, at, rule);
    if (this.#hasWholeAddresses) record.markWholeAddress(this.words, at);
  }
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
