/**
 * IPv6 header, RFC 8200 §3.
 *   +0  version:4 traffic class:8 flow label:20
 *   +4  payload length:16 | next header:8 | hop limit:8
 *   +8  source address:128
 *   +24 destination address:128
 * `at` is the first header byte. After `fits()` no accessor reads outside [at, end).
 * Addresses travel as Uint32Array(4), most significant word first.
 */
export const HEADER_LEN = 40;

export const NEXT_HOP_BY_HOP = 0;
export const NEXT_IPV4 = 4;
export const NEXT_TCP = 6;
export const NEXT_UDP = 17;
export const NEXT_ROUTING = 43;
export const NEXT_FRAGMENT = 44;
export const NEXT_ESP = 50;
export const NEXT_AH = 51;
export const NEXT_ICMPV6 = 58;
export const NEXT_NONE = 59;
export const NEXT_DESTINATION_OPTIONS = 60;

const OFF_PAYLOAD_LEN = 4;
const OFF_NEXT_HEADER = 6;
const OFF_HOP_LIMIT = 7;
const OFF_SOURCE = 8;
const OFF_DESTINATION = 24;

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

function readAddress(frame: DataView, at: number, out: Uint32Array): void {
  out[0] = frame.getUint32(at);
  out[1] = frame.getUint32(at + 4);
  out[2] = frame.getUint32(at + 8);
  out[3] = frame.getUint32(at + 12);
}

function writeAddress(frame: DataView, at: number, address: Uint32Array): void {
  frame.setUint32(at, address[0]!);
  frame.setUint32(at + 4, address[1]!);
  frame.setUint32(at + 8, address[2]!);
  frame.setUint32(at + 12, address[3]!);
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
  frame.setUint32(at, (0x60000000 | (trafficClassValue << 20)) >>> 0);
  frame.setUint16(at + OFF_PAYLOAD_LEN, payload);
  frame.setUint8(at + OFF_NEXT_HEADER, next);
  frame.setUint8(at + OFF_HOP_LIMIT, hops);
}

export function writeAddresses(
  frame: DataView,
  at: number,
  source: Uint32Array,
  destination: Uint32Array,
): void {
  writeAddress(frame, at + OFF_SOURCE, source);
  writeAddress(frame, at + OFF_DESTINATION, destination);
}

/** True for an address that no packet may have as its source: ::, ::1, ff00::/8 (RFC 7915 §5.1). */
export function isMartianSource(address: Uint32Array): boolean {
  const first = address[0]!;
  if (first >>> 24 === 0xff) return true;
  return first === 0 && address[1] === 0 && address[2] === 0 && address[3]! <= 1;
}

/** True when both addresses are the same. */
export function sameAddress(one: Uint32Array, other: Uint32Array): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3];
}
