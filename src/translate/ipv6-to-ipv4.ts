/** IPv6 to IPv4, RFC 7915 §5: first everything that can refuse a packet, then the rewrite that cannot fail. */
import {
  NEEDS_FRAGMENTATION,
  TOO_BIG,
  TTL_EXPIRED,
  UDP_ZERO_CHECKSUM,
  UNSUPPORTED_SUPER_PACKET,
} from "../verdict.js";
import { sumAddress, sumWord } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import type { Packet } from "./packet.js";
import { lacksUdpChecksum, rewriteEcho, rewriteTransport } from "./transport.js";

const SHRINKAGE = ipv6.HEADER_LEN - ipv4.MIN_HEADER_LEN;

/** Longest IPv4 packet that goes out without DF: its IPv6 form fits 1280 bytes (RFC 7915 §5.1). */
const MAX_LEN_WITHOUT_DF = 1260;

/** IPv4's total length counts its header, IPv6's payload length does not: a super-packet may be too long. */
const MAX_IPV4_LEN = 0xffff;

/** Every IPv6 link carries this much (RFC 8200 §5); a sender need not go below it. */
const IPV6_MIN_MTU = 1280;

/** Returns 0, or why the IPv6 packet must not be translated; writes nothing. */
export function refuseIpv6ToIpv4(frame: DataView, packet: Packet, limits: Limits): number {
  if (ipv6.hopLimit(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  if (packet.segmentLen - SHRINKAGE > limits.mtu4) {
    return packet.segmentLen <= IPV6_MIN_MTU ? NEEDS_FRAGMENTATION : TOO_BIG;
  }
  if (packet.len - SHRINKAGE > MAX_IPV4_LEN) return UNSUPPORTED_SUPER_PACKET;
  // RFC 8200 §8.1: IPv6 nodes discard UDP without a checksum, so no honest one comes out of the domain.
  return lacksUdpChecksum(frame, packet) ? UDP_ZERO_CHECKSUM : 0;
}

/** Translates IPv6 to IPv4; holds the identification that packets without DF need (RFC 7915 §5.1). */
export class Ipv6ToIpv4 {
  readonly #limits: Limits;
  /** Scratch, so that writing a header makes no object. */
  readonly #header: ipv4.HeaderFields = {
    tos: 0,
    totalLen: 0,
    identification: 0,
    dontFragment: false,
    ttl: 0,
    protocol: 0,
  };
  #nextIdentification: number;

  /** `firstIdentification`: 0..65535, best unpredictable (RFC 7739 §1). */
  constructor(limits: Limits, firstIdentification: number) {
    this.#limits = limits;
    this.#nextIdentification = firstIdentification & 0xffff;
  }

  /**
   * Rewrites the IPv6 packet as IPv4, in place, and returns the offset of its new first byte. The packet
   * must have passed `refuseIpv6ToIpv4()`; `sourceAddress` and `destinationAddress` are those of its IPv6
   * header. Addresses 4 are unsigned 32-bit.
   */
  rewrite(
    frame: DataView,
    packet: Packet,
    sourceAddress: Uint32Array,
    destinationAddress: Uint32Array,
    source4: number,
    destination4: number,
  ): number {
    const at = packet.at;
    const limits = this.#limits;
    const payloadLen = packet.end - packet.transportAt;
    const isEcho = packet.protocol === ipv4.PROTOCOL_ICMP;
    // Both sums are of 16 words, so the complement of the old is that many times 0xffff less.
    const removed = 16 * 0xffff - sumAddress(sourceAddress) - sumAddress(destinationAddress);
    const added = sumWord(source4) + sumWord(destination4);

    const header = this.#header;
    const tos = ipv6.trafficClass(frame, at);
    header.tos = limits.trafficClass < 0 ? tos : limits.trafficClass; // Traffic class -> TOS
    header.totalLen = payloadLen + ipv4.MIN_HEADER_LEN; // Payload length -> Total length
    header.identification = this.#takeIdentifications(packet.segments);
    // The kernel cuts a super-packet later: each segment is judged, and copies the flag.
    header.dontFragment = packet.segmentLen - SHRINKAGE > MAX_LEN_WITHOUT_DF;
    header.ttl = ipv6.hopLimit(frame, at) - limits.ttlStep; // Hop limit -> TTL
    header.protocol = packet.protocol; // Next header -> Protocol

    if (isEcho)
      echoToIpv4(frame, packet, removed + 0xffff - ipv6.NEXT_ICMPV6 + 0xffff - payloadLen);
    else rewriteTransport(frame, packet, removed + added);
    if (limits.mss > 0 && packet.protocol === ipv4.PROTOCOL_TCP) {
      tcp.clampMss(frame, packet.transportAt, limits.mss, packet.partial);
    }

    const newAt = packet.transportAt - ipv4.MIN_HEADER_LEN;
    ipv4.writeHeader(frame, newAt, header, source4, destination4);
    writeOffload(frame, newAt, packet, true);
    return newAt;
  }

  /** The first of `count` identifications in a row: the kernel numbers segments from the super-packet's. */
  #takeIdentifications(count: number): number {
    const first = this.#nextIdentification;
    this.#nextIdentification = (first + count) & 0xffff;
    return first;
  }
}

/** ICMPv6 echo -> echo: the pseudo header leaves the checksum (RFC 7915 §5.2). */
function echoToIpv4(frame: DataView, packet: Packet, pseudoDelta: number): void {
  const isRequest = icmp.type(frame, packet.transportAt) === icmp.V6_ECHO;
  rewriteEcho(frame, packet, isRequest ? icmp.V4_ECHO : icmp.V4_ECHO_REPLY, pseudoDelta);
}
