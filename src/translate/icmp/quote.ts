/**
 * An ICMP error and the packet that it quotes, read and checked once. The quote may be cut off anywhere,
 * and none of its lengths is trusted; the offsets and numbers of one reused object.
 */
import {
  BAD_ICMP_CHECKSUM,
  ICMP_ERROR_ABOUT_ERROR,
  ICMP_UNTRANSLATABLE,
  MALFORMED_QUOTE,
  TRUNCATED_TRANSPORT,
} from "../../verdict.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import * as tcp from "../../wire/tcp.js";
import * as udp from "../../wire/udp.js";
import type { Packet } from "../packet.js";

/** Both ports of TCP and UDP. */
const PORTS_LEN = 4;

export class Quote {
  /** Of the error itself. */
  type = 0;
  code = 0;
  /** As read, of an error that has one; 0 in the others. */
  mtu = 0;
  pointer = 0;
  /** First byte of the quoted IP header. */
  at = 0;
  /** First byte of the quoted transport header, behind options or extension headers. */
  transportAt = 0;
  /** One past the last quoted byte: padding and extensions lie behind it. */
  end = 0;
  /** Lengths that the quoted packet had when it was whole: with its IP header, and behind all of them. */
  len = 0;
  transportLen = 0;
  /** True where the quote lacks bytes of the packet. */
  isTruncated = false;
  /** IPv4's numbering: 1 for ICMP of either family. */
  protocol = 0;
  /** ICMP echo or echo reply, type there to be read. */
  isEcho = false;
  /** True for an atomic fragment too, unlike `isFragment`. */
  hasFragmentHeader = false;
  isFragment = false;
  /** Bytes. */
  fragmentOffset = 0;
  moreFragments = false;
  /** 16 bits in IPv4, 32 in IPv6; 0 without a Fragment Header. */
  identification = 0;
  /** -1 where the quote does not tell; both are the identifier for ICMP echo. */
  sourcePort = -1;
  destinationPort = -1;
  /** What is written; a pipeline changes them where it knows the ports. */
  newSourcePort = -1;
  newDestinationPort = -1;
  /** Where the transport checksum lies, or -1 when it is not in the quote. */
  checksumAt = -1;
  /** RFC 4884 extension structure, without its padding; empty when there is none. */
  extensionAt = 0;
  extensionEnd = 0;
}

/**
 * Reads the ICMPv4 error of a packet whose IPv4 header has been read. Returns 0 or a drop code; writes
 * nothing to the frame.
 */
export function readQuote4(frame: DataView, packet: Packet, quote: Quote): number {
  const { transportAt: at, end } = packet;
  if (!icmp.fits(frame, at, end)) return TRUNCATED_TRANSPORT;
  // RFC 5508 §4.2: an error acts on somebody's connection, so it is not believed unseen.
  if (!icmp.checksumGood(frame, at, end, 0)) return BAD_ICMP_CHECKSUM;
  quote.type = icmp.type(frame, at);
  quote.code = icmp.code(frame, at);
  if (!icmp.isError4(quote.type)) return ICMP_UNTRANSLATABLE;
  quote.mtu = isFragmentationNeeded(quote) ? icmp.mtu4(frame, at) : 0;
  quote.pointer = quote.type === icmp.V4_PARAMETER_PROBLEM ? icmp.pointer4(frame, at) : 0;
  const quotedLen = icmp.mayExtend4(quote.type) ? icmp.quotedLen4(frame, at) : 0;
  const refused =
    splitExtension(quote, at, end, quotedLen) || readIpv4Header(frame, quote, quote.extensionAt);
  if (refused < 0) return refused;
  return readTransport(frame, quote, icmp.V4_ECHO, icmp.V4_ECHO_REPLY, false);
}

