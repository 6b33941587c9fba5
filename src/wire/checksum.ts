/**
 * The Internet checksum, RFC 1071, and its incremental update, RFC 1624 §3.
 * A *sum* here is a plain non-negative number that has not been folded yet; adding sums is adding numbers.
 * A *delta* is a sum that takes old words out (as their complement) and puts new words in.
 */

/** Folds a sum into 16 bits, RFC 1071 §2. Exact below 2^32: 65536 words at least. */
export function fold(sum: number): number {
  // Once leaves 0x1fffe at most, twice 0xffff.
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** Sum of the 16-bit words of [at, end); an odd last byte is padded with zero. */
export function sumBytes(frame: DataView, at: number, end: number): number {
  let sum = 0;
  let cursor = at;
  for (; cursor + 1 < end; cursor += 2) sum += frame.getUint16(cursor);
  if (cursor < end) sum += frame.getUint8(cursor) << 8;
  return sum;
}

/** Sum of the 20 bytes from `at` on: of an IPv4 header without options, without a loop. */
export function sumShortHeader(frame: DataView, at: number): number {
  return (
    sumWord(frame.getInt32(at)) +
    sumWord(frame.getInt32(at + 4)) +
    sumWord(frame.getInt32(at + 8)) +
    sumWord(frame.getInt32(at + 12)) +
    sumWord(frame.getInt32(at + 16))
  );
}

/** Sum of a 32-bit word's halves. */
export function sumWord(word: number): number {
  return (word >>> 16) + (word & 0xffff);
}

/** A 16-bit word with its bytes in the other order. */
export function swapped(short: number): number {
  return ((short & 0xff) << 8) | (short >>> 8);
}

/** Delta that takes a 32-bit word out. */
export function removeWord(word: number): number {
  return 0x1fffe - (word >>> 16) - (word & 0xffff);
}

/** Sum of the four words of an IPv6 address. */
export function sumAddress(address: Uint32Array): number {
  return sumWord(address[0]!) + sumWord(address[1]!) + sumWord(address[2]!) + sumWord(address[3]!);
}

/** Delta that replaces one 16-bit word by another. */
export function replaceShort(before: number, after: number): number {
  return 0xffff - before + after;
}

/** A complete checksum field after a delta: HC' = ~(~HC + delta), RFC 1624 §3 eqn. 3. */
export function adjust(checksum: number, delta: number): number {
  return ~fold((~checksum & 0xffff) + delta) & 0xffff;
}

/**
 * A partial checksum field after a delta. The field holds the folded sum of the pseudo header, not
 * complemented; whoever completes it adds the payload (virtio 1.2 §5.1.6).
 */
export function adjustPartial(field: number, delta: number): number {
  return fold(field + delta);
}
