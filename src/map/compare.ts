/**
 * What differs between two rules, value by value, and what that means for the CEs that are in both. Address, PSID and
 * MAP address of a CE are sums (modulo 2) of bits of its end-user prefix, so how many CEs keep theirs follows from a
 * few of them. Cold code.
 */

import { ceFromIpv6 } from "./ce.js";
import { readEa } from "./ce-address.js";
import { coversIpv6Prefix } from "./prefix.js";
import { ruleFacts } from "./rule.js";
import type { Rule, Words6 } from "./types.js";
import { ruleReasons } from "./why.js";

export interface ValueDifference {
  /** As in why.ts, and `name`, `iid`, `psid` and `forwarding`. */
  readonly key: string;
  readonly label: string;
  /** Empty where the rule has no such value. */
  readonly one: string;
  readonly other: string;
  readonly same: boolean;
}

/** CEs by number; a CE is known by its end-user prefix. */
export interface CeDifference {
  readonly common: number;
  /** Of the common ones, how many keep what they have. */
  readonly sameIpv4: number;
  readonly samePorts: number;
  readonly sameMapIpv6: number;
}

export interface RuleDifference {
  readonly values: readonly ValueDifference[];
  readonly ces: CeDifference;
  /** Sentences: what changes for whom. */
  readonly effects: readonly string[];
}

export function compareRules(one: Rule, other: Rule): RuleDifference {
  const ces = compareCes(one, other);
  return { values: compareValues(one, other), ces, effects: effectsOf(one, other, ces) };
}

export interface RuleSetDifference {
  readonly added: readonly Rule[];
  readonly removed: readonly Rule[];
  readonly changed: readonly { readonly name: string; readonly difference: RuleDifference }[];
  /** How many are in both as they are. */
  readonly unchanged: number;
}

/** Many rules against many: those of one name are one rule, before and after. */
export function compareRuleSets(
  before: readonly Rule[],
  after: readonly Rule[],
): RuleSetDifference {
  const olds = new Map(before.map((rule) => [rule.name, rule]));
  const news = new Map(after.map((rule) => [rule.name, rule]));
  const both = before.flatMap((rule) => {
    const other = news.get(rule.name);
    return other === undefined ? [] : [{ name: rule.name, difference: compareRules(rule, other) }];
  });
  const changed = both.filter(({ difference }) => !isSame(difference));
  return {
    added: after.filter(({ name }) => !olds.has(name)),
    removed: before.filter(({ name }) => !news.has(name)),
    changed,
    unchanged: both.length - changed.length,
  };
}

/** Whatever the rules are called. */
export function isSame({ values }: RuleDifference): boolean {
  return values.every(({ key, same }) => same || key === "name");
}

interface Value {
  readonly key: string;
  readonly label: string;
  readonly value: string;
}

function valuesOf(rule: Rule): readonly Value[] {
  return [
    { key: "name", label: "name", value: rule.name },
    ...ruleReasons(rule),
    { key: "psid", label: "provisioned PSID", value: rule.psid === null ? "" : String(rule.psid) },
    { key: "iid", label: "interface identifier", value: rule.iid },
    { key: "forwarding", label: "forwarding rule", value: rule.forwarding ? "yes" : "no" },
  ];
}

/** In the order of the first rule; what only the second has comes behind. */
function compareValues(one: Rule, other: Rule): ValueDifference[] {
  const [ones, others] = [valuesOf(one), valuesOf(other)];
  const keys = new Set([...ones, ...others].map(({ key }) => key));
  return [...keys].map((key) => {
    const mine = ones.find((value) => value.key === key);
    const theirs = others.find((value) => value.key === key);
    const [left, right] = [mine?.value ?? "", theirs?.value ?? ""];
    const label = mine?.label ?? theirs?.label ?? "";
    return { key, label, one: left, other: right, same: left === right };
  });
}

