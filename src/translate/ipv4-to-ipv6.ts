/** IPv4 to IPv6, RFC 7915 §4: first everything that can refuse a packet, then the rewrite that cannot fail. */
import { NEEDS_FRAGMENTATION, TOO_BIG, TTL_EXPIRED, UDP_ZERO_CHECKSUM } from "../verdict.js";
import { removeWord, sumAddress } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import type { Packet } from "./packet.js";
import { lacksUdpChecksum, rewriteEcho, rewriteTransport, writeUdpChecksum } from "./transport.js";

/** What an unfragmented packet grows by. */
const GROWTH = ipv6.HEADER_LEN - ipv4.MIN_HEADER_LEN;

/** Returns 0, or why the IPv4 packet must not be translated; writes nothing. */
export function refuseIpv4ToIpv6(frame: DataView, packet: Packet, limits: Limits): number {
  if (ipv4.ttl(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  const newLen = packet.segmentLen + GROWTH;
  // RFC 7915 §4.1: DF decides between a report and fragments; a super-packet is judged by its segments.
  if (ipv4.dontFragment(frame, packet.at)) {
    if (newLen > limits.mtu6) return TOO_BIG;
  } else if (newLen > Math.min(limits.mtu6, limits.lowestIpv6Mtu)) {
    return NEEDS_FRAGMENTATION;
  }
  const noChecksum = lacksUdpChecksum(frame, packet);
  return noChecksum && !limits.computeUdpChecksum ? UDP_ZERO_CHECKSUM : 0;
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
  const isEcho = packet.protocol === ipv4.PROTOCOL_ICMP;

  if (isEcho) echoToIpv6(frame, packet, added + ipv6.NEXT_ICMPV6 + payloadLen);
  else if (lacksUdpChecksum(frame, packet)) zeroUdpToIpv6(frame, packet, added);
  else rewriteTransport(frame, packet, removed + added);
  if (limits.mss > 0 && packet.protocol === ipv4.PROTOCOL_TCP) {
    tcp.clampMss(frame, packet.transportAt, limits.mss, packet.partial);
  }

  const newAt = packet.transportAt - ipv6.HEADER_LEN;
  const next = isEcho ? ipv6.NEXT_ICMPV6 : packet.protocol; // Protocol -> Next header
  ipv6.writeFixed(frame, newAt, tos, payloadLen, next, hops);
  ipv6.writeAddresses(frame, newAt, source, destination);
  writeOffload(frame, newAt, packet, false);
  return newAt;
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
