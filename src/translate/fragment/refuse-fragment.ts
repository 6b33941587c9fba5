/** What a fragment itself says that makes it unfit, before any other is looked at. */
import { FRAGMENT_MALFORMED, FRAGMENT_TINY, FRAGMENTED_ICMP } from "../../verdict.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import * as tcp from "../../wire/tcp.js";
import * as udp from "../../wire/udp.js";
import type { Packet } from "../packet.js";

/** Longest payload that an IP packet can have once it is whole. */
const MAX_DATAGRAM_LEN = 65535;

const OFF_IPV6_PAYLOAD_LEN = 4;
const OFF_FRAGMENT_OFFSET = 2;

/** Returns 0 or FRAGMENT_MALFORMED, for a fragment whose `packet.transportAt` is its payload. */
export function refuseFragment(packet: Packet): number {
  const len = packet.end - packet.transportAt;
  if (len <= 0 || hasOddLength(packet)) return FRAGMENT_MALFORMED;
  return packet.fragmentOffset + len > MAX_DATAGRAM_LEN ? FRAGMENT_MALFORMED : 0;
}

/**
 * Where the field at fault of a malformed IPv6 fragment lies, from its first byte: the pointer of the
 * parameter problem (RFC 8200 §4.5).
 */
export function malformedPointer(packet: Packet): number {
  if (hasOddLength(packet)) return OFF_IPV6_PAYLOAD_LEN;
  return packet.transportAt - ipv6.FRAGMENT_HEADER_LEN + OFF_FRAGMENT_OFFSET - packet.at;
}

/** Every fragment but the last is a multiple of 8 bytes long (RFC 8200 §4.5, RFC 791 §3.2). */
function hasOddLength(packet: Packet): boolean {
  return packet.moreFragments && ((packet.end - packet.transportAt) & 7) !== 0;
}

/**
 * Returns 0, FRAGMENT_TINY where a transport header would lie in two fragments (RFC 1858 §3, RFC 3128 §4), so
 * that its checksum could not be kept right, or FRAGMENTED_ICMP for a message that is no echo.
 */
export function refuseTiny(frame: DataView, packet: Packet): number {
  const at = packet.transportAt;
  if (packet.fragmentOffset !== 0) {
    const inHeader = packet.fragmentOffset < tcp.MIN_HEADER_LEN;
    return packet.protocol === ipv4.PROTOCOL_TCP && inHeader ? FRAGMENT_TINY : 0;
  }
  switch (packet.protocol) {
    case ipv4.PROTOCOL_TCP:
      return tcp.fits(frame, at, packet.end) ? 0 : FRAGMENT_TINY;
    case ipv4.PROTOCOL_UDP:
      return packet.end - at < udp.HEADER_LEN ? FRAGMENT_TINY : 0;
    case ipv4.PROTOCOL_ICMP:
      if (!icmp.fits(frame, at, packet.end)) return FRAGMENT_TINY;
      return isEcho(frame, packet) ? 0 : FRAGMENTED_ICMP;
    default:
      return 0;
  }
}

function isEcho(frame: DataView, packet: Packet): boolean {
  const type = icmp.type(frame, packet.transportAt);
  if (icmp.code(frame, packet.transportAt) !== 0) return false;
  const isIpv4 = frame.getUint8(packet.at) >>> 4 === 4;
  if (isIpv4) return type === icmp.V4_ECHO || type === icmp.V4_ECHO_REPLY;
  return type === icmp.V6_ECHO || type === icmp.V6_ECHO_REPLY;
}