function compareCes(one: Rule, other: Rule): CeDifference {
  const end = ruleFacts(one).endUserPrefixLen;
  const [outer, inner] = one.ipv6.len <= other.ipv6.len ? [one, other] : [other, one];
  const isApart = end !== ruleFacts(other).endUserPrefixLen;
  if (isApart || !coversIpv6Prefix(outer.ipv6, inner.ipv6)) {
    return { common: 0, sameIpv4: 0, samePorts: 0, sameMapIpv6: 0 };
  }
  const span = { base: inner.ipv6.address, from: inner.ipv6.len, to: end };
  const agreeing = (of: (rule: Rule, address: Words6) => bigint): number =>
    countZeros(span, (address) => of(one, address) ^ of(other, address));
  const common = 2 ** (end - inner.ipv6.len);
  const haveOneLen = one.ipv4.len + ruleFacts(one).p === other.ipv4.len + ruleFacts(other).p;
  return {
    common,
    sameIpv4: haveOneLen ? agreeing(ipv4Bits) : 0,
    samePorts: samePorts(one, other, common, agreeing),
    sameMapIpv6: agreeing(mapBits),
  };
}

/** Sets of another offset or another PSID length are never the same. */
function samePorts(
  one: Rule,
  other: Rule,
  common: number,
  agreeing: (of: (rule: Rule, address: Words6) => bigint) => number,
): number {
  if (one.psidLen !== other.psidLen) return 0;
  if (one.psidLen === 0) return common;
  return one.psidOffset === other.psidOffset ? agreeing(psidBits) : 0;
}

function ipv4Bits(rule: Rule, address: Words6): bigint {
  return BigInt(readEa(rule, address).addr4);
}

function psidBits(rule: Rule, address: Words6): bigint {
  return BigInt(readEa(rule, address).psid);
}

function mapBits(rule: Rule, address: Words6): bigint {
  const checked = ceFromIpv6(rule, address);
  if (!checked.ok) throw new RangeError("compared outside the rule");
  return checked.value.mapIpv6.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
}

/** Addresses that agree with `base` up to bit `from` and are zero from bit `to`. */
interface Span {
  readonly base: Words6;
  readonly from: number;
  readonly to: number;
}

/**
 * How many addresses of the span the function maps to 0. It must be affine over the bits of the address: what each bit
 * changes is seen once, and the rest is linear algebra over two elements.
 */
function countZeros({ base, from, to }: Span, affine: (address: Words6) => bigint): number {
  const constant = affine(base);
  /** By highest bit. */
  const basis = new Map<number, bigint>();
  for (let bit = from; bit < to; bit++) {
    const rest = reduced(affine(withBit(base, bit)) ^ constant, basis);
    if (rest !== 0n) basis.set(topBit(rest), rest);
  }
  return reduced(constant, basis) === 0n ? 2 ** (to - from - basis.size) : 0;
}

function reduced(value: bigint, basis: ReadonlyMap<number, bigint>): bigint {
  let rest = value;
  while (rest !== 0n) {
    const other = basis.get(topBit(rest));
    if (other === undefined) return rest;
    rest ^= other;
  }
  return rest;
}

function topBit(value: bigint): number {
  return value.toString(2).length;
}

function withBit(address: Words6, bit: number): Words6 {
  const words = Uint32Array.from(address);
  words[bit >>> 5] = words[bit >>> 5]! | (0x80000000 >>> (bit & 31));
  return [words[0]!, words[1]!, words[2]!, words[3]!];
}

function effectsOf(one: Rule, other: Rule, ces: CeDifference): string[] {
  const [len, otherLen] = [ruleFacts(one).endUserPrefixLen, ruleFacts(other).endUserPrefixLen];
  const { common, sameIpv4, samePorts: keepPorts, sameMapIpv6 } = ces;
  if (len !== otherLen) {
    return [
      `end-user prefixes are /${len} and /${otherLen}: the DHCPv6 server must delegate anew, and every CE is another one`,
    ];
  }
  if (common === 0) return [`no end-user prefix is in both rules: every CE is another one`];
  const onlyIn = (rule: Rule, which: string): string => {
    const lost = ruleFacts(rule).ceCount - common;
    return lost === 0 ? "" : `${lost} CEs are only in the ${which} rule`;
  };
  const keep = (count: number, what: string): string => {
    if (count === common) return `each of them keeps its ${what}`;
    return count === 0 ? `none of them keeps its ${what}` : `${count} of them keep their ${what}`;
  };
  return [
    `${common} CEs, by their end-user prefix, are in both rules`,
    onlyIn(one, "first"),
    onlyIn(other, "second"),
    keep(sameIpv4, "IPv4 address"),
    keep(keepPorts, "ports"),
    keep(sameMapIpv6, "MAP address"),
  ].filter((effect) => effect !== "");
}
