/** Builds the buffer of a RuleTable; the layout is drawn in rule-table.ts. */
import { maskOf, maskOf6 } from "./prefix.js";
import { ruleKind } from "./rule.js";
import * as record from "./rule-record.js";
import type { Rule } from "./types.js";

/** Word offsets in the header; every `At` and `End` is a word offset, too. */
export const HEADER = {
  size: 0,
  ipv4At: 1,
  ipv6At: 2,
  ipv6End: 3,
  recordsAt: 4,
  groupsAt: 5,
  groupsMask: 6,
} as const;
const HEADER_WORDS = 8;

/** Directory entry of an IPv4 length: mask, table, slot mask. */
const IPV4_ENTRY_WORDS = 3;
/** Directory entry of an IPv6 length: four mask words, table, slot mask. */
const IPV6_ENTRY_WORDS = 6;
const SLOT_WORDS = 2;

/** Set in a value of the IPv4 tables where 1:1 rules with PSIDs share the address. */
export const GROUP = 0x40000000;

/** Final mixer of MurmurHash3 (A. Appleby, public domain): every input bit reaches every output bit. */
export function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function hashIpv6(w0: number, w1: number, w2: number, w3: number): number {
  return mix(mix(mix(mix(w0) ^ w1) ^ w2) ^ w3);
}

export function hashIpv4Psid(addr4: number, psid: number): number {
  return mix(mix(addr4) ^ psid);
}

/** One hash table: where it lies, and how many slots it has less one. */
interface Table {
  readonly at: number;
  readonly mask: number;
}

interface Plan {
  readonly words: Uint32Array;
  readonly recordsAt: number;
  readonly ipv4Tables: ReadonlyMap<number, Table>;
  readonly ipv6Tables: ReadonlyMap<number, Table>;
  readonly groups: Table;
}

export function compileTable(rules: readonly Rule[], mode: "map-t" | "map-e"): SharedArrayBuffer {
  const plan = layOut(rules);
  const { words, recordsAt } = plan;
  for (const [index, rule] of rules.entries()) {
    const at = recordsAt + index * record.RECORD_WORDS;
    const wholeAddress = mode === "map-t" && ruleKind(rule) === "prefix";
    record.writeRecord(rule, wholeAddress, words, at);
    insertIpv6(plan, index, rule);
    insertIpv4(plan, index, rule);
    if (rule.psid !== null) insertGroup(plan, index, rule.ipv4.address, rule.psid);
  }
  return words.buffer as SharedArrayBuffer;
}

/** Allocates the buffer and writes header and directories. */
function layOut(rules: readonly Rule[]): Plan {
  const ipv4Lens = new Uint32Array(33);
  const ipv6Lens = new Uint32Array(129);
  let groupRules = 0;
  for (const rule of rules) {
    ipv4Lens[rule.ipv4.len]!++;
    ipv6Lens[rule.ipv6.len]!++;
    if (rule.psid !== null) groupRules++;
  }
  const ipv4At = HEADER_WORDS;
  const ipv6At = ipv4At + countUsed(ipv4Lens) * IPV4_ENTRY_WORDS;
  const ipv6End = ipv6At + countUsed(ipv6Lens) * IPV6_ENTRY_WORDS;
  // A record fills half a cache line of 64 bytes; aligned, it never straddles two.
  const recordsAt = Math.ceil(ipv6End / 16) * 16;
  let end = recordsAt + rules.length * record.RECORD_WORDS;
  const reserve = (entries: number): Table => {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(1, entries) * 2));
    const table = { at: end, mask: slots - 1 };
    end += slots * SLOT_WORDS;
    return table;
  };
  const ipv4Tables = reserveTables(ipv4Lens, reserve);
  const ipv6Tables = reserveTables(ipv6Lens, reserve);
  const groups = reserve(groupRules);
  const words = new Uint32Array(new SharedArrayBuffer(end * 4));
  words.set([rules.length, ipv4At, ipv6At, ipv6End, recordsAt, groups.at, groups.mask]);
  writeDirectory(words, ipv4At, ipv4Tables, (len) => [maskOf(len)]);
  writeDirectory(words, ipv6At, ipv6Tables, maskOf6);
  return { words, recordsAt, ipv4Tables, ipv6Tables, groups };
}