/** Reads the ICMPv6 error of a packet whose IPv6 header has been read. Returns 0 or a drop code; writes nothing. */
export function readQuote6(frame: DataView, packet: Packet, quote: Quote): number {
  const { transportAt: at, end } = packet;
  if (!icmp.fits(frame, at, end)) return TRUNCATED_TRANSPORT;
  const pseudoSum = ipv6.sumAddresses(frame, packet.at) + (end - at) + ipv6.NEXT_ICMPV6;
  if (!icmp.checksumGood(frame, at, end, pseudoSum)) return BAD_ICMP_CHECKSUM;
  quote.type = icmp.type(frame, at);
  quote.code = icmp.code(frame, at);
  if (!icmp.isError6(quote.type)) return ICMP_UNTRANSLATABLE;
  quote.mtu = quote.type === icmp.V6_TOO_BIG ? icmp.mtu6(frame, at) : 0;
  quote.pointer = quote.type === icmp.V6_PARAMETER_PROBLEM ? icmp.pointer6(frame, at) : 0;
  const quotedLen = icmp.mayExtend6(quote.type) ? icmp.quotedLen6(frame, at) : 0;
  const refused =
    splitExtension(quote, at, end, quotedLen) || readIpv6Headers(frame, quote, quote.extensionAt);
  if (refused < 0) return refused;
  return readTransport(frame, quote, icmp.V6_ECHO, icmp.V6_ECHO_REPLY, true);
}

/**
 * Reads the ICMPv6 error about a tunnel packet of ours, whose IPv6 header has been read: the tunnel packet
 * into `tunnel`, the IPv4 packet in it into `quote`. Returns 0 or a drop code; writes nothing.
 */
export function readTunnelQuote(
  frame: DataView,
  packet: Packet,
  tunnel: Quote,
  quote: Quote,
): number {
  const refused = readQuote6(frame, packet, tunnel);
  if (refused < 0) return refused;
  // Behind another header, or in the middle of the datagram, there is no IPv4 header.
  if (tunnel.protocol !== ipv6.NEXT_IPV4 || tunnel.fragmentOffset !== 0) return ICMP_UNTRANSLATABLE;
  quote.type = tunnel.type;
  quote.code = tunnel.code;
  quote.mtu = tunnel.mtu;
  quote.pointer = tunnel.pointer;
  quote.at = tunnel.transportAt;
  quote.extensionAt = tunnel.end;
  quote.extensionEnd = tunnel.end;
  const malformed = readIpv4Header(frame, quote, tunnel.end);
  if (malformed < 0) return malformed;
  return readTransport(frame, quote, icmp.V4_ECHO, icmp.V4_ECHO_REPLY, false);
}

function isFragmentationNeeded(quote: Quote): boolean {
  return quote.type === icmp.V4_UNREACHABLE && quote.code === icmp.V4_FRAGMENTATION_NEEDED;
}

/**
 * Finds where the quote ends and the extension begins (RFC 4884 §5). A quote shorter than the 128 bytes that
 * it should have is taken; without a length there is no extension, whatever lies behind the quote.
 */
function splitExtension(quote: Quote, at: number, end: number, quotedLen: number): number {
  quote.at = at + icmp.ERROR_HEADER_LEN;
  quote.extensionAt = quotedLen === 0 ? end : quote.at + quotedLen;
  quote.extensionEnd = end;
  return quote.extensionAt > end ? MALFORMED_QUOTE : 0;
}

function readIpv4Header(frame: DataView, quote: Quote, end: number): number {
  const at = quote.at;
  if (end - at < ipv4.MIN_HEADER_LEN || frame.getUint8(at) >>> 4 !== 4) return MALFORMED_QUOTE;
  const headerLen = ipv4.headerLen(frame, at);
  quote.len = ipv4.totalLen(frame, at);
  if (headerLen < ipv4.MIN_HEADER_LEN || headerLen > end - at) return MALFORMED_QUOTE;
  // RFC 5508 §4.2
  if (!ipv4.checksumGood(frame, at)) return BAD_ICMP_CHECKSUM;
  quote.transportAt = at + headerLen;
  quote.protocol = ipv4.protocol(frame, at);
  quote.hasFragmentHeader = false;
  quote.isFragment = ipv4.isFragment(frame, at);
  quote.fragmentOffset = ipv4.fragmentOffset(frame, at);
  quote.moreFragments = ipv4.moreFragments(frame, at);
  quote.identification = ipv4.identification(frame, at);
  return setEnd(quote, end);
}

