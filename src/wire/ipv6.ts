/**
 * IPv6 header, RFC 8200 §3.
 *   +0  version:4 traffic class:8 flow label:20
 *   +4  payload length:16 | next header:8 | hop limit:8
 *   +8  source address:128
 *   +24 destination address:128
 * `at` is the first header byte. After `fits()` no accessor reads outside [at, end).
 * Addresses travel as Uint32Array(4), most significant word first.
 */
import { sumBytes } from "./checksum.js";

export const HEADER_LEN = 40;

export const NEXT_HOP_BY_HOP = 0;
export const NEXT_IPV4 = 4;
export const NEXT_ROUTING = 43;
export const NEXT_FRAGMENT = 44;
export const NEXT_AH = 51;
export const NEXT_ICMPV6 = 58;
export const NEXT_DESTINATION_OPTIONS = 60;

const OFF_PAYLOAD_LEN = 4;
const OFF_NEXT_HEADER = 6;
const OFF_HOP_LIMIT = 7;
const OFF_SOURCE = 8;
const OFF_DESTINATION = 24;

/** Every extension header is at least this long (RFC 8200 §4). */
export const MIN_EXTENSION_LEN = 8;
export const FRAGMENT_HEADER_LEN = 8;

const MASK_OFFSET = 0xfff8;
const FLAG_MORE = 0x0001;

/** True when [at, end) holds one whole IPv6 packet; a payload length of zero (jumbogram) does not fit. */
export function fits(frame: DataView, at: number, end: number): boolean {
  if (end - at < HEADER_LEN || frame.getUint8(at) >>> 4 !== 6) return false;
  const payload = payloadLen(frame, at);
  return payload > 0 && payload <= end - at - HEADER_LEN;
}

/** Bytes after the fixed header, extension headers included. */
export function payloadLen(frame: DataView, at: number): number {
  return frame.getUint16(at + OFF_PAYLOAD_LEN);
}

export function trafficClass(frame: DataView, at: number): number {
  return (frame.getUint16(at) >>> 4) & 0xff;
}

export function nextHeader(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_NEXT_HEADER);
}

/** Offset of the next-header field of the fixed header; an extension header's is its first byte. */
export function nextHeaderAt(at: number): number {
  return at + OFF_NEXT_HEADER;
}

export function hopLimit(frame: DataView, at: number): number {
  return frame.getUint8(at + OFF_HOP_LIMIT);
}

/** Copies the source address into `out`. */
export function readSource(frame: DataView, at: number, out: Uint32Array): void {
  readAddress(frame, at + OFF_SOURCE, out);
}

/** Copies the destination address into `out`. */
export function readDestination(frame: DataView, at: number, out: Uint32Array): void {
  readAddress(frame, at + OFF_DESTINATION, out);
}

/** Sum of both addresses, for the pseudo header. */
export function sumAddresses(frame: DataView, at: number): number {
  return sumBytes(frame, at + OFF_SOURCE, at + HEADER_LEN);
}

function readAddress(frame: DataView, at: number, out: Uint32Array): void {
  out[0] = frame.getUint32(at);
  out[1] = frame.getUint32(at + 4);
  out[2] = frame.getUint32(at + 8);
  out[3] = frame.getUint32(at + 12);
}

/** Writes version, traffic class, a flow label of zero, payload length, next header and hop limit. */
export function writeFixed(
  frame: DataView,
  at: number,
  trafficClassValue: number,
  payload: number,
  next: number,
  hops: number,
): void {
  const word1 = (payload << 16) | (next << 8) | hops;
  frame.setInt32(at, 0x60000000 | (trafficClassValue << 20));
  frame.setInt32(at + OFF_PAYLOAD_LEN, word1);
}

export function writeTrafficClass(frame: DataView, at: number, value: number): void {
  frame.setUint16(at, 0x6000 | (value << 4) | (frame.getUint16(at) & 0x000f));
}

export function writeNextHeader(frame: DataView, at: number, value: number): void {
  frame.setUint8(at + OFF_NEXT_HEADER, value);
}

export function writePayloadLen(frame: DataView, at: number, value: number): void {
  frame.setUint16(at + OFF_PAYLOAD_LEN, value);
}

