/** Rewrites ports and checksums of TCP, UDP and ICMP echo for changed addresses (RFC 7915 §4.5, §5.5). */
import { adjust, adjustPartial, fold, replaceShort, sumBytes } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import type { Limits } from "./limits.js";
import { KIND_ECHO, KIND_TCP, KIND_UDP, type Packet } from "./packet.js";

/**
 * Writes the packet's new ports (or echo identifier) and updates the checksum. `addressDelta` is the change
 * of the pseudo header's addresses; its other terms, length and protocol, are the same on both sides.
 * ICMPv4 has no pseudo header: see `rewriteEcho()` for a change of family. A packet without ports, or without its
 * transport header, has nothing to rewrite.
 */
export function rewriteTransport(frame: DataView, packet: Packet, addressDelta: number): void {
  const at = packet.transportAt;
  if (packet.kind === KIND_ECHO) {
    rewriteEcho(frame, packet, icmp.type(frame, at), 0);
    return;
  }
  const isUdp = packet.kind === KIND_UDP;
  if (!isUdp && packet.kind !== KIND_TCP) return;
  const { sourcePort, destinationPort, newSourcePort, newDestinationPort } = packet;
  if (newSourcePort !== sourcePort || newDestinationPort !== destinationPort) {
    frame.setInt32(at, (newSourcePort << 16) | newDestinationPort);
  }
  const checksumAt = at + (isUdp ? udp.OFF_CHECKSUM : tcp.OFF_CHECKSUM);
  const before = frame.getUint16(checksumAt);
  if (packet.partial) {
    // The ports are part of the payload that somebody sums later.
    const sum = adjustPartial(before, addressDelta);
    frame.setUint16(checksumAt, sum);
    return;
  }
  if (isUdp && before === 0) return;
  const delta =
    addressDelta +
    replaceShort(sourcePort, newSourcePort) +
    replaceShort(destinationPort, newDestinationPort);
  const after = adjust(before, delta);
  const field = isUdp && after === 0 ? 0xffff : after;
  frame.setUint16(checksumAt, field);
}

/**
 * Writes type and identifier of an echo message. `pseudoDelta` takes the ICMPv6 pseudo header in or out
 * (RFC 7915 §4.2); 0 within a family. One echo identifier stands for both ports; the one that changed counts.
 */
export function rewriteEcho(
  frame: DataView,
  packet: Packet,
  type: number,
  pseudoDelta: number,
): void {
  const at = packet.transportAt;
  const identifier =
    packet.newSourcePort !== packet.sourcePort ? packet.newSourcePort : packet.newDestinationPort;
  const checksumAt = at + icmp.OFF_CHECKSUM;
  const delta =
    pseudoDelta +
    replaceShort(frame.getUint16(at), type << 8) +
    replaceShort(packet.sourcePort, identifier);
  const checksum = adjust(frame.getUint16(checksumAt), delta);
  frame.setUint16(checksumAt, checksum);
  frame.setUint16(at, type << 8);
  frame.setUint16(at + icmp.OFF_IDENTIFIER, identifier);
}

/** True for a UDP datagram that carries no checksum at all; a partial one always has one. */
export function lacksUdpChecksum(frame: DataView, packet: Packet): boolean {
  return (
    packet.kind === KIND_UDP &&
    !packet.partial &&
    frame.getUint16(packet.transportAt + udp.OFF_CHECKSUM) === 0
  );
}

/** Computes the checksum of a UDP datagram over the whole payload; `addressSum` is that of both addresses. */
export function writeUdpChecksum(frame: DataView, at: number, addressSum: number): void {
  const len = udp.len(frame, at);
  const sum = addressSum + ipv4.PROTOCOL_UDP + len + sumBytes(frame, at, at + len);
  const checksum = ~fold(sum) & 0xffff;
  // Zero on the wire means "none" (RFC 768).
  frame.setUint16(at + udp.OFF_CHECKSUM, checksum === 0 ? 0xffff : checksum);
}

/** Lowers the MSS of a SYN to what fits through the domain. */
export function clampMss(frame: DataView, packet: Packet, limits: Limits): void {
  // Only in a first or whole packet: the bytes of a later fragment are nobody's header.
  if (limits.mss === 0 || packet.kind !== KIND_TCP) return;
  tcp.clampMss(frame, packet.transportAt, limits.mss, packet.partial);
}
