/**
 * A rule as eight 32-bit words, and the arithmetic of RFC 7597 §5.2 and §6 on it. Hot: numbers in, numbers out.
 *
 *   +0 .. +3  rule IPv6 prefix
 *   +4        rule IPv4 prefix
 *   +5        n:8 | r:6 | o:6 | a:4 | k:5 | draft-03:1 | whole address in IID:1 | provisioned PSID:1
 *   +6        reserved:14 | first of its address:1 | forwarding:1 | provisioned PSID:16
 *   +7        in a RuleTable: index of the rule in the list
 *
 * An address reads | rule prefix: n | EA bits: o = p + q | subnet id: zero | IID: from bit 64 |, and where n + o > 64
 * the prefix and the EA bits overwrite the leading part of the IID.
 */
import { isExcludedPort, psidOfPort } from "./port-set.js";
import { signedMaskOf } from "./prefix.js";
import type { Rule } from "./types.js";

export const RECORD_WORDS = 8;

const IPV4_AT = 4;
const SHAPE_AT = 5;
const PSID_AT = 6;
const INDEX_AT = 7;

const DRAFT_03 = 4;
const WHOLE_ADDRESS = 2;
const PROVISIONED = 1;
const FORWARDING = 0x10000;
const FIRST_OF_ADDRESS = 0x20000;
const PSID_MASK = 0xffff;
const IPV4_LEN_FORM = (0x3f << 18) | PROVISIONED;
const GROUP_FORM = (0x1ff << 3) | PROVISIONED;

/**
 * Writes `rule` at `at`. With `wholeAddress`, the IID of a prefix rule carries the IPv4 address itself and not the padded
 * prefix: MAP-T has no other place for the bits beyond the prefix (RFC 7599 §6).
 */
export function writeRecord(
  rule: Rule,
  wholeAddress: boolean,
  words: Int32Array,
  at: number,
): void {
  const { ipv6, ipv4, eaLen, psidOffset, psidLen } = rule;
  words.set(ipv6.address, at);
  words[at + IPV4_AT] = ipv4.address;
  words[at + SHAPE_AT] =
    (ipv6.len << 24) |
    (ipv4.len << 18) |
    (eaLen << 12) |
    (psidOffset << 8) |
    (psidLen << 3) |
    (rule.iid === "draft-03" ? DRAFT_03 : 0) |
    (wholeAddress ? WHOLE_ADDRESS : 0) |
    (rule.psid === null ? 0 : PROVISIONED);
  words[at + PSID_AT] = (rule.psid ?? 0) | (rule.forwarding ? FORWARDING : 0);
  words[at + INDEX_AT] = 0;
}

/** The rule that was written at `at`. Cold. */
export function readRecord(name: string, words: Int32Array, at: number): Rule {
  const shape = words[at + SHAPE_AT]!;
  const word = (offset: number): number => words[at + offset]! >>> 0;
  return {
    name,
    ipv6: { address: [word(0), word(1), word(2), word(3)], len: prefixLenOf(shape) },
    ipv4: { address: word(IPV4_AT), len: ipv4LenOf(shape) },
    eaLen: eaLenOf(shape),
    psidOffset: offsetOf(shape),
    psidLen: psidLenOf(shape),
    psid: shape & PROVISIONED ? provisionedPsid(words, at) : null,
    iid: shape & DRAFT_03 ? "draft-03" : "rfc7597",
    forwarding: isForwarding(words, at),
  };
}

/** Puts the record at `from`, of the rule `index` in the list, into a place of a RuleTable. */
export function copyRecord(
  records: Int32Array,
  from: number,
  words: Int32Array,
  at: number,
  index: number,
): void {
  for (let i = 0; i < INDEX_AT; i++) words[at + i] = records[from + i]!;
  words[at + INDEX_AT] = index;
}

/** What every word of a free place is: no rule has such a shape. */
export const FREE = -1;

/** True where the place at `at` has no record. */
export function isFree(words: Int32Array, at: number): boolean {
  return words[at + INDEX_AT]! === FREE;
}

/** Of the rule in the list. */
export function indexOf(words: Int32Array, at: number): number {
  return words[at + INDEX_AT]!;
}

/** MAP-T has the whole address in the IID of the rule at `at`, where that is a prefix rule. */
export function markWholeAddress(words: Int32Array, at: number): void {
  const shape = words[at + SHAPE_AT]!;
  const isPrefix = psidLenOf(shape) === 0 && ipv4LenOf(shape) + eaLenOf(shape) < 32;
  if (isPrefix) words[at + SHAPE_AT] = shape | WHOLE_ADDRESS;
}

