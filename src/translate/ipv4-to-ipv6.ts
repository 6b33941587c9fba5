/** IPv4 to IPv6, RFC 7915 §4: first everything that can refuse a packet, then the rewrite that cannot fail. */
import {
  ICMP_UNTRANSLATABLE,
  TOO_BIG,
  TTL_EXPIRED,
  UDP_ZERO_CHECKSUM,
  UNTRANSLATABLE_PROTOCOL,
} from "../verdict.js";
import { removeWord, sumAddress } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import { KIND_ECHO, KIND_ICMP_OTHER, KIND_PORTLESS, type Packet } from "./packet.js";
import { refuseOptions } from "./read-ipv4.js";
import {
  clampMss,
  lacksUdpChecksum,
  rewriteEcho,
  rewriteTransport,
  writeUdpChecksum,
} from "./transport.js";

/** Protocols that mean an extension header, or ICMPv6, when they stand in IPv6; and IGMP (RFC 7915 §4.2). */
function isUntranslatable(protocol: number): boolean {
  return (
    ipv6.isExtension(protocol) || protocol === ipv6.NEXT_ICMPV6 || protocol === ipv4.PROTOCOL_IGMP
  );
}

/** Length of the IPv6 form of the packet, or of each packet that a super-packet stands for. */
export function ipv6Len(packet: Packet): number {
  const upper = packet.segmentLen - (packet.transportAt - packet.at);
  return upper + ipv6.HEADER_LEN + (packet.isFragment ? ipv6.FRAGMENT_HEADER_LEN : 0);
}

/** The longest IPv6 packet that the IPv4 packet may become before it is cut (RFC 7915 §4.1). */
export function ipv6Limit(frame: DataView, packet: Packet, limits: Limits, mtu6: number): number {
  return ipv4.dontFragment(frame, packet.at) ? mtu6 : Math.min(mtu6, limits.lowestIpv6Mtu);
}

/** Returns 0, or why the IPv4 packet must not go over a path that carries `mtu6`; writes nothing. Not for ICMP errors. */
export function refuseIpv4ToIpv6(
  frame: DataView,
  packet: Packet,
  limits: Limits,
  mtu6: number,
): number {
  if (packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
  if (packet.kind >= KIND_PORTLESS && isUntranslatable(packet.protocol)) {
    return UNTRANSLATABLE_PROTOCOL;
  }
  const refused = refuseOptions(frame, packet);
  if (refused < 0) return refused;
  // RFC 7915 §4.1: with DF the sender is told; a super-packet is judged by its segments.
  if (ipv4.dontFragment(frame, packet.at) && ipv6Len(packet) > mtu6) return TOO_BIG;
  if (ipv4.ttl(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  if (!lacksUdpChecksum(frame, packet)) return 0;
  // RFC 7915 §4.5: of a fragment the checksum cannot be computed.
  return packet.isFragment || !limits.computeUdpChecksum ? UDP_ZERO_CHECKSUM : 0;
}

/**
 * Rewrites the IPv4 packet as IPv6, in place (RFC 7915 §4.1), and returns the offset of its new first byte.
 * The packet must have passed `refuseIpv4ToIpv6()`.
 */
export function ipv4ToIpv6(
  frame: DataView,
  packet: Packet,
  limits: Limits,
  source: Uint32Array,
  destination: Uint32Array,
): number {
  const at = packet.at;
  // The new header overlaps the old one, so every field is read before the first write.
  const tos = limits.trafficClass < 0 ? ipv4.tos(frame, at) : limits.trafficClass; // TOS -> Traffic class
  const hops = ipv4.ttl(frame, at) - limits.ttlStep; // TTL -> Hop limit
  const removed = removeWord(ipv4.source(frame, at)) + removeWord(ipv4.destination(frame, at));
  const added = sumAddress(source) + sumAddress(destination);
  const payloadLen = packet.end - packet.transportAt; // Total length -> Payload length
  if (packet.kind === KIND_ECHO) echoToIpv6(frame, packet, added + ipv6.NEXT_ICMPV6 + payloadLen);
  else if (lacksUdpChecksum(frame, packet)) zeroUdpToIpv6(frame, packet, added);
  else rewriteTransport(frame, packet, removed + added);
  clampMss(frame, packet, limits);

  const isIcmp = packet.protocol === ipv4.PROTOCOL_ICMP;
  const next = isIcmp ? ipv6.NEXT_ICMPV6 : packet.protocol; // Protocol -> Next header
  let newAt = packet.transportAt - ipv6.HEADER_LEN;
  if (packet.isFragment) {
    newAt -= ipv6.FRAGMENT_HEADER_LEN;
    writeFragment(frame, packet, next);
    const len = payloadLen + ipv6.FRAGMENT_HEADER_LEN;
    ipv6.writeFixed(frame, newAt, tos, len, ipv6.NEXT_FRAGMENT, hops);
  } else {
    ipv6.writeFixed(frame, newAt, tos, payloadLen, next, hops);
  }
  ipv6.writeAddresses(frame, newAt, source, destination);
  writeOffload(frame, newAt, packet, false);
  return newAt;
}

/** Identification, offset and MF -> Fragment Header (RFC 7915 §4.1), right before the payload. */
function writeFragment(frame: DataView, packet: Packet, next: number): void {
  ipv6.writeFragmentHeader(
    frame,
    packet.transportAt - ipv6.FRAGMENT_HEADER_LEN,
    next,
    packet.fragmentOffset,
    packet.moreFragments,
    packet.identification,
  );
}

/** Echo -> ICMPv6 echo, whose checksum covers a pseudo header (RFC 7915 §4.2, RFC 4443 §2.3). */
function echoToIpv6(frame: DataView, packet: Packet, pseudoSum: number): void {
  const isRequest = icmp.type(frame, packet.transportAt) === icmp.V4_ECHO;
  rewriteEcho(frame, packet, isRequest ? icmp.V6_ECHO : icmp.V6_ECHO_REPLY, pseudoSum);
}

/** IPv6 has no UDP without checksum, so the translator computes it (RFC 7915 §4.5). */
function zeroUdpToIpv6(frame: DataView, packet: Packet, addressSum: number): void {
  frame.setUint16(packet.transportAt, packet.newSourcePort);
  frame.setUint16(packet.transportAt + 2, packet.newDestinationPort);
  writeUdpChecksum(frame, packet.transportAt, addressSum);
}
