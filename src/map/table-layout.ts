/** Builds the buffer of a RuleTable; the layout is drawn in rule-table.ts. */
import { maskOf, maskOf6 } from "./prefix.js";
import { ruleKind } from "./rule.js";
import * as record from "./rule-record.js";
import type { Ipv4Prefix, Rule, RuleList } from "./types.js";

/** Word offsets in the header; every `At` and `End` is a word offset, too. */
export const HEADER = {
  size: 0,
  groupsAt: 1,
  ipv4At: 2,
  ipv6At: 3,
  ipv6End: 4,
  recordsAt: 5,
  filterAt: 6,
} as const;
const HEADER_WORDS = 8;

/** Directory entry of an IPv4 length (mask) or of a group (a << 5 | k): that, table, slot mask. */
export const IPV4_ENTRY_WORDS = 3;
/** Directory entry of an IPv6 length: four mask words, table, slot mask. */
export const IPV6_ENTRY_WORDS = 6;
const SLOT_WORDS = 2;

/**
 * A bit for each /16 of IPv4 addresses: set where some rule covers part of it. Most addresses of the Internet end there,
 * whatever the number of rules and prefix lengths.
 */
const FILTER_WORDS = 0x10000 / 32;

/** A page that is not isolated has no shared memory, and no workers to share a table with. */
const Memory = globalThis.SharedArrayBuffer ?? ArrayBuffer;

/** Stands in a group for the PSID of a packet without ports; no PSID has 17 bits. */
export const NO_PORT = 0x10000;

/** Final mixer of MurmurHash3, signed 32-bit (A. Appleby, public domain): every input bit reaches every output bit. */
export function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
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

/** Tables by prefix length, or by `groupKey()`. */
type Tables = ReadonlyMap<number, Table>;

interface Plan {
  readonly words: Int32Array;
  readonly recordsAt: number;
  readonly groups: Tables;
  readonly ipv4: Tables;
  readonly ipv6: Tables;
}

export function compileTable(rules: RuleList, mode: "map-t" | "map-e"): SharedArrayBuffer {
  const plan = layOut(rules);
  let index = 0;
  for (const rule of rules) {
    const at = plan.recordsAt + index * record.RECORD_WORDS;
    const wholeAddress = mode === "map-t" && ruleKind(rule) === "prefix";
    record.writeRecord(rule, wholeAddress, plan.words, at);
    insertIpv6(plan, index, rule);
    if (rule.psid === null) insertIpv4(plan, index, rule);
    else insertGroup(plan, index, rule, rule.psid);
    index++;
  }
  return plan.words.buffer as SharedArrayBuffer;
}

/** Allocates the buffer and writes header and directories. */
function layOut(rules: RuleList): Plan {
  const counts = countEntries(rules);
  const groupsAt = HEADER_WORDS;
  const ipv4At = groupsAt + counts.groups.size * IPV4_ENTRY_WORDS;
  const ipv6At = ipv4At + counts.ipv4.size * IPV4_ENTRY_WORDS;
  const ipv6End = ipv6At + counts.ipv6.size * IPV6_ENTRY_WORDS;
  // A record fills half a cache line of 64 bytes; aligned, it never straddles two.
  const filterAt = Math.ceil(ipv6End / 16) * 16;
  const recordsAt = filterAt + FILTER_WORDS;
  let end = recordsAt + rules.length * record.RECORD_WORDS;
  const reserve = (entries: ReadonlyMap<number, number>): Tables => {
    const tables = new Map<number, Table>();
    // Longest prefix first: the order of the map is the order of the directory.
    for (const [key, count] of [...entries].sort(([one], [other]) => other - one)) {
      const slots = 2 ** Math.ceil(Math.log2(count * 2));
      tables.set(key, { at: end, mask: slots - 1 });
      end += slots * SLOT_WORDS;
    }
    return tables;
  };
  const [groups, ipv4, ipv6] = [reserve(counts.groups), reserve(counts.ipv4), reserve(counts.ipv6)];
  const words = new Int32Array(new Memory(end * 4));
  words.set([rules.length, groupsAt, ipv4At, ipv6At, ipv6End, recordsAt, filterAt]);
  for (const { ipv4 } of rules) setFilter(words, filterAt, ipv4);
  writeDirectory(words, groupsAt, groups, (key) => [key]);
  writeDirectory(words, ipv4At, ipv4, (len) => [maskOf(len)]);
  writeDirectory(words, ipv6At, ipv6, maskOf6);
  return { words, recordsAt, groups, ipv4, ipv6 };
}

function setFilter(words: Int32Array, filterAt: number, { address, len }: Ipv4Prefix): void {
  const first = address >>> 16;
  const count = len < 16 ? 1 << (16 - len) : 1;
  for (let half = first; half < first + count; half++) {
    words[filterAt + (half >>> 5)]! |= 1 << (half & 31);
  }
}

interface Counts {
  readonly groups: Map<number, number>;
  readonly ipv4: Map<number, number>;
  readonly ipv6: Map<number, number>;
}

