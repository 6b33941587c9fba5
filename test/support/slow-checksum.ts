/** The Internet checksum of RFC 1071 in its most obvious form: the oracle for everything faster. */

/** Sum of the 16-bit words with end-around carry, not complemented; an odd last byte is the high one. */
export function slowSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** End-around sum of two folded sums. */
export function addSums(a: number, b: number): number {
  const sum = a + b;
  return sum > 0xffff ? sum - 0xffff : sum;
}

/** The checksum field that goes with `bytes` whose own field is zero. */
export function slowChecksum(bytes: Uint8Array, initialSum = 0): number {
  return 0xffff - addSums(slowSum(bytes), initialSum);
}

/** Folded sum of the pseudo header (RFC 9293 §3.1, RFC 8200 §8.1); both addresses of one family. */
export function slowPseudoSum(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  len: number,
): number {
  let sum = addSums(slowSum(source), slowSum(destination));
  sum = addSums(sum, protocol);
  sum = addSums(sum, len >>> 16);
  return addSums(sum, len & 0xffff);
}
