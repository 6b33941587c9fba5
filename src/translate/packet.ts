/**
 * One packet as the packet path sees it: what was read and checked once, for everybody after.
 * The offsets and numbers of one reused object; addresses stay in the frame and are read from there.
 */

import { FRAGMENT_TINY, TRUNCATED_TRANSPORT } from "../verdict.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";

/** TCP, UDP, ICMP echo or a whole protocol without ports: what `kind` says of a packet. */
export const KIND_TCP = 0;
export const KIND_UDP = 1;
export const KIND_ECHO = 2;
export const KIND_ICMP_ERROR = 3;
/** ICMP that is neither echo nor an error. */
export const KIND_ICMP_OTHER = 4;
/** Any other protocol: no ports, and no checksum that we know. */
export const KIND_PORTLESS = 5;
/** A fragment without transport header: every one but the first. */
export const KIND_REST = 6;

/** Port of a packet that has none. */
export const NO_PORT = -1;

export class Packet {
  /** First byte of the IP header that was read last (the inner one after `readIpv4()` of a tunnel's payload). */
  at = 0;
  /** First byte of the outermost header: `at`, but for the inner packet of a tunnel. */
  outerAt = 0;
  /** One past the last byte of that IP packet; what lay behind it in the frame is cut off. */
  end = 0;
  /** First byte after the IP header, its options or extension headers. */
  transportAt = 0;
  /** IPv4's numbering: 6, 17, 1 for ICMP of either family, else the number as it stands. */
  protocol = 0;
  kind = KIND_PORTLESS;
  /** True for a fragment, an atomic one not counted (RFC 6946 §2). */
  isFragment = false;
  /** True where the packet came in fragments and was put together here, so that it may leave in fragments. */
  wasFragmented = false;
  /** True where an IPv6 packet has a Fragment Header, the atomic fragment's included. */
  hasFragmentHeader = false;
  /** Offset of this fragment's payload in the datagram's, bytes. */
  fragmentOffset = 0;
  moreFragments = false;
  /** 16 bits in IPv4, 32 in IPv6; 0 without a Fragment Header. */
  identification = 0;
  /** As read, NO_PORT where there is none; both are the identifier for ICMP echo, which stands for the port (RFC 7597 §8.2). */
  sourcePort = NO_PORT;
  destinationPort = NO_PORT;
  /** What the translators write; NAT44 changes them. */
  newSourcePort = NO_PORT;
  newDestinationPort = NO_PORT;
  /** Of a packet refused for a parameter problem: offset of the field at fault from `at`. */
  pointer = 0;
  /** TCP flags, 0 for the others. */
  tcpFlags = 0;
  /** Length of the IP packet, and of each packet it stands for: the same unless it is a super-packet. */
  len = 0;
  segmentLen = 0;
  /** Number of packets that it stands for. */
  segments = 1;
  /** The transport checksum covers the pseudo header alone. */
  partial = false;
  /** True for a super-packet: the kernel cuts it into `segments` packets of `gsoSize` payload bytes. */
  isSuper = false;
  gsoSize = 0;
  /** GSO_ECN or 0. */
  gsoEcn = 0;
}

/** Forgets what only some packets have; the readers of IP headers begin with it. */
export function resetPacket(packet: Packet): void {
  packet.kind = KIND_PORTLESS;
  packet.isFragment = false;
  packet.wasFragmented = false;
  packet.hasFragmentHeader = false;
  packet.fragmentOffset = 0;
  packet.moreFragments = false;
  packet.identification = 0;
  packet.pointer = 0;
  packet.tcpFlags = 0;
  packet.partial = false;
  packet.isSuper = false;
  packet.segments = 1;
  setPorts(packet, NO_PORT, NO_PORT);
}

/** Sets the ports as read, and as they stay unless NAT44 changes them. */
export function setPorts(packet: Packet, source: number, destination: number): void {
  packet.sourcePort = source;
  packet.destinationPort = destination;
  packet.newSourcePort = source;
  packet.newDestinationPort = destination;
}

/**
 * Reads the transport header behind the IP header of a packet whose `end`, `transportAt`, `protocol` and fragment
 * fields are set. `isIpv4` names the family of its ICMP types. Returns 0 or a drop code.
 */
export function readTransport(frame: DataView, packet: Packet, isIpv4: boolean): number {
  packet.segmentLen = packet.len;
  if (packet.fragmentOffset > 0) {
    packet.kind = KIND_REST;
    // A later fragment that holds part of the TCP header could change what was judged (RFC 3128 §2).
    const inHeader = packet.fragmentOffset < tcp.MIN_HEADER_LEN;
    return packet.protocol === ipv4.PROTOCOL_TCP && inHeader ? FRAGMENT_TINY : 0;
  }
  const at = packet.transportAt;
  switch (packet.protocol) {
    case ipv4.PROTOCOL_TCP:
      if (!tcp.fits(frame, at, packet.end)) return cutShort(packet);
      packet.kind = KIND_TCP;
      packet.tcpFlags = tcp.flags(frame, at);
      setPorts(packet, frame.getUint16(at), frame.getUint16(at + 2));
      return 0;
    case ipv4.PROTOCOL_UDP:
      if (!udpFits(frame, packet)) return cutShort(packet);
      packet.kind = KIND_UDP;
      setPorts(packet, frame.getUint16(at), frame.getUint16(at + 2));
      return 0;
    case ipv4.PROTOCOL_ICMP:
      if (!icmp.fits(frame, at, packet.end)) return cutShort(packet);
      readIcmp(frame, packet, isIpv4);
      return 0;
    default:
      packet.kind = KIND_PORTLESS;
      return 0;
  }
}

function cutShort(packet: Packet): number {
  return packet.isFragment ? FRAGMENT_TINY : TRUNCATED_TRANSPORT;
}

/** The length field of a first fragment counts the whole datagram. */
function udpFits(frame: DataView, packet: Packet): boolean {
  const at = packet.transportAt;
  if (!packet.isFragment) return udp.fits(frame, at, packet.end);
  return packet.end - at >= udp.HEADER_LEN && udp.len(frame, at) >= udp.HEADER_LEN;
}

function readIcmp(frame: DataView, packet: Packet, isIpv4: boolean): void {
  const at = packet.transportAt;
  const type = icmp.type(frame, at);
  const echo = isIpv4 ? icmp.V4_ECHO : icmp.V6_ECHO;
  const reply = isIpv4 ? icmp.V4_ECHO_REPLY : icmp.V6_ECHO_REPLY;
  if ((type === echo || type === reply) && icmp.code(frame, at) === 0) {
    packet.kind = KIND_ECHO;
    const identifier = icmp.identifier(frame, at);
    setPorts(packet, identifier, identifier);
    return;
  }
  const isError = isIpv4 ? icmp.isError4(type) : icmp.isError6(type);
  // What a fragment quotes cannot be told before the message is whole.
  packet.kind = isError && !packet.isFragment ? KIND_ICMP_ERROR : KIND_ICMP_OTHER;
}
