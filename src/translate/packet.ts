/**
 * One packet as the packet path sees it: what was read and checked once, for everybody after.
 * The offsets and numbers of one reused object; addresses stay in the frame and are read from there.
 */
import {
  BAD_IPV4_CHECKSUM,
  MALFORMED_IPV4,
  MALFORMED_IPV6,
  TRUNCATED_TRANSPORT,
  UNSUPPORTED_FRAGMENT,
  UNSUPPORTED_ICMP,
  UNSUPPORTED_IPV4_OPTIONS,
  UNSUPPORTED_IPV6_EXTENSION,
  UNSUPPORTED_PROTOCOL,
} from "../verdict.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";

export class Packet {
  /** First byte of the IP header that was read last (the inner one after `readIpv4()` of a tunnel's payload). */
  at = 0;
  /** One past the last byte of that IP packet; what lay behind it in the frame is cut off. */
  end = 0;
  /** First byte of the transport header. */
  transportAt = 0;
  /** IPv4's numbering: 6, 17, 1 for ICMP of either family, else the number as it stands. */
  protocol = 0;
  /** True for a fragment, an atomic one not counted (RFC 6946 §2). */
  isFragment = false;
  /** Offset of this fragment's payload in the datagram's, bytes. */
  fragmentOffset = 0;
  moreFragments = false;
  /** 16 bits in IPv4, 32 in IPv6; 0 without a Fragment Header. */
  identification = 0;
  /** As read; both are the identifier for ICMP echo, which stands for the port (RFC 7597 §8.2). */
  sourcePort = 0;
  destinationPort = 0;
  /** What the translators write; NAT44 changes them. */
  newSourcePort = 0;
  newDestinationPort = 0;
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

/** Reads and checks the IPv4 packet in [at, end). Returns 0 or a drop code. */
export function readIpv4(frame: DataView, at: number, end: number, packet: Packet): number {
  if (!ipv4.fits(frame, at, end)) return MALFORMED_IPV4;
  if (!ipv4.checksumGood(frame, at)) return BAD_IPV4_CHECKSUM;
  const headerLen = ipv4.headerLen(frame, at);
  if (headerLen !== ipv4.MIN_HEADER_LEN) return UNSUPPORTED_IPV4_OPTIONS;
  if (ipv4.isFragment(frame, at)) return UNSUPPORTED_FRAGMENT;
  packet.at = at;
  packet.len = ipv4.totalLen(frame, at);
  packet.end = at + packet.len;
  packet.transportAt = at + headerLen;
  packet.protocol = ipv4.protocol(frame, at);
  return readTransport(frame, packet, icmp.V4_ECHO, icmp.V4_ECHO_REPLY);
}

/** Reads and checks the IPv6 packet in [at, end) with its transport header. Returns 0 or a drop code. */
export function readIpv6(frame: DataView, at: number, end: number, packet: Packet): number {
  if (!ipv6.fits(frame, at, end)) return MALFORMED_IPV6;
  const next = ipv6.nextHeader(frame, at);
  const refused = refuseExtension(next);
  if (refused < 0) return refused;
  // IPv4's ICMP inside IPv6 is not ICMPv6: it must not pass as such.
  if (next === ipv4.PROTOCOL_ICMP) return UNSUPPORTED_PROTOCOL;
  packet.at = at;
  packet.len = ipv6.HEADER_LEN + ipv6.payloadLen(frame, at);
  packet.end = at + packet.len;
  packet.transportAt = at + ipv6.HEADER_LEN;
  packet.protocol = next === ipv6.NEXT_ICMPV6 ? ipv4.PROTOCOL_ICMP : next;
  return readTransport(frame, packet, icmp.V6_ECHO, icmp.V6_ECHO_REPLY);
}

/** The reason to drop an IPv6 packet for its first next header, or 0 where a transport or IPv4 follows. */
export function refuseExtension(next: number): number {
  if (next === ipv6.NEXT_FRAGMENT) return UNSUPPORTED_FRAGMENT;
  const extension =
    next === ipv6.NEXT_HOP_BY_HOP ||
    next === ipv6.NEXT_ROUTING ||
    next === ipv6.NEXT_DESTINATION_OPTIONS;
  return extension ? UNSUPPORTED_IPV6_EXTENSION : 0;
}

function readTransport(frame: DataView, packet: Packet, echo: number, reply: number): number {
  const at = packet.transportAt;
  packet.tcpFlags = 0;
  switch (packet.protocol) {
    case ipv4.PROTOCOL_TCP:
      if (!tcp.fits(frame, at, packet.end)) return TRUNCATED_TRANSPORT;
      packet.tcpFlags = tcp.flags(frame, at);
      break;
    case ipv4.PROTOCOL_UDP:
      if (!udp.fits(frame, at, packet.end)) return TRUNCATED_TRANSPORT;
      break;
    case ipv4.PROTOCOL_ICMP: {
      if (!icmp.fits(frame, at, packet.end)) return TRUNCATED_TRANSPORT;
      const type = icmp.type(frame, at);
      if ((type !== echo && type !== reply) || icmp.code(frame, at) !== 0) return UNSUPPORTED_ICMP;
      return setPorts(packet, icmp.identifier(frame, at), icmp.identifier(frame, at));
    }
    default:
      return UNSUPPORTED_PROTOCOL;
  }
  // TCP and UDP begin alike: source port, destination port.
  return setPorts(packet, frame.getUint16(at), frame.getUint16(at + 2));
}

function setPorts(packet: Packet, source: number, destination: number): number {
  packet.sourcePort = source;
  packet.destinationPort = destination;
  packet.newSourcePort = source;
  packet.newDestinationPort = destination;
  return 0;
}
