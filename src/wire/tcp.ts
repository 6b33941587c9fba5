/**
 * TCP header, RFC 9293 §3.1.
 *   +0  source port:16 | destination port:16
 *   +4  sequence number:32
 *   +8  acknowledgment number:32
 *   +12 data offset:4 reserved:4 | flags:8 | window:16
 *   +16 checksum:16 | urgent pointer:16
 * After `fits()` no accessor reads outside [at, end).
 */
import { adjust, replaceShort, swapped } from "./checksum.js";

export const MIN_HEADER_LEN = 20;
export const OFF_CHECKSUM = 16;

export const FLAG_FIN = 0x01;
export const FLAG_SYN = 0x02;
export const FLAG_RST = 0x04;
export const FLAG_PSH = 0x08;
export const FLAG_ACK = 0x10;
export const FLAG_CWR = 0x80;

const OFF_SEQUENCE = 4;
const OFF_ACKNOWLEDGMENT = 8;
const OFF_DATA_OFFSET = 12;
const OFF_FLAGS = 13;

const OPTION_END = 0;
const OPTION_NOP = 1;
const OPTION_MSS = 2;
const OPTION_MSS_LEN = 4;

/** True when [at, end) holds the whole header with its options. */
export function fits(frame: DataView, at: number, end: number): boolean {
  if (end - at < MIN_HEADER_LEN) return false;
  const header = headerLen(frame, at);
  return header >= MIN_HEADER_LEN && header <= end - at;
}

/** Header length with options, bytes. */
export function headerLen(frame: DataView, at: number): number {
  return (frame.getUint8(at + OFF_DATA_OFFSET) >>> 4) << 2;
}

export function flags(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_FLAGS);
}

export function writeFlags(frame: DataView, at: number, value: number): void {
  frame.setUint8(at + OFF_FLAGS, value);
}

/** Sequence number, unsigned 32-bit. */
export function sequence(frame: DataView, at: number): number {
  return frame.getUint32(at + OFF_SEQUENCE);
}

/** Acknowledgment number, unsigned 32-bit. */
export function acknowledgment(frame: DataView, at: number): number {
  return frame.getUint32(at + OFF_ACKNOWLEDGMENT);
}

/** Writes a header without options, window and checksum zero; the numbers are taken modulo 2^32. */
export function writeHeader(
  frame: DataView,
  at: number,
  source: number,
  destination: number,
  sequenceNumber: number,
  acknowledgmentNumber: number,
  flagBits: number,
): void {
  frame.setUint16(at, source);
  frame.setUint16(at + 2, destination);
  frame.setUint32(at + OFF_SEQUENCE, sequenceNumber);
  frame.setUint32(at + OFF_ACKNOWLEDGMENT, acknowledgmentNumber);
  frame.setUint32(at + OFF_DATA_OFFSET, ((MIN_HEADER_LEN / 4) << 28) | (flagBits << 16));
  frame.setUint32(at + OFF_CHECKSUM, 0);
}

/** `len` with options, a multiple of 4. */
export function writeHeaderLen(frame: DataView, at: number, len: number): void {
  frame.setUint8(at + OFF_DATA_OFFSET, len << 2);
}

/** `value` is taken modulo 2^32. */
export function writeSequence(frame: DataView, at: number, value: number): void {
  frame.setUint32(at + OFF_SEQUENCE, value);
}

/** Offset of the value of the MSS option, or -1; malformed options end the search (RFC 9293 §3.2). */
function findMss(frame: DataView, at: number): number {
  const end = at + headerLen(frame, at);
  let cursor = at + MIN_HEADER_LEN;
  while (cursor < end) {
    const kind = frame.getUint8(cursor);
    if (kind === OPTION_END) return -1;
    if (kind === OPTION_NOP) {
      cursor++;
      continue;
    }
    if (cursor + 1 >= end) return -1;
    const len = frame.getUint8(cursor + 1);
    if (len < 2 || cursor + len > end) return -1;
    if (kind === OPTION_MSS) return len === OPTION_MSS_LEN ? cursor + 2 : -1;
    cursor += len;
  }
  return -1;
}

/** Value of the MSS option, or -1. */
export function mss(frame: DataView, at: number): number {
  const mssAt = findMss(frame, at);
  return mssAt < 0 ? -1 : frame.getUint16(mssAt);
}

/**
 * Lowers the MSS option of a SYN to `limit`. `partial`: the checksum field covers the pseudo header
 * alone, so it stays. The segment must have passed `fits()`.
 */
export function clampMss(frame: DataView, at: number, limit: number, partial: boolean): void {
  if ((flags(frame, at) & FLAG_SYN) === 0) return;
  const mssAt = findMss(frame, at);
  if (mssAt < 0) return;
  const before = frame.getUint16(mssAt);
  if (before <= limit) return;
  frame.setUint16(mssAt, limit);
  if (partial) return;
  // An option may start at an odd offset; its bytes then count in swapped order (RFC 1071 §2).
  const odd = ((mssAt - at) & 1) === 1;
  const delta = odd ? replaceShort(swapped(before), swapped(limit)) : replaceShort(before, limit);
  frame.setUint16(at + OFF_CHECKSUM, adjust(frame.getUint16(at + OFF_CHECKSUM), delta));
}