/** Entries that each table will hold. */
function countEntries(rules: RuleList): Counts {
  const counts: Counts = { groups: new Map(), ipv4: new Map(), ipv6: new Map() };
  const groupAddresses = new Set<number>();
  const add = (entries: Map<number, number>, key: number, count: number): void => {
    entries.set(key, (entries.get(key) ?? 0) + count);
  };
  for (const rule of rules) {
    add(counts.ipv6, rule.ipv6.len, 1);
    if (rule.psid === null) {
      add(counts.ipv4, rule.ipv4.len, 1);
    } else {
      add(counts.groups, groupKey(rule), groupAddresses.has(rule.ipv4.address) ? 1 : 2);
      groupAddresses.add(rule.ipv4.address);
    }
  }
  return counts;
}

/** a << 5 | k, as the directory has it. */
function groupKey({ psidOffset, psidLen }: Rule): number {
  return (psidOffset << 5) | psidLen;
}

function writeDirectory(
  words: Int32Array,
  directoryAt: number,
  tables: Tables,
  headOf: (key: number) => readonly number[],
): void {
  let at = directoryAt;
  for (const [key, table] of tables) {
    const entry = [...headOf(key), table.at, table.mask];
    words.set(entry, at);
    at += entry.length;
  }
}

function insertIpv6({ words, recordsAt, ipv6 }: Plan, index: number, rule: Rule): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = Int32Array.from(rule.ipv6.address);
  const hash = hashIpv6(w0, w1, w2, w3);
  const slotAt = claim(words, ipv6.get(rule.ipv6.len)!, hash, (key, other) => {
    const at = recordsAt + other * record.RECORD_WORDS;
    return (
      key === hash &&
      words[at]! === w0 &&
      words[at + 1]! === w1 &&
      words[at + 2]! === w2 &&
      words[at + 3]! === w3
    );
  });
  fill(words, slotAt, hash, index, "the IPv6 prefix");
}

function insertIpv4(plan: Plan, index: number, rule: Rule): void {
  const { words } = plan;
  const { address, len } = rule.ipv4;
  if (len === 32) refuseOtherGroups(plan, index, address, null);
  const slotAt = claimIpv4(words, plan.ipv4.get(len)!, address);
  fill(words, slotAt, address, index, "the IPv4 prefix");
}

function insertGroup(plan: Plan, index: number, rule: Rule, psid: number): void {
  const { words } = plan;
  const { address } = rule.ipv4;
  const own = plan.groups.get(groupKey(rule))!;
  const firstAt = claimPsid(plan, own, address, NO_PORT);
  if (words[firstAt + 1]! === 0) {
    refuseOtherGroups(plan, index, address, own);
    const whole = plan.ipv4.get(32);
    if (whole !== undefined)
      refuseTaken(words, claimIpv4(words, whole, address), index, "the address");
    fill(words, firstAt, hashIpv4Psid(address, NO_PORT), index, "the address");
  }
  const slotAt = claimPsid(plan, own, address, psid);
  fill(words, slotAt, hashIpv4Psid(address, psid), index, "address and PSID");
}

/** An address is divided in one way, or not at all (RFC 7597 §5.1). */
function refuseOtherGroups(plan: Plan, index: number, addr4: number, own: Table | null): void {
  for (const group of plan.groups.values()) {
    if (group === own) continue;
    refuseTaken(plan.words, claimPsid(plan, group, addr4, NO_PORT), index, "the address");
  }
}

function claimIpv4(words: Int32Array, table: Table, address: number): number {
  return claim(words, table, mix(address), (key) => key === (address | 0));
}

function claimPsid({ words, recordsAt }: Plan, table: Table, addr4: number, psid: number): number {
  const hash = hashIpv4Psid(addr4, psid);
  return claim(words, table, hash, (key, other) => {
    const at = recordsAt + other * record.RECORD_WORDS;
    const isOfAddress = key === hash && record.ruleIpv4(words, at) === (addr4 | 0);
    return isOfAddress && (psid === NO_PORT || record.provisionedPsid(words, at) === psid);
  });
}

/** Offset of the first slot that is free or that `isIt` accepts. */
function claim(
  words: Int32Array,
  table: Table,
  hash: number,
  isIt: (key: number, rule: number) => boolean,
): number {
  for (let slot = hash & table.mask; ; slot = (slot + 1) & table.mask) {
    const at = table.at + slot * SLOT_WORDS;
    const value = words[at + 1]!;
    if (value === 0 || isIt(words[at]!, value - 1)) return at;
  }
}

function fill(words: Int32Array, slotAt: number, key: number, index: number, what: string): void {
  refuseTaken(words, slotAt, index, what);
  words[slotAt] = key;
  words[slotAt + 1] = index + 1;
}

function refuseTaken(words: Int32Array, slotAt: number, index: number, what: string): void {
  const value = words[slotAt + 1]!;
  if (value !== 0) throw new RangeError(`rules ${value - 1} and ${index} both claim ${what}`);
}
