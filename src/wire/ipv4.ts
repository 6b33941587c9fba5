/**
 * IPv4 header, RFC 791 §3.1.
 *   +0  version:4 ihl:4 | tos:8 | total length:16
 *   +4  identification:16       | flags:3 fragment offset:13
 *   +8  ttl:8 | protocol:8      | header checksum:16
 *   +12 source address:32
 *   +16 destination address:32
 * `at` is the first header byte. After `fits()` no accessor reads outside [at, end).
 */
import {
  adjust,
  fold,
  removeWord,
  replaceShort,
  sumBytes,
  sumShortHeader,
  sumWord,
} from "./checksum.js";

export const MIN_HEADER_LEN = 20;

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IGMP = 2;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;

export const OPTION_END = 0;
export const OPTION_NOP = 1;
/** Loose and strict source route (RFC 791 §3.1). */
export const OPTION_LSRR = 131;
export const OPTION_SSRR = 137;

const OFF_TOS = 1;
const OFF_TOTAL_LEN = 2;
const OFF_ID = 4;
const OFF_FRAGMENT = 6;
const OFF_TTL = 8;
const OFF_PROTOCOL = 9;
const OFF_CHECKSUM = 10;
export const OFF_SOURCE = 12;
const OFF_DESTINATION = 16;

const FLAG_DF = 0x4000;
const FLAG_MF = 0x2000;
const MASK_OFFSET = 0x1fff;
/** MF and the fragment offset: both zero in a packet that is not a fragment. */
const MASK_FRAGMENT = 0x3fff;

/** True when [at, end) holds one whole, self-consistent IPv4 packet. */
export function fits(frame: DataView, at: number, end: number): boolean {
  if (end - at < MIN_HEADER_LEN) return false;
  const word0 = frame.getInt32(at);
  if (word0 >>> 28 !== 4) return false;
  const header = ((word0 >>> 24) & 0x0f) << 2;
  const total = word0 & 0xffff;
  return header >= MIN_HEADER_LEN && header <= total && total <= end - at;
}

/** Header length with options, bytes. */
export function headerLen(frame: DataView, at: number): number {
  return (frame.getUint8(at) & 0x0f) << 2;
}

export function tos(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_TOS);
}

export function totalLen(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_TOTAL_LEN);
}

export function dontFragment(frame: DataView, at: number): boolean {
  return (frame.getUint16(at + OFF_FRAGMENT) & FLAG_DF) !== 0;
}

/** True for every fragment, the first one included. */
export function isFragment(frame: DataView, at: number): boolean {
  return (frame.getUint16(at + OFF_FRAGMENT) & MASK_FRAGMENT) !== 0;
}

/** Offset of a fragment's payload in the datagram's, bytes; 0 for what is no fragment or the first one. */
export function fragmentOffset(frame: DataView, at: number): number {
  return (frame.getUint16(at + OFF_FRAGMENT) & MASK_OFFSET) << 3;
}

export function moreFragments(frame: DataView, at: number): boolean {
  return (frame.getUint16(at + OFF_FRAGMENT) & FLAG_MF) !== 0;
}

export function identification(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_ID);
}

export function ttl(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_TTL);
}

export function protocol(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_PROTOCOL);
}

/**
 * An IPv4 address is a signed 32-bit number in the packet path: a small integer for the engine, where an unsigned one
 * from 128.0.0.0 on would become an object on the heap each time that it crosses a function.
 */
export function source(frame: DataView, at: number): number {
  return frame.getInt32(at + OFF_SOURCE);
}

/** Signed 32-bit, as `source()`. */
export function destination(frame: DataView, at: number): number {
  return frame.getInt32(at + OFF_DESTINATION);
}

/** True when the header checksum, over options too, is right (RFC 1812 §5.2.2). */
export function checksumGood(frame: DataView, at: number): boolean {
  return fold(headerSum(frame, at)) === 0xffff;
}

function headerSum(frame: DataView, at: number): number {
  const len = headerLen(frame, at);
  return len === MIN_HEADER_LEN ? sumShortHeader(frame, at) : sumBytes(frame, at, at + len);
}

/** Sets the TTL and keeps the header checksum right. */
export function writeTtl(frame: DataView, at: number, value: number): void {
  const word = frame.getInt32(at + OFF_TTL);
  const before = word >>> 16;
  const after = (value << 8) | (before & 0xff);
  const checksum = adjust(word & 0xffff, replaceShort(before, after));
  frame.setInt32(at + OFF_TTL, (after << 16) | checksum);
}

/** Sets TOS and keeps the header checksum right. */
export function writeTos(frame: DataView, at: number, value: number): void {
  const before = frame.getUint16(at);
  const after = (before & 0xff00) | value;
  frame.setUint16(at, after);
  patchChecksum(frame, at, replaceShort(before, after));
}

