/** Reads and checks an IPv6 packet: lengths, the chain of extension headers, transport header (RFC 8200 §4). */
import {
  EXTENSION_AFTER_FRAGMENT,
  MALFORMED_IPV6,
  MALFORMED_IPV6_EXTENSION,
  ROUTING_SEGMENTS_LEFT,
  UNTRANSLATABLE_PROTOCOL,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { malformedPointer, refuseFragment } from "./fragment/refuse-fragment.js";
import { type Packet, readTransport, resetPacket } from "./packet.js";

/** More extension headers than this in one packet are no accident. */
const MAX_EXTENSIONS = 8;

/** Offset of Segments Left in a routing header (RFC 8200 §4.4). */
const OFF_SEGMENTS_LEFT = 3;

/**
 * Reads the headers of the IPv6 packet in [at, end), up to and without the transport header. `packet.protocol`
 * becomes the next header as it stands. Returns 0 or a drop code; `packet.pointer` is the field at fault where an
 * error tells it.
 */
export function readIpv6Headers(frame: DataView, at: number, end: number, packet: Packet): number {
  resetPacket(packet);
  if (!ipv6.fits(frame, at, end)) return MALFORMED_IPV6;
  packet.at = at;
  packet.outerAt = at;
  packet.len = ipv6.HEADER_LEN + ipv6.payloadLen(frame, at);
  packet.end = at + packet.len;
  packet.segmentLen = packet.len;
  let next = ipv6.nextHeader(frame, at);
  let cursor = at + ipv6.HEADER_LEN;
  for (let count = 0; ipv6.isExtension(next); count++) {
    // What stands behind a Fragment Header belongs to the datagram, and is read when that is whole.
    if (packet.hasFragmentHeader) break;
    if (count === MAX_EXTENSIONS || packet.end - cursor < ipv6.MIN_EXTENSION_LEN) {
      return MALFORMED_IPV6_EXTENSION;
    }
    const len = ipv6.extensionLen(frame, cursor, next);
    if (len > packet.end - cursor) return MALFORMED_IPV6_EXTENSION;
    if (next === ipv6.NEXT_ROUTING && frame.getUint8(cursor + OFF_SEGMENTS_LEFT) !== 0) {
      packet.pointer = cursor + OFF_SEGMENTS_LEFT - at;
      return ROUTING_SEGMENTS_LEFT;
    }
    if (next === ipv6.NEXT_FRAGMENT) {
      const refused = readFragment(frame, cursor, packet);
      if (refused < 0) return refused;
    }
    next = frame.getUint8(cursor);
    cursor += len;
  }
  packet.transportAt = cursor;
  packet.protocol = next;
  return 0;
}

function readFragment(frame: DataView, at: number, packet: Packet): number {
  packet.hasFragmentHeader = true;
  packet.fragmentOffset = ipv6.fragmentOffset(frame, at);
  packet.moreFragments = ipv6.moreFragments(frame, at);
  packet.identification = ipv6.fragmentIdentification(frame, at);
  // An atomic fragment is handled alone, as the whole packet that it is (RFC 6946 §4).
  packet.isFragment = packet.fragmentOffset > 0 || packet.moreFragments;
  packet.transportAt = at + ipv6.FRAGMENT_HEADER_LEN;
  const refused = packet.isFragment ? refuseFragment(packet) : 0;
  if (refused < 0) packet.pointer = malformedPointer(packet);
  return refused;
}

/** Reads the IPv6 packet in [at, end) with its transport header, for translation. Returns 0 or a drop code. */
export function readIpv6(frame: DataView, at: number, end: number, packet: Packet): number {
  const refused = readIpv6Headers(frame, at, end, packet) || refuseAfterFragment(packet);
  if (refused < 0) return refused;
  // Copied as it stands it would become an ICMPv4 message that nobody has looked at.
  if (packet.protocol === ipv4.PROTOCOL_ICMP) return UNTRANSLATABLE_PROTOCOL;
  if (packet.protocol === ipv6.NEXT_ICMPV6) packet.protocol = ipv4.PROTOCOL_ICMP;
  return readTransport(frame, packet, false);
}

/** RFC 7915 §5.1.1: what stands behind a Fragment Header is a transport header, or ESP. */
function refuseAfterFragment({ hasFragmentHeader, protocol }: Packet): number {
  if (!hasFragmentHeader) return 0;
  return ipv6.isExtension(protocol) || protocol === ipv6.NEXT_AH ? EXTENSION_AFTER_FRAGMENT : 0;
}
