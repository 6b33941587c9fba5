/** IPv4 in IPv6, RFC 2473 with the tunnel ends of RFC 7597 §8: refuse first, then wrap or unwrap. */
import {
  ECN_INVALID,
  MALFORMED_IPV6,
  NEEDS_FRAGMENTATION,
  NOT_ENCAPSULATED,
  TOO_BIG,
  TTL_EXPIRED,
  UNSUPPORTED_SUPER_PACKET,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import { type Packet, readIpv4, refuseExtension } from "./packet.js";
import { rewriteTransport } from "./transport.js";

/** Hop limit of the outer header, whatever the inner TTL is (RFC 2473 §6.3). */
const OUTER_HOP_LIMIT = 64;

/** ECN field of TOS and traffic class, RFC 3168 §5. */
const ECN_MASK = 0x03;
const NOT_ECT = 0;
const ECT_1 = 1;
const ECT_0 = 2;
const CE = 3;

/** Returns 0, or why the IPv4 packet must not be encapsulated; writes nothing. */
export function refuseEncapsulation(frame: DataView, packet: Packet, limits: Limits): number {
  // RFC 2473 §3.1: the tunnel is one hop, counted on entry.
  if (ipv4.ttl(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  // No virtio header type describes IPv4 TCP segments inside IPv6, so the kernel could not cut it.
  if (packet.isSuper) return UNSUPPORTED_SUPER_PACKET;
  if (packet.len + ipv6.HEADER_LEN <= limits.mtu6) return 0;
  // RFC 2473 §7.2
  return ipv4.dontFragment(frame, packet.at) ? TOO_BIG : NEEDS_FRAGMENTATION;
}

/**
 * Puts an IPv6 header before the IPv4 packet (RFC 2473 §3.1) and returns its offset. The packet must have
 * passed `refuseEncapsulation()`; the headroom holds the header.
 */
export function encapsulate(
  frame: DataView,
  packet: Packet,
  limits: Limits,
  source: Uint32Array,
  destination: Uint32Array,
): number {
  const at = packet.at;
  ipv4.writeTtl(frame, at, ipv4.ttl(frame, at) - limits.ttlStep);
  clamp(frame, packet, limits);
  const tos = ipv4.tos(frame, at);
  // RFC 6040 §4.1, normal mode: the outer ECN field is always the inner one.
  const trafficClass =
    limits.trafficClass < 0 ? tos : (limits.trafficClass & ~ECN_MASK) | (tos & ECN_MASK);
  const newAt = at - ipv6.HEADER_LEN;
  ipv6.writeFixed(frame, newAt, trafficClass, packet.len, ipv6.NEXT_IPV4, OUTER_HOP_LIMIT);
  ipv6.writeAddresses(frame, newAt, source, destination);
  writeOffload(frame, newAt, packet, false);
  return newAt;
}

/** Reads the tunnel packet in [at, end), whose inner packet becomes `packet`. Returns 0 or a drop code. */
export function readTunnel(frame: DataView, at: number, end: number, packet: Packet): number {
  if (!ipv6.fits(frame, at, end)) return MALFORMED_IPV6;
  const next = ipv6.nextHeader(frame, at);
  if (next !== ipv6.NEXT_IPV4) return refuseExtension(next) || NOT_ENCAPSULATED;
  const innerAt = at + ipv6.HEADER_LEN;
  return readIpv4(frame, innerAt, innerAt + ipv6.payloadLen(frame, at), packet);
}

/** Returns 0, or why the tunnel packet at `outerAt` must not be decapsulated; writes nothing. */
export function refuseDecapsulation(
  frame: DataView,
  outerAt: number,
  packet: Packet,
  limits: Limits,
): number {
  if (packet.isSuper) return UNSUPPORTED_SUPER_PACKET;
  const inner = ipv4.tos(frame, packet.at) & ECN_MASK;
  const outer = ipv6.trafficClass(frame, outerAt) & ECN_MASK;
  // RFC 6040 §4.2: a mark on a packet whose sender cannot react to it.
  if (inner === NOT_ECT && outer === CE) return ECN_INVALID;
  if (packet.len <= limits.mtu4) return 0;
  return ipv4.dontFragment(frame, packet.at) ? TOO_BIG : NEEDS_FRAGMENTATION;
}

/**
 * Takes the outer header at `outerAt` off and returns the offset of the inner packet. The packet must have
 * passed `refuseDecapsulation()`.
 */
export function decapsulate(
  frame: DataView,
  outerAt: number,
  packet: Packet,
  limits: Limits,
): number {
  const tos = ipv4.tos(frame, packet.at);
  const ecn = egressEcn(tos & ECN_MASK, ipv6.trafficClass(frame, outerAt) & ECN_MASK);
  if (ecn !== (tos & ECN_MASK)) ipv4.writeTos(frame, packet.at, (tos & ~ECN_MASK) | ecn);
  clamp(frame, packet, limits);
  writeOffload(frame, packet.at, packet, true);
  return packet.at;
}

/** The inner ECN field after the tunnel, RFC 6040 §4.2 figure 4; the dropped combination never gets here. */
function egressEcn(inner: number, outer: number): number {
  if (inner === NOT_ECT || inner === CE) return inner;
  if (outer === CE) return CE;
  return inner === ECT_0 && outer === ECT_1 ? ECT_1 : inner;
}

function clamp(frame: DataView, packet: Packet, limits: Limits): void {
  if (limits.mss === 0 || packet.protocol !== ipv4.PROTOCOL_TCP) return;
  tcp.clampMss(frame, packet.transportAt, limits.mss, packet.partial);
}

/** Writes NAT44's outside source address, and the packet's new ports, into the IPv4 packet. */
export function rewriteIpv4Source(frame: DataView, packet: Packet, address: number): void {
  rewriteTransport(frame, packet, ipv4.writeSource(frame, packet.at, address));
}

/** Writes the inside destination address, and the packet's new ports, into the IPv4 packet. */
export function rewriteIpv4Destination(frame: DataView, packet: Packet, address: number): void {
  rewriteTransport(frame, packet, ipv4.writeDestination(frame, packet.at, address));
}