function readIpv6Headers(frame: DataView, quote: Quote, end: number): number {
  const at = quote.at;
  if (end - at < ipv6.HEADER_LEN || frame.getUint8(at) >>> 4 !== 6) return MALFORMED_QUOTE;
  quote.len = ipv6.HEADER_LEN + ipv6.payloadLen(frame, at);
  quote.hasFragmentHeader = false;
  quote.isFragment = false;
  quote.fragmentOffset = 0;
  quote.moreFragments = false;
  quote.identification = 0;
  let next = ipv6.nextHeader(frame, at);
  let cursor = at + ipv6.HEADER_LEN;
  while (ipv6.isExtension(next)) {
    // RFC 7915 §5.1.1: nothing but the transport header follows a Fragment Header.
    if (quote.hasFragmentHeader) return ICMP_UNTRANSLATABLE;
    if (end - cursor < ipv6.MIN_EXTENSION_LEN) return MALFORMED_QUOTE;
    if (next === ipv6.NEXT_FRAGMENT) readFragmentHeader(frame, quote, cursor);
    // The destination of such a packet is only the next stop (RFC 7915 §5.1).
    if (next === ipv6.NEXT_ROUTING && ipv6.segmentsLeft(frame, cursor) > 0) {
      return ICMP_UNTRANSLATABLE;
    }
    const extensionLen = ipv6.extensionLen(frame, cursor, next);
    if (extensionLen > end - cursor) return MALFORMED_QUOTE;
    next = frame.getUint8(cursor);
    cursor += extensionLen;
  }
  if (quote.hasFragmentHeader && next === ipv6.NEXT_AH) return ICMP_UNTRANSLATABLE;
  // IPv4's ICMP is not ICMPv6: it would become valid on the other side.
  if (next === ipv4.PROTOCOL_ICMP) return ICMP_UNTRANSLATABLE;
  quote.transportAt = cursor;
  quote.protocol = next === ipv6.NEXT_ICMPV6 ? ipv4.PROTOCOL_ICMP : next;
  return setEnd(quote, end);
}

function readFragmentHeader(frame: DataView, quote: Quote, at: number): void {
  quote.hasFragmentHeader = true;
  quote.fragmentOffset = ipv6.fragmentOffset(frame, at);
  quote.moreFragments = ipv6.moreFragments(frame, at);
  quote.isFragment = quote.fragmentOffset !== 0 || quote.moreFragments;
  quote.identification = ipv6.fragmentIdentification(frame, at);
}

/** `end`: of the room that the quote has in the error. */
function setEnd(quote: Quote, end: number): number {
  quote.transportLen = quote.len - (quote.transportAt - quote.at);
  if (quote.transportLen < 0) return MALFORMED_QUOTE;
  quote.isTruncated = quote.len > end - quote.at;
  quote.end = quote.isTruncated ? end : quote.at + quote.len;
  return 0;
}

function readTransport(
  frame: DataView,
  quote: Quote,
  echo: number,
  reply: number,
  isIpv6: boolean,
): number {
  const at = quote.transportAt;
  const len = quote.end - at;
  quote.isEcho = false;
  quote.checksumAt = -1;
  setPorts(quote, -1, -1);
  // Ports and checksum are in the first fragment alone.
  if (quote.fragmentOffset !== 0) return 0;
  switch (quote.protocol) {
    case ipv4.PROTOCOL_TCP:
    case ipv4.PROTOCOL_UDP: {
      const isUdp = quote.protocol === ipv4.PROTOCOL_UDP;
      const offset = isUdp ? udp.OFF_CHECKSUM : tcp.OFF_CHECKSUM;
      if (len >= offset + 2) quote.checksumAt = at + offset;
      if (len >= PORTS_LEN) setPorts(quote, frame.getUint16(at), frame.getUint16(at + 2));
      return 0;
    }
    case ipv4.PROTOCOL_ICMP: {
      // Without its type nobody can tell it from an error.
      if (len === 0) return MALFORMED_QUOTE;
      const type = icmp.type(frame, at);
      const isError = isIpv6 ? !icmp.isInformational6(type) : !icmp.isQuery4(type);
      if (isError) return ICMP_ERROR_ABOUT_ERROR;
      const code = len > 1 ? icmp.code(frame, at) : 0;
      quote.isEcho = code === 0 && (type === echo || type === reply);
      if (len >= icmp.OFF_CHECKSUM + 2) quote.checksumAt = at + icmp.OFF_CHECKSUM;
      if (quote.isEcho && len >= icmp.ECHO_HEADER_LEN) {
        setPorts(quote, icmp.identifier(frame, at), icmp.identifier(frame, at));
      }
      return 0;
    }
    default:
      return 0;
  }
}

function setPorts(quote: Quote, source: number, destination: number): void {
  quote.sourcePort = source;
  quote.destinationPort = destination;
  quote.newSourcePort = source;
  quote.newDestinationPort = destination;
}
