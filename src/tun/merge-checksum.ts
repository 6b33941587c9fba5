/**
 * Checksums as merging needs them: is this one right? A sum of the Internet checksum comes out the same, its bytes
 * swapped, in either byte order (RFC 1071 §2), so words are read in the machine's order, 32 bits at a time.
 */
import { fold, swapped } from "../wire/checksum.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import { addressesAt } from "./merge-rules.js";

const IPV4_CHECKSUM_AT = 10;

/** Folded sum of [at, end) in little-endian words; an odd last byte is padded with zero. At most 65536 words. */
function foldedLittle(memory: DataView, at: number, end: number): number {
  let low = 0;
  let high = 0;
  let cursor = at;
  for (; cursor + 4 <= end; cursor += 4) {
    const word = memory.getUint32(cursor, true);
    low += word & 0xffff;
    high += word >>> 16;
  }
  if (cursor + 2 <= end) {
    low += memory.getUint16(cursor, true);
    cursor += 2;
  }
  if (cursor < end) high += memory.getUint8(cursor);
  return fold(fold(low) + fold(high));
}

/** Sum of the pseudo header of a packet whose IP header of `ipLen` bytes starts at `at` (RFC 9293 §3.1, RFC 8200 §8.1). */
function pseudoSumLittle(
  memory: DataView,
  at: number,
  end: number,
  ipLen: number,
  protocol: number,
): number {
  const addresses = foldedLittle(memory, addressesAt(at, ipLen), at + ipLen);
  return fold(addresses + (protocol << 8) + swapped(end - at - ipLen));
}

/** A partial checksum field: the pseudo header's sum, for a packet of just these bytes (virtio 1.2 §5.1.6). */
export function partialChecksum(
  memory: DataView,
  at: number,
  end: number,
  ipLen: number,
  protocol: number,
): number {
  return swapped(pseudoSumLittle(memory, at, end, ipLen, protocol));
}

/** True where the IPv4 header's checksum is the one that whoever computes it anew comes to. */
export function ipv4ChecksumGood(memory: DataView, at: number): boolean {
  return (
    foldedLittle(memory, at, at + ipv4.MIN_HEADER_LEN) === 0xffff &&
    memory.getUint16(at + IPV4_CHECKSUM_AT) !== 0xffff
  );
}

/**
 * True where the transport checksum is the one that the kernel writes into a segment with these bytes. `partial`: the
 * field holds the pseudo header's sum alone. A wrong one has to arrive wrong, and never gets mended by merging.
 */
export function transportChecksumGood(
  memory: DataView,
  at: number,
  end: number,
  ipLen: number,
  protocol: number,
  partial: boolean,
): boolean {
  const isTcp = protocol === ipv4.PROTOCOL_TCP;
  const field = memory.getUint16(at + ipLen + (isTcp ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM));
  if (partial) return field === partialChecksum(memory, at, end, ipLen, protocol);
  // Of the two zeros UDP has only 0xffff (RFC 768); for TCP kernels write either, depending on who computes it.
  if (field === 0 || (isTcp && field === 0xffff)) return false;
  const pseudo = pseudoSumLittle(memory, at, end, ipLen, protocol);
  return fold(pseudo + foldedLittle(memory, at + ipLen, end)) === 0xffff;
}