function countUsed(lens: Uint32Array): number {
  return lens.reduce((used, count) => used + (count > 0 ? 1 : 0), 0);
}

/** Longest prefix first: the order of the map is the order of the directory. */
function reserveTables(
  lens: Uint32Array,
  reserve: (entries: number) => Table,
): ReadonlyMap<number, Table> {
  const tables = new Map<number, Table>();
  for (let len = lens.length - 1; len >= 0; len--) {
    if (lens[len]! > 0) tables.set(len, reserve(lens[len]!));
  }
  return tables;
}

function writeDirectory(
  words: Uint32Array,
  directoryAt: number,
  tables: ReadonlyMap<number, Table>,
  maskWordsOf: (len: number) => readonly number[],
): void {
  let at = directoryAt;
  for (const [len, table] of tables) {
    const entry = [...maskWordsOf(len), table.at, table.mask];
    words.set(entry, at);
    at += entry.length;
  }
}

function insertIpv6(plan: Plan, index: number, rule: Rule): void {
  const { words, recordsAt } = plan;
  const [w0, w1, w2, w3] = rule.ipv6.address;
  const hash = hashIpv6(w0, w1, w2, w3);
  const slotAt = claim(words, plan.ipv6Tables.get(rule.ipv6.len)!, hash, (key, other) => {
    const at = recordsAt + other * record.RECORD_WORDS;
    const same =
      key === hash &&
      words[at]! === w0 &&
      words[at + 1]! === w1 &&
      words[at + 2]! === w2 &&
      words[at + 3]! === w3;
    if (same) throw contradiction("have the same IPv6 prefix", index, other);
    return false;
  });
  words[slotAt] = hash;
  words[slotAt + 1] = index + 1;
}

function insertIpv4(plan: Plan, index: number, rule: Rule): void {
  const { words, recordsAt } = plan;
  const { address, len } = rule.ipv4;
  const slotAt = claim(words, plan.ipv4Tables.get(len)!, mix(address), (key) => key === address);
  const value = words[slotAt + 1]!;
  if (value === 0) {
    words[slotAt] = address;
    words[slotAt + 1] = (index + 1) | (rule.psid === null ? 0 : GROUP);
    return;
  }
  const other = (value & (GROUP - 1)) - 1;
  const at = recordsAt + index * record.RECORD_WORDS;
  const otherAt = recordsAt + other * record.RECORD_WORDS;
  const areGroup = rule.psid !== null && (value & GROUP) !== 0;
  if (!areGroup) throw contradiction("have the same IPv4 prefix", index, other);
  if (!record.hasSamePorts(words, at, otherAt)) {
    throw contradiction("divide the ports of one address differently", index, other);
  }
}

function insertGroup(plan: Plan, index: number, addr4: number, psid: number): void {
  const { words, recordsAt } = plan;
  const hash = hashIpv4Psid(addr4, psid);
  const slotAt = claim(words, plan.groups, hash, (key, other) => {
    const at = recordsAt + other * record.RECORD_WORDS;
    const same =
      key === hash &&
      record.ruleIpv4(words, at) === addr4 &&
      record.provisionedPsid(words, at) === psid;
    if (same) throw contradiction("have the same IPv4 address and PSID", index, other);
    return false;
  });
  words[slotAt] = hash;
  words[slotAt + 1] = index + 1;
}

/** Offset of the first slot that is free or that `isIt` accepts. */
function claim(
  words: Uint32Array,
  table: Table,
  hash: number,
  isIt: (key: number, rule: number) => boolean,
): number {
  for (let slot = hash & table.mask; ; slot = (slot + 1) & table.mask) {
    const at = table.at + slot * SLOT_WORDS;
    const value = words[at + 1]!;
    if (value === 0 || isIt(words[at]!, (value & (GROUP - 1)) - 1)) return at;
  }
}

function contradiction(what: string, index: number, other: number): RangeError {
  return new RangeError(`rules ${other} and ${index} ${what}`);
}