/** Of the 1:1 rules of an address the one that packets without ports are judged by. */
export function markFirstOfAddress(words: Int32Array, at: number): void {
  words[at + PSID_AT]! |= FIRST_OF_ADDRESS;
}

/**
 * What rules have in common that an IPv4 address is looked up among at once, bits of the shape word: the length of the
 * prefix, or, a group, a and k of 1:1 rules.
 */
export function ipv4Form(words: Int32Array, at: number): number {
  const shape = words[at + SHAPE_AT]!;
  return shape & formMask(shape);
}

/** The bits of the shape word that are a form's. */
export function formMask(form: number): number {
  return isGroup(form) ? GROUP_FORM : IPV4_LEN_FORM;
}

export function isGroup(form: number): boolean {
  return (form & PROVISIONED) !== 0;
}

/** Length of the prefixes of a form. */
export function formLen(form: number): number {
  return isGroup(form) ? 32 : ipv4LenOf(form);
}

/** Bits of the PSID word that the rule of a form and a port (-1: none) has, and 0 where they do not matter. */
export function wantedPsid(form: number, port: number): number {
  if ((form & PROVISIONED) === 0) return 0;
  return port < 0 ? FIRST_OF_ADDRESS : psidOfPort(port, offsetOf(form), psidLenOf(form));
}

/** Which bits of the PSID word matter where `psid` is wanted. */
export function wantedPsidMask(form: number, psid: number): number {
  if ((form & PROVISIONED) === 0) return 0;
  return psid === FIRST_OF_ADDRESS ? FIRST_OF_ADDRESS : PSID_MASK;
}

/** True where the rule has the IPv4 prefix `key` in the form that the bits `mask` of the shape word say. */
export function hasIpv4(
  words: Int32Array,
  at: number,
  key: number,
  form: number,
  mask: number,
): boolean {
  return words[at + IPV4_AT]! === key && ((words[at + SHAPE_AT]! ^ form) & mask) === 0;
}

export function hasPsid(words: Int32Array, at: number, psid: number, mask: number): boolean {
  return ((words[at + PSID_AT]! ^ psid) & mask) === 0;
}

/** True where the rule's IPv6 prefix has these words. */
export function hasIpv6(
  words: Int32Array,
  at: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): boolean {
  return (
    words[at]! === w0 && words[at + 1]! === w1 && words[at + 2]! === w2 && words[at + 3]! === w3
  );
}

/** Length of the rule's IPv6 prefix. */
export function ipv6Len(words: Int32Array, at: number): number {
  return prefixLenOf(words[at + SHAPE_AT]!);
}

function prefixLenOf(shape: number): number {
  return shape >>> 24;
}

function ipv4LenOf(shape: number): number {
  return (shape >>> 18) & 0x3f;
}

function eaLenOf(shape: number): number {
  return (shape >>> 12) & 0x3f;
}

function offsetOf(shape: number): number {
  return (shape >>> 8) & 0xf;
}

function psidLenOf(shape: number): number {
  return (shape >>> 3) & 0x1f;
}

/** Mask of the r + p IPv4 bits that the rule and the EA bits give. */
function knownMask(shape: number): number {
  return signedMaskOf(ipv4LenOf(shape) + eaLenOf(shape));
}

/** The word of a record that says how long its parts are: read once, and handed to those that ask about the rule. */
export function shapeOf(words: Int32Array, at: number): number {
  return words[at + SHAPE_AT]!;
}

export function isShared(shape: number): boolean {
  return psidLenOf(shape) !== 0;
}

export function isForwarding(words: Int32Array, at: number): boolean {
  return (words[at + PSID_AT]! & FORWARDING) !== 0;
}

export function hasProvisionedPsid(shape: number): boolean {
  return (shape & PROVISIONED) !== 0;
}

export function provisionedPsid(words: Int32Array, at: number): number {
  return words[at + PSID_AT]! & PSID_MASK;
}

export function ruleIpv4(words: Int32Array, at: number): number {
  return words[at + IPV4_AT]!;
}

/** PSID of a port under the rule's a and k. */
export function portPsid(shape: number, port: number): number {
  return psidOfPort(port, offsetOf(shape), psidLenOf(shape));
}

/** True where the rule gives the port to nobody. */
export function isPortExcluded(shape: number, port: number): boolean {
  return isExcludedPort(port, offsetOf(shape), psidLenOf(shape));
}

