/**
 * Where things are in the buffer of a RuleTable, and how a lookup gets there. Hot: numbers in, numbers out.
 *
 *   header | IPv4 places | IPv6 places | IPv4 classes | IPv6 classes | lists of both
 *
 *   places    room for a record (rule-record.ts), half a cache line. The hash of a prefix names a line; the record of its rule
 *             is the first from there on that has the prefix, and the first place follows the last one. At least four
 *             tenths of them are free. A rule has a record in each family's places: whoever finds it has waited for
 *             one line of memory, mostly
 *   classes   a byte for each value of some bits of an address: which prefix lengths occur there. Class 0 has none, so that
 *             most addresses of the Internet end at its byte, whatever the number of rules
 *   lists     by class its first word and, as that of the next class, its end; then the entries, longest prefix first:
 *               IPv4   mask | shape | mask of the shape: a prefix length, or a pair of a and k among the 1:1 rules
 *               IPv6   four mask words | prefix length
 *
 * All prefix lengths of a family share its places. An address of 1:1 rules has one record more, which NO_PORT leads to.
 */

/** Word offsets in the header; every `At` is a word offset, too. */
export const HEADER = {
  size: 0,
  places4At: 1,
  /** Bits of a hash that are the word offset of a line among the places, a power of two of lines. */
  lines4Mask: 2,
  places6At: 3,
  lines6Mask: 4,
  classes4At: 5,
  classes6At: 6,
  lists4At: 7,
  lists6At: 8,
  /** Bits before those that choose the class of an IPv6 address: nearly all rules have them in common. */
  skipped6: 9,
} as const;

export const LINE_WORDS = 16;
/** What the C library allocates in pages of its own begins 16 bytes behind their start; lines of the cache do not. */
export const FIRST_LINE = 2 * LINE_WORDS - 4;

export const IPV4_ENTRY_WORDS = 3;
export const IPV6_ENTRY_WORDS = 5;

/** Bits of an address that choose its class. */
export const CLASS4_BITS = 16;
export const CLASS6_BITS = 12;
/** So that the bits behind them never lie in a fifth word. */
export const MOST_SKIPPED6 = 95;

/** Class of an IPv6 address: the CLASS6_BITS bits behind the `skipped` first. */
export function classBits6(address: ArrayLike<number>, skipped: number): number {
  const word = skipped >>> 5;
  const shift = skipped & 31;
  const high = address[word]! << shift;
  const low = (address[word + 1]! >>> 1) >>> (31 - shift);
  return (high | low) >>> (32 - CLASS6_BITS);
}

/** A round of MurmurHash3's final mixer, signed 32-bit (A. Appleby, public domain); what comes in has been multiplied before. */
function mix(value: number): number {
  const hash = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

/** Brings the first bits of a word down to the last, before those of several words are added: prefixes end in zeros. */
function spread(word: number, factor: number): number {
  return Math.imul(word ^ (word >>> 15), factor);
}

/** `shape` and `psid` as in a record: prefixes of all lengths, and the CEs of an address, are apart. */
export function hashIpv4(key: number, shape: number, psid: number): number {
  return mix(spread(key, 0x9e3779b1) + spread(shape ^ psid, 0x85ebca77));
}

export function hashIpv6(w0: number, w1: number, w2: number, w3: number, len: number): number {
  const high = spread(w0, 0x9e3779b1) + spread(w1, 0x85ebca77);
  return mix(high + spread(w2, 0xc2b2ae3d) + spread(w3, 0x27d4eb2f) + len);
}
