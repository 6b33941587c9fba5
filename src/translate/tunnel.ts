/** IPv4 in IPv6, RFC 2473 with the tunnel ends of RFC 7597 §8: refuse first, then wrap or unwrap. */
import { ECN_INVALID, TOO_BIG, TTL_EXPIRED } from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import type { Packet } from "./packet.js";
import { clampMss, rewriteTransport } from "./transport.js";

/** Hop limit of the outer header, whatever the inner TTL is (RFC 2473 §6.3). */
const OUTER_HOP_LIMIT = 64;

/** ECN field of TOS and traffic class, RFC 3168 §5. */
const ECN_MASK = 0x03;
const NOT_ECT = 0;
const ECT_1 = 1;
const ECT_0 = 2;
const CE = 3;

/** Length of the tunnel packet, or of each tunnel packet that a super-packet stands for. */
export function tunnelLen(packet: Packet): number {
  return packet.segmentLen + ipv6.HEADER_LEN;
}

/**
 * Returns 0, or why the IPv4 packet must not enter the tunnel, whose path carries `mtu6`; writes nothing.
 * What is longer and may be cut passes: the outer packet, or the inner one, is fragmented (RFC 2473 §7.2).
 */
export function refuseEncapsulation(
  frame: DataView,
  packet: Packet,
  limits: Limits,
  mtu6: number,
): number {
  if (ipv4.dontFragment(frame, packet.at) && tunnelLen(packet) > mtu6) return TOO_BIG;
  // RFC 2473 §3.1: the tunnel is one hop, counted on entry.
  return ipv4.ttl(frame, packet.at) <= limits.ttlStep ? TTL_EXPIRED : 0;
}

/** What entering the tunnel changes in the inner packet, which has passed `refuseEncapsulation()`. */
export function enterTunnel(frame: DataView, packet: Packet, limits: Limits): void {
  ipv4.writeTtl(frame, packet.at, ipv4.ttl(frame, packet.at) - limits.ttlStep);
  clampMss(frame, packet, limits);
}

/**
 * Puts an IPv6 header before the IPv4 packet in [at, end) and returns its offset (RFC 2473 §3.1); the headroom
 * holds the header. The virtio header is the caller's.
 */
export function putOuterHeader(
  frame: DataView,
  at: number,
  end: number,
  limits: Limits,
  source: Uint32Array,
  destination: Uint32Array,
): number {
  const tos = ipv4.tos(frame, at);
  // RFC 6040 §4.1, normal mode: the outer ECN field is always the inner one.
  const trafficClass =
    limits.trafficClass < 0 ? tos : (limits.trafficClass & ~ECN_MASK) | (tos & ECN_MASK);
  const newAt = at - ipv6.HEADER_LEN;
  ipv6.writeFixed(frame, newAt, trafficClass, end - at, ipv6.NEXT_IPV4, OUTER_HOP_LIMIT);
  ipv6.writeAddresses(frame, newAt, source, destination);
  return newAt;
}

/** Returns 0, or why the inner packet must not leave the tunnel; writes nothing. */
export function refuseDecapsulation(
  frame: DataView,
  outer: Packet,
  packet: Packet,
  limits: Limits,
): number {
  // A node that forwards such a packet would break the loop's only end, though the exit itself takes no hop off.
  if (ipv4.ttl(frame, packet.at) === 0) return TTL_EXPIRED;
  const inner = ipv4.tos(frame, packet.at) & ECN_MASK;
  const mark = ipv6.trafficClass(frame, outer.at) & ECN_MASK;
  // RFC 6040 §4.2: a mark on a packet whose sender cannot react to it.
  if (inner === NOT_ECT && mark === CE) return ECN_INVALID;
  return packet.segmentLen > limits.mtu4 && ipv4.dontFragment(frame, packet.at) ? TOO_BIG : 0;
}

/** Takes the outer headers off, in place. The packet must have passed `refuseDecapsulation()`. */
export function decapsulate(frame: DataView, outer: Packet, packet: Packet, limits: Limits): void {
  const tos = ipv4.tos(frame, packet.at);
  const ecn = egressEcn(tos & ECN_MASK, ipv6.trafficClass(frame, outer.at) & ECN_MASK);
  if (ecn !== (tos & ECN_MASK)) ipv4.writeTos(frame, packet.at, (tos & ~ECN_MASK) | ecn);
  clampMss(frame, packet, limits);
  writeOffload(frame, packet.at, packet, true);
}

/** The inner ECN field after the tunnel, RFC 6040 §4.2 figure 4; the dropped combination never gets here. */
function egressEcn(inner: number, outer: number): number {
  if (inner === NOT_ECT || inner === CE) return inner;
  if (outer === CE) return CE;
  return inner === ECT_0 && outer === ECT_1 ? ECT_1 : inner;
}

/** Writes NAT44's outside source address, and the packet's new ports, into the IPv4 packet. */
export function rewriteIpv4Source(frame: DataView, packet: Packet, address: number): void {
  rewriteTransport(frame, packet, ipv4.writeSource(frame, packet.at, address));
}

/** Writes the inside destination address, and the packet's new ports, into the IPv4 packet. */
export function rewriteIpv4Destination(frame: DataView, packet: Packet, address: number): void {
  rewriteTransport(frame, packet, ipv4.writeDestination(frame, packet.at, address));
}
