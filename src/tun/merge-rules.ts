/**
 * Which packets may become one write, so that the segments that the kernel cuts from it are those packets again, byte
 * for byte: every rule here is something that the kernel copies, counts on or computes anew. All functions take the
 * arena's whole memory and offsets into it; `ipLen` is what lies before the transport header and tells what that is: 20
 * bytes of IPv4, 40 of IPv6, or both, 60 bytes of IPv4 in IPv6, which only a device with the classifier takes.
 */
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import * as virtio from "../wire/virtio.js";

/** Of `flowHeaderLen()`: no packet of a TCP or UDP flow. */
export const NO_FLOW = 0;
/** Of `flowHeaderLen()`: belongs to a flow that cannot be told, a fragment for one. */
export const ANY_FLOW = -1;

/** The headers of IPv4 in IPv6. */
const TUNNEL_LEN = ipv6.HEADER_LEN + ipv4.MIN_HEADER_LEN;

const IPV4_WITHOUT_OPTIONS = 0x45;
const FRAGMENT_AT = 6;
const NOT_DONT_FRAGMENT = 0xbfff;
const SEQUENCE_AT = 4;
const ACKNOWLEDGMENT_AT = 8;
const DATA_OFFSET_AT = 12;
const WINDOW_AT = 14;
const URGENT_AT = 18;

/**
 * `ipLen` of a packet of a TCP or UDP flow whose headers are whole; else NO_FLOW or ANY_FLOW. What lies in a tunnel is a
 * flow where `looksInside`.
 */
export function flowHeaderLen(
  memory: DataView,
  at: number,
  end: number,
  looksInside: boolean,
): number {
  if (memory.getUint8(at) >>> 4 !== 6) return ipv4HeaderLen(memory, at, end, 0);
  if (!ipv6.fits(memory, at, end)) return ANY_FLOW;
  const next = ipv6.nextHeader(memory, at);
  if (ipv6.isExtension(next)) return ANY_FLOW;
  if (next !== ipv6.NEXT_IPV4) return transportFits(memory, at, end, ipv6.HEADER_LEN, next);
  return looksInside ? ipv4HeaderLen(memory, at, end, ipv6.HEADER_LEN) : NO_FLOW;
}

/** The same of an IPv4 packet behind `outerLen` bytes. */
function ipv4HeaderLen(memory: DataView, at: number, end: number, outerLen: number): number {
  const ipv4At = at + outerLen;
  if (!ipv4.fits(memory, ipv4At, end) || ipv4.isFragment(memory, ipv4At)) return ANY_FLOW;
  const ipLen = outerLen + ipv4.MIN_HEADER_LEN;
  const len = transportFits(memory, at, end, ipLen, ipv4.protocol(memory, ipv4At));
  const isPlain = memory.getUint8(ipv4At) === IPV4_WITHOUT_OPTIONS;
  return isPlain || len === NO_FLOW ? len : ANY_FLOW;
}

function transportFits(
  memory: DataView,
  at: number,
  end: number,
  ipLen: number,
  protocol: number,
): number {
  if (protocol === ipv4.PROTOCOL_TCP) return tcp.fits(memory, at + ipLen, end) ? ipLen : ANY_FLOW;
  if (protocol === ipv4.PROTOCOL_UDP) return udp.fits(memory, at + ipLen, end) ? ipLen : ANY_FLOW;
  return NO_FLOW;
}

export function protocolOf(memory: DataView, at: number, ipLen: number): number {
  return ipLen === ipv6.HEADER_LEN
    ? ipv6.nextHeader(memory, at)
    : ipv4.protocol(memory, at + ipLen - ipv4.MIN_HEADER_LEN);
}

/** All IP headers and the transport header, bytes. */
export function headersLen(memory: DataView, at: number, ipLen: number, isTcp: boolean): number {
  return ipLen + (isTcp ? tcp.headerLen(memory, at + ipLen) : udp.HEADER_LEN);
}