export function writeAddresses(
  frame: DataView,
  at: number,
  source: Uint32Array,
  destination: Uint32Array,
): void {
  // All reads first: after a write to the frame the engine checks both arrays anew.
  const source0 = source[0]!;
  const source1 = source[1]!;
  const source2 = source[2]!;
  const source3 = source[3]!;
  const destination0 = destination[0]!;
  const destination1 = destination[1]!;
  const destination2 = destination[2]!;
  const destination3 = destination[3]!;
  frame.setUint32(at + OFF_SOURCE, source0);
  frame.setUint32(at + OFF_SOURCE + 4, source1);
  frame.setUint32(at + OFF_SOURCE + 8, source2);
  frame.setUint32(at + OFF_SOURCE + 12, source3);
  frame.setUint32(at + OFF_DESTINATION, destination0);
  frame.setUint32(at + OFF_DESTINATION + 4, destination1);
  frame.setUint32(at + OFF_DESTINATION + 8, destination2);
  frame.setUint32(at + OFF_DESTINATION + 12, destination3);
}

/** True for an address that no packet may have as its source: ::, ::1, ff00::/8 (RFC 7915 §5.1). */
export function isMartianSource(address: Uint32Array): boolean {
  const first = address[0]!;
  if (first >>> 24 === 0xff) return true;
  return first === 0 && address[1] === 0 && address[2] === 0 && address[3]! <= 1;
}

/** Word by word: for four of them `set()` of a typed array costs ten times as much. */
export function copyAddress(from: Uint32Array, to: Uint32Array): void {
  to[0] = from[0]!;
  to[1] = from[1]!;
  to[2] = from[2]!;
  to[3] = from[3]!;
}

/** True when both addresses are the same. */
export function sameAddress(one: Uint32Array, other: Uint32Array): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3];
}

/** `isMartianSource()` of the packet's own source address. */
export function hasMartianSource(frame: DataView, at: number): boolean {
  const source = at + OFF_SOURCE;
  if (frame.getUint8(source) === 0xff) return true;
  const high = frame.getUint32(source) | frame.getUint32(source + 4) | frame.getUint32(source + 8);
  return high === 0 && frame.getUint32(source + 12) <= 1;
}

export function isMulticastDestination(frame: DataView, at: number): boolean {
  return frame.getUint8(at + OFF_DESTINATION) === 0xff;
}

/** True for the extension headers that may stand before a transport header; ESP and AH are transports here. */
export function isExtension(next: number): boolean {
  return (
    next === NEXT_HOP_BY_HOP ||
    next === NEXT_ROUTING ||
    next === NEXT_FRAGMENT ||
    next === NEXT_DESTINATION_OPTIONS
  );
}

/** Bytes of the extension header at `at`, whose number is `next`: a multiple of 8 (RFC 8200 §4). */
export function extensionLen(frame: DataView, at: number, next: number): number {
  return next === NEXT_FRAGMENT ? FRAGMENT_HEADER_LEN : (frame.getUint8(at + 1) + 1) << 3;
}

/** Of the Routing header at `at` (RFC 8200 §4.4). */
export function segmentsLeft(frame: DataView, at: number): number {
  return frame.getUint8(at + 3);
}

/** Of the Fragment Header at `at` (RFC 8200 §4.5): offset of its payload in the datagram's, bytes. */
export function fragmentOffset(frame: DataView, at: number): number {
  return frame.getUint16(at + 2) & MASK_OFFSET;
}

export function moreFragments(frame: DataView, at: number): boolean {
  return (frame.getUint16(at + 2) & FLAG_MORE) !== 0;
}

/** Sets offset (bytes, a multiple of 8) and M of the Fragment Header at `at`. */
export function writeFragment(frame: DataView, at: number, offset: number, more: boolean): void {
  frame.setUint16(at + 2, offset | (more ? FLAG_MORE : 0));
}

/** Unsigned 32-bit. */
export function fragmentIdentification(frame: DataView, at: number): number {
  return frame.getUint32(at + 4);
}

/** Writes a Fragment Header at `at`; `offset` in bytes, a multiple of 8. */
export function writeFragmentHeader(
  frame: DataView,
  at: number,
  next: number,
  offset: number,
  more: boolean,
  identification: number,
): void {
  frame.setUint16(at, next << 8);
  writeFragment(frame, at, offset, more);
  frame.setUint32(at + 4, identification);
}
