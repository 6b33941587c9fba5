/**
 * The mapping algorithm of RFC 7597 §5 and §6 once more, slow and obvious: addresses as strings of bits, rules tried
 * one by one. It shares no code with src/map, so that a mistake there is not repeated here.
 */
import type { Rule, Words6 } from "../../src/map/types.js";

export type SlowVerdict = "accept" | "address" | "no-port" | "excluded" | "psid" | "iid";

export function bits(value: number | bigint, width: number): string {
  if (width === 0) return "";
  const text = BigInt(value).toString(2).padStart(width, "0");
  if (text.length > width) throw new Error(`${value} does not fit in ${width} bits`);
  return text;
}

export function numberOf(text: string): number {
  return text === "" ? 0 : Number(BigInt(`0b${text}`));
}

export function bitsOfWords(words: ArrayLike<number>): string {
  return Array.from(words, (word) => bits(word, 32)).join("");
}

export function wordsOfBits(text: string): Words6 {
  if (text.length !== 128) throw new Error(`${text.length} bits are no IPv6 address`);
  const word = (at: number): number => numberOf(text.slice(at * 32, at * 32 + 32));
  return [word(0), word(1), word(2), word(3)];
}

/** PSID of a port, "excluded" for one of nobody's; null where the rule shares nothing. */
export function slowPsid(port: number, a: number, k: number): number | "excluded" | null {
  if (k === 0) return null;
  const text = bits(port, 16);
  if (a > 0 && !text.slice(0, a).includes("1")) return "excluded";
  return numberOf(text.slice(a, a + k));
}

interface SlowEa {
  readonly suffix: string;
  readonly psid: string;
}

function eaOf(rule: Rule, address: string): SlowEa {
  const ea = address.slice(rule.ipv6.len, rule.ipv6.len + rule.eaLen);
  const suffixBits = 32 - rule.ipv4.len;
  return { suffix: ea.slice(0, suffixBits), psid: ea.slice(suffixBits) };
}

/** IPv4 prefix (address with zeros behind, and length) and PSID that an IPv6 address inside the rule stands for. */
export function slowReadEa(
  rule: Rule,
  address: ArrayLike<number>,
): { addr4: number; len: number; psid: number | null } {
  const { suffix, psid } = eaOf(rule, bitsOfWords(address));
  const known = bits(rule.ipv4.address, 32).slice(0, rule.ipv4.len) + suffix;
  const embedded = rule.psidLen === 0 ? null : numberOf(psid);
  return {
    addr4: numberOf(known.padEnd(32, "0")),
    len: known.length,
    psid: rule.psid ?? embedded,
  };
}

export function slowMapAddress(
  rule: Rule,
  addr4: number,
  psid: number | null,
  wholeAddress: boolean,
): Words6 {
  const v4 = bits(addr4, 32);
  const suffixBits = Math.min(rule.eaLen, 32 - rule.ipv4.len);
  const suffix = v4.slice(rule.ipv4.len, rule.ipv4.len + suffixBits);
  const psidBits = rule.eaLen - suffixBits;
  const ea = suffix + bits(psidBits > 0 ? (psid ?? 0) : 0, psidBits);
  const prefix = bitsOfWords(rule.ipv6.address).slice(0, rule.ipv6.len) + ea;
  const known = rule.ipv4.len + suffixBits;
  const field = wholeAddress ? v4 : v4.slice(0, known).padEnd(32, "0");
  const psidField = bits(psid ?? 0, 16);
  const iid =
    rule.iid === "draft-03"
      ? `${"0".repeat(8)}${field}${psidField}${"0".repeat(8)}`
      : `${"0".repeat(16)}${field}${psidField}`;
  const padded = `${"0".repeat(64)}${iid}`;
  // The subnet id is zero, and a longer prefix lies over the identifier.
  return wordsOfBits(prefix + padded.slice(prefix.length));
}

/** Bits beyond the CE's own IPv4 prefix, where MAP-T puts them into the identifier. */
export function slowIidHostBits(rule: Rule, address: ArrayLike<number>): string {
  const fieldAt = rule.iid === "draft-03" ? 72 : 80;
  const known = rule.ipv4.len + Math.min(rule.eaLen, 32 - rule.ipv4.len);
  return bitsOfWords(address).slice(fieldAt + known, fieldAt + 32);
}

function bestMatch(count: number, matchLen: (index: number) => number): number {
  let best = -1;
  let bestLen = -1;
  for (let index = 0; index < count; index++) {
    const len = matchLen(index);
    if (len > bestLen) {
      best = index;
      bestLen = len;
    }
  }
  return best;
}

/** Longest match by trying every rule; a 1:1 rule with a PSID matches the ports of that PSID, or no port at all. */
export function slowLookup4(rules: readonly Rule[], addr4: number, port: number): number {
  const text = bits(addr4, 32);
  return bestMatch(rules.length, (index) => {
    const rule = rules[index]!;
    const prefix = bits(rule.ipv4.address, 32).slice(0, rule.ipv4.len);
    if (!text.startsWith(prefix)) return -1;
    if (rule.psid !== null && port >= 0) {
      const psid = bits(port, 16).slice(rule.psidOffset, rule.psidOffset + rule.psidLen);
      if (numberOf(psid) !== rule.psid) return -1;
    }
    return rule.ipv4.len;
  });
}

export function slowLookup6(rules: readonly Rule[], address: ArrayLike<number>): number {
  const text = bitsOfWords(address);
  return bestMatch(rules.length, (index) => {
    const { address: prefix, len } = rules[index]!.ipv6;
    return text.startsWith(bitsOfWords(prefix).slice(0, len)) ? len : -1;
  });
}

/** The consistency check of RFC 7597 §8.1, the identifier included. */
export function slowCheckSource(
  rule: Rule,
  address: ArrayLike<number>,
  addr4: number,
  port: number,
  wholeAddress: boolean,
): SlowVerdict {
  const source = slowReadEa(rule, address);
  const known = bits(source.addr4, 32).slice(0, source.len);
  const text = bits(addr4, 32);
  if (!text.startsWith(known)) return "address";
  if (wholeAddress && text.slice(source.len) !== slowIidHostBits(rule, address)) return "address";
  if (rule.psidLen > 0) {
    if (port < 0) return "no-port";
    const psid = slowPsid(port, rule.psidOffset, rule.psidLen);
    if (psid === "excluded") return "excluded";
    if (psid !== source.psid) return "psid";
  }
  const expected = slowMapAddress(rule, addr4, source.psid, wholeAddress);
  return bitsOfWords(expected) === bitsOfWords(address) ? "accept" : "iid";
}