/** A number, signed 32-bit, that the packets of a flow have in common; others may have it too. */
export function flowHash(memory: DataView, at: number, ipLen: number): number {
  let hash = memory.getUint32(at + ipLen) ^ protocolOf(memory, at, ipLen) ^ (ipLen << 8);
  for (let cursor = addressesAt(at, ipLen); cursor < at + ipLen; cursor += 4) {
    hash = Math.imul(hash ^ memory.getUint32(cursor), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/**
 * Where the addresses of the header lie that the transport header belongs to; they end with it, since options and
 * extensions never get here.
 */
export function addressesAt(at: number, ipLen: number): number {
  return at + ipLen - (ipLen === ipv6.HEADER_LEN ? 32 : 8);
}

/** True where both packets have the same addresses, protocol and ports. Both have passed `flowHeaderLen()`. */
export function sameFlow(memory: DataView, one: number, other: number, ipLen: number): boolean {
  if (memory.getUint8(one) >>> 4 !== memory.getUint8(other) >>> 4) return false;
  if (protocolOf(memory, one, ipLen) !== protocolOf(memory, other, ipLen)) return false;
  if (ipLen === TUNNEL_LEN && !sameWords(memory, one, other, 8, ipv6.HEADER_LEN)) return false;
  // The ports are the first word behind the addresses.
  return sameWords(memory, one, other, addressesAt(0, ipLen), ipLen + 4);
}

/** Compares the bytes [from, to) of both packets, whole words. */
function sameWords(
  memory: DataView,
  one: number,
  other: number,
  from: number,
  to: number,
): boolean {
  for (let i = from; i < to; i += 4) {
    if (memory.getUint32(one + i) !== memory.getUint32(other + i)) return false;
  }
  return true;
}

/** True for a packet that others may follow: data, no flag beside ACK, and not itself cut later. */
export function mayStart(
  memory: DataView,
  at: number,
  end: number,
  ipLen: number,
  isTcp: boolean,
): boolean {
  if (end - at === headersLen(memory, at, ipLen, isTcp)) return false;
  if (virtio.gsoType(memory, at) !== virtio.GSO_NONE) return false;
  const transportAt = at + ipLen;
  const isPlain = isTcp
    ? tcp.flags(memory, transportAt) === tcp.FLAG_ACK
    : udp.len(memory, transportAt) === end - transportAt;
  return isPlain && hasOwnLength(memory, at, end, ipLen);
}

/** What lies behind a packet's own length would become payload. A reserved flag of IPv4 is not worth a thought. */
function hasOwnLength(memory: DataView, at: number, end: number, ipLen: number): boolean {
  if (ipLen !== ipv4.MIN_HEADER_LEN) {
    if (ipv6.payloadLen(memory, at) !== end - at - ipv6.HEADER_LEN) return false;
    if (ipLen === ipv6.HEADER_LEN) return true;
  }
  const ipv4At = at + ipLen - ipv4.MIN_HEADER_LEN;
  const isOrdinary = (memory.getUint16(ipv4At + FRAGMENT_AT) & NOT_DONT_FRAGMENT) === 0;
  return isOrdinary && ipv4.totalLen(memory, ipv4At) === end - ipv4At;
}

/**
 * True where the packet at `at` is what the kernel would make the next segment of the group whose first packet is at
 * `first`, as far as headers go; checksums are looked at elsewhere. `count` packets with `merged` bytes of payload are
 * in the group. The packet is of the group's flow, and its payload no longer than theirs.
 */
export function mayFollow(
  memory: DataView,
  first: number,
  at: number,
  end: number,
  ipLen: number,
  isTcp: boolean,
  count: number,
  merged: number,
): boolean {
  if (virtio.gsoType(memory, at) !== virtio.GSO_NONE) return false;
  if (!hasOwnLength(memory, at, end, ipLen)) return false;
  if (ipLen !== ipv4.MIN_HEADER_LEN) {
    // Traffic class and flow label; next header and hop limit.
    const sameIpv6 =
      memory.getUint32(first) === memory.getUint32(at) &&
      memory.getUint16(first + 6) === memory.getUint16(at + 6);
    if (!sameIpv6) return false;
  }
  if (ipLen !== ipv6.HEADER_LEN) {
    const outerLen = ipLen - ipv4.MIN_HEADER_LEN;
    if (!nextIpv4(memory, first + outerLen, at + outerLen, count)) return false;
  }
  if (isTcp) return nextTcp(memory, first + ipLen, at + ipLen, merged);
  return udp.len(memory, at + ipLen) === end - at - ipLen;
}

/**
 * Segments are numbered from the first one's identification on. Those of packets that may not be fragmented mean nothing
 * (RFC 6864 §4.1): some senders give them all the same, others one that all their flows have in common.
 */
function nextIpv4(memory: DataView, first: number, at: number, count: number): boolean {
  const isNumbered =
    ipv4.dontFragment(memory, at) ||
    ((ipv4.identification(memory, first) + count) & 0xffff) === ipv4.identification(memory, at);
  return (
    isNumbered &&
    memory.getUint16(first) === memory.getUint16(at) && // TOS
    memory.getUint16(first + FRAGMENT_AT) === memory.getUint16(at + FRAGMENT_AT) && // DF
    memory.getUint16(first + 8) === memory.getUint16(at + 8) // TTL, protocol
  );
}

function nextTcp(memory: DataView, first: number, at: number, merged: number): boolean {
  const flags = tcp.flags(memory, at);
  if (flags !== tcp.FLAG_ACK && flags !== (tcp.FLAG_ACK | tcp.FLAG_PSH)) return false;
  const isNext =
    (memory.getUint32(first + SEQUENCE_AT) + merged) >>> 0 === memory.getUint32(at + SEQUENCE_AT) &&
    memory.getUint32(first + ACKNOWLEDGMENT_AT) === memory.getUint32(at + ACKNOWLEDGMENT_AT) &&
    memory.getUint8(first + DATA_OFFSET_AT) === memory.getUint8(at + DATA_OFFSET_AT) &&
    memory.getUint16(first + WINDOW_AT) === memory.getUint16(at + WINDOW_AT) &&
    memory.getUint16(first + URGENT_AT) === memory.getUint16(at + URGENT_AT);
  if (!isNext) return false;
  const optionsLen = tcp.headerLen(memory, at) - tcp.MIN_HEADER_LEN;
  for (let i = tcp.MIN_HEADER_LEN; i < tcp.MIN_HEADER_LEN + optionsLen; i += 4) {
    if (memory.getUint32(first + i) !== memory.getUint32(at + i)) return false;
  }
  return true;
}