/** The IPv4 bits that a packet's address and the address that the record gives must have in common. */
export function ipv4Mask(words: Int32Array, at: number): number {
  const shape = words[at + SHAPE_AT]!;
  return shape & WHOLE_ADDRESS ? -1 : knownMask(shape);
}

/**
 * The IPv4 address, signed 32-bit (of a padded prefix: its first) that an IPv6 address inside the rule stands for. It is read from the
 * EA bits, as the IID may be overwritten; what they lack comes from the IID, and only with `wholeAddress`.
 */
export function readIpv4(words: Int32Array, at: number, address: Uint32Array): number {
  const shape = words[at + SHAPE_AT]!;
  const r = ipv4LenOf(shape);
  const p = Math.min(eaLenOf(shape), 32 - r);
  let addr4 = words[at + IPV4_AT]!;
  if (p > 0) addr4 |= readBits(address, prefixLenOf(shape), p) << (32 - r - p);
  if (shape & WHOLE_ADDRESS) {
    const field =
      shape & DRAFT_03
        ? (address[2]! << 8) | (address[3]! >>> 24)
        : (address[2]! << 16) | (address[3]! >>> 16);
    addr4 |= field & ~knownMask(shape);
  }
  return addr4;
}

/** The PSID that an IPv6 address inside the rule stands for; 0 where the address is not shared. */
export function readPsid(words: Int32Array, at: number, address: Uint32Array): number {
  const shape = words[at + SHAPE_AT]!;
  if (shape & PROVISIONED) return words[at + PSID_AT]! & PSID_MASK;
  const o = eaLenOf(shape);
  const p = Math.min(o, 32 - ipv4LenOf(shape));
  return readBits(address, prefixLenOf(shape) + p, o - p);
}

/** Writes the MAP address of (`addr4`, `psid`), both inside the rule; `psid` is 0 where the address is not shared. */
export function writeMapAddress(
  words: Int32Array,
  at: number,
  addr4: number,
  psid: number,
  out: Uint32Array,
): void {
  const shape = words[at + SHAPE_AT]!;
  const n = prefixLenOf(shape);
  const r = ipv4LenOf(shape);
  const o = eaLenOf(shape);
  const p = Math.min(o, 32 - r);
  const suffix = p > 0 ? (addr4 << r) >>> (32 - p) : 0;
  const field = addr4 & (shape & WHOLE_ADDRESS ? -1 : knownMask(shape));
  const isDraft = (shape & DRAFT_03) !== 0;
  const high = isDraft ? field >>> 8 : field >>> 16;
  const low = isDraft ? (field << 24) | (psid << 8) : (field << 16) | psid;
  if (n >= 32 && n + o <= 64) {
    // Nearly every rule: the EA bits lie in one word, and nothing has to be read back to add to it.
    const ea = o > p ? (suffix << (o - p)) | psid : suffix;
    out[0] = words[at]!;
    out[1] = words[at + 1]! | (ea << (64 - n - o));
    out[2] = high;
    out[3] = low;
    return;
  }
  out[0] = words[at]!;
  out[1] = words[at + 1]!;
  out[2] = words[at + 2]!;
  out[3] = words[at + 3]!;
  if (p > 0) orBits(out, n, p, suffix);
  if (o > p) orBits(out, n + p, o - p, psid);
  orIid(out, n + o, high, low);
}

/** Fills the IID behind the first `end` bits, which are already there; the bits behind them are zero. */
function orIid(out: Uint32Array, end: number, high: number, low: number): void {
  if (end <= 64) {
    out[2] = high;
    out[3] = low;
  } else if (end < 96) {
    out[2] = out[2]! | (high & (0xffffffff >>> (end - 64)));
    out[3] = low;
  } else if (end < 128) {
    out[3] = out[3]! | (low & (0xffffffff >>> (end - 96)));
  }
}

/** `width` bits (0..32) of an IPv6 address from bit `at`, counted from the first. */
function readBits(address: Uint32Array, at: number, width: number): number {
  if (width === 0) return 0;
  const word = at >>> 5;
  const shift = at & 31;
  let bits = address[word]! << shift;
  if (shift + width > 32) bits |= address[word + 1]! >>> (32 - shift);
  return bits >>> (32 - width);
}

/** Sets `width` bits (1..32) from bit `at`, which must be zero before. */
function orBits(out: Uint32Array, at: number, width: number, value: number): void {
  const word = at >>> 5;
  const shift = at & 31;
  const aligned = value << (32 - width);
  out[word] = out[word]! | (aligned >>> shift);
  if (shift + width > 32) out[word + 1] = out[word + 1]! | (aligned << (32 - shift));
}