/** Sets the total length and keeps the header checksum right. */
export function writeTotalLen(frame: DataView, at: number, value: number): void {
  const before = totalLen(frame, at);
  frame.setUint16(at + OFF_TOTAL_LEN, value);
  patchChecksum(frame, at, replaceShort(before, value));
}

/** Sets offset (bytes, a multiple of 8) and MF, leaves DF and keeps the header checksum right. */
export function writeFragment(frame: DataView, at: number, offset: number, more: boolean): void {
  const before = frame.getUint16(at + OFF_FRAGMENT);
  const after = (before & ~MASK_FRAGMENT) | (more ? FLAG_MF : 0) | (offset >>> 3);
  frame.setUint16(at + OFF_FRAGMENT, after);
  patchChecksum(frame, at, replaceShort(before, after));
}

/** Clears DF and keeps the header checksum right. */
export function clearDontFragment(frame: DataView, at: number): void {
  const before = frame.getUint16(at + OFF_FRAGMENT);
  const after = before & ~FLAG_DF;
  frame.setUint16(at + OFF_FRAGMENT, after);
  patchChecksum(frame, at, replaceShort(before, after));
}

/** Computes and writes the header checksum, over options too. */
export function writeChecksum(frame: DataView, at: number): void {
  frame.setUint16(at + OFF_CHECKSUM, 0);
  const checksum = ~fold(headerSum(frame, at)) & 0xffff;
  frame.setUint16(at + OFF_CHECKSUM, checksum);
}

/** Sets the header length, options included; the checksum is the caller's. */
export function writeHeaderLen(frame: DataView, at: number, len: number): void {
  frame.setUint8(at, 0x40 | (len >>> 2));
}

/** Sets the identification; the checksum is the caller's. */
export function writeIdentification(frame: DataView, at: number, value: number): void {
  frame.setUint16(at + OFF_ID, value);
}

/** Sets the identification and keeps the header checksum right. */
export function replaceIdentification(frame: DataView, at: number, value: number): void {
  const before = identification(frame, at);
  frame.setUint16(at + OFF_ID, value);
  patchChecksum(frame, at, replaceShort(before, value));
}

/** Sets the source address, keeps the header checksum right and returns the delta for the pseudo header. */
export function writeSource(frame: DataView, at: number, address: number): number {
  return writeAddress(frame, at, OFF_SOURCE, address);
}

/** Sets the destination address; otherwise as `writeSource()`. */
export function writeDestination(frame: DataView, at: number, address: number): number {
  return writeAddress(frame, at, OFF_DESTINATION, address);
}

function writeAddress(frame: DataView, at: number, offset: number, address: number): number {
  const delta = removeWord(frame.getInt32(at + offset)) + sumWord(address);
  frame.setInt32(at + offset, address);
  patchChecksum(frame, at, delta);
  return delta;
}

function patchChecksum(frame: DataView, at: number, delta: number): void {
  const checksum = adjust(frame.getUint16(at + OFF_CHECKSUM), delta);
  frame.setUint16(at + OFF_CHECKSUM, checksum);
}

/** What `writeHeader()` puts into a header without options. */
export interface HeaderFields {
  tos: number;
  /** Bytes with the header. */
  totalLen: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** Bytes, a multiple of 8. */
  fragmentOffset: number;
  ttl: number;
  protocol: number;
}

/**
 * Writes a header of 20 bytes with its checksum; by words, whose sum is taken before: a processor waits where it reads
 * as a whole what it has just written in parts.
 */
export function writeHeader(
  frame: DataView,
  at: number,
  fields: HeaderFields,
  sourceAddress: number,
  destinationAddress: number,
): void {
  const flags = (fields.dontFragment ? FLAG_DF : 0) | (fields.moreFragments ? FLAG_MF : 0);
  const word0 = 0x45000000 | (fields.tos << 16) | (fields.totalLen & 0xffff);
  const word1 = (fields.identification << 16) | flags | (fields.fragmentOffset >>> 3);
  const word2 = (fields.ttl << 24) | (fields.protocol << 16);
  const sum =
    sumWord(word0) +
    sumWord(word1) +
    sumWord(word2) +
    sumWord(sourceAddress) +
    sumWord(destinationAddress);
  const checksum = ~fold(sum) & 0xffff;
  frame.setInt32(at, word0);
  frame.setInt32(at + OFF_ID, word1);
  frame.setInt32(at + OFF_TTL, word2 | checksum);
  frame.setInt32(at + OFF_SOURCE, sourceAddress);
  frame.setInt32(at + OFF_DESTINATION, destinationAddress);
}
