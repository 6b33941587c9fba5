/** IPv6 to IPv4, RFC 7915 §5: first everything that can refuse a packet, then the rewrite that cannot fail. */
import { ICMP_UNTRANSLATABLE, TOO_BIG, TTL_EXPIRED, UDP_ZERO_CHECKSUM } from "../verdict.js";
import { sumAddress, sumWord } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { Identifications } from "./identifications.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import { KIND_ECHO, KIND_ICMP_OTHER, type Packet } from "./packet.js";
import { clampMss, lacksUdpChecksum, rewriteEcho, rewriteTransport } from "./transport.js";

/** Longest IPv4 packet that goes out without DF: its IPv6 form fits 1280 bytes (RFC 7915 §5.1). */
const MAX_LEN_WITHOUT_DF = 1260;

const MAX_IPV4_LEN = 65535;

/** Every IPv6 link carries this much (RFC 8200 §5); a sender need not go below it. */
const IPV6_MIN_MTU = 1280;

/** Length of the IPv4 form of the packet, or of each packet that a super-packet stands for. */
export function ipv4Len(packet: Packet): number {
  return packet.segmentLen - (packet.transportAt - packet.at) + ipv4.MIN_HEADER_LEN;
}

/** True for a packet, super-packet or not, that IPv4's total length cannot describe (RFC 791 §3.1). */
export function exceedsIpv4(packet: Packet): boolean {
  return packet.end - packet.transportAt + ipv4.MIN_HEADER_LEN > MAX_IPV4_LEN;
}

/** Returns 0, or why the IPv6 packet must not be translated; writes nothing. Not for ICMP errors. */
export function refuseIpv6ToIpv4(frame: DataView, packet: Packet, limits: Limits): number {
  if (packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
  if (ipv4Len(packet) > limits.mtu4 && !mayCut(packet)) return TOO_BIG;
  // No fragments make up a longer datagram; a super-packet is cut before.
  if (!packet.isSuper && exceedsIpv4(packet)) return TOO_BIG;
  if (ipv6.hopLimit(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  // RFC 8200 §8.1: IPv6 nodes discard UDP without a checksum, so no honest one comes out of the domain.
  return lacksUdpChecksum(frame, packet) ? UDP_ZERO_CHECKSUM : 0;
}

/** Fragments are cut further: nobody but the sender of the whole datagram could make them smaller. */
function mayCut(packet: Packet): boolean {
  return packet.hasFragmentHeader || packet.wasFragmented || packet.segmentLen <= IPV6_MIN_MTU;
}

/** Translates IPv6 to IPv4; holds the identifications that packets without DF need (RFC 7915 §5.1). */
export class Ipv6ToIpv4 {
  readonly #limits: Limits;
  /** Scratch, so that writing a header makes no object. */
  readonly #header: ipv4.HeaderFields = {
    tos: 0,
    totalLen: 0,
    identification: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 0,
    protocol: 0,
  };
  readonly #identifications: Identifications;

  /** `seed`: 32 bits, best unpredictable (RFC 7739 §1). */
  constructor(limits: Limits, seed: number) {
    this.#limits = limits;
    this.#identifications = new Identifications(seed);
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
    // Both sums are of 16 words, so the complement of the old is that many times 0xffff less.
    const removed = 16 * 0xffff - sumAddress(sourceAddress) - sumAddress(destinationAddress);
    const added = sumWord(source4) + sumWord(destination4);

    const header = this.#header;
    const tos = ipv6.trafficClass(frame, at);
    header.tos = limits.trafficClass < 0 ? tos : limits.trafficClass; // Traffic class -> TOS
    header.totalLen = payloadLen + ipv4.MIN_HEADER_LEN; // Payload length -> Total length
    this.#writeFragmentFields(packet, source4, destination4);
    header.ttl = ipv6.hopLimit(frame, at) - limits.ttlStep; // Hop limit -> TTL
    header.protocol = packet.protocol; // Next header -> Protocol

    if (packet.kind === KIND_ECHO)
      echoToIpv4(frame, packet, removed + 0xffff - ipv6.NEXT_ICMPV6 + 0xffff - payloadLen);
    else rewriteTransport(frame, packet, removed + added);
    clampMss(frame, packet, limits);

    const newAt = packet.transportAt - ipv4.MIN_HEADER_LEN;
    ipv4.writeHeader(frame, newAt, header, source4, destination4);
    writeOffload(frame, newAt, packet, true);
    return newAt;
  }

  /** Fragment Header -> Identification, flags, offset (RFC 7915 §5.1.1); without one RFC 7915 §5.1 decides. */
  #writeFragmentFields(packet: Packet, source4: number, destination4: number): void {
    const header = this.#header;
    header.moreFragments = packet.moreFragments;
    header.fragmentOffset = packet.fragmentOffset;
    if (packet.hasFragmentHeader) {
      header.dontFragment = false;
      header.identification = packet.identification & 0xffff;
      return;
    }
    // The kernel cuts a super-packet later: each segment is judged, and copies the flag.
    const len = ipv4Len(packet);
    const isWhole = !packet.wasFragmented && len <= this.#limits.mtu4;
    header.dontFragment = isWhole && len > MAX_LEN_WITHOUT_DF;
    header.identification = this.takeIdentification(packet, source4, destination4);
  }

  /** That of the packet, or the first of its segments': the kernel numbers them from the super-packet's on. */
  takeIdentification(packet: Packet, source4: number, destination4: number): number {
    const { protocol, newSourcePort, newDestinationPort, segments } = packet;
    const ports = (newSourcePort << 16) ^ newDestinationPort;
    return this.#identifications.take(source4, destination4, protocol, ports, segments);
  }
}

/** ICMPv6 echo -> echo: the pseudo header leaves the checksum (RFC 7915 §5.2). */
function echoToIpv4(frame: DataView, packet: Packet, pseudoDelta: number): void {
  const isRequest = icmp.type(frame, packet.transportAt) === icmp.V6_ECHO;
  rewriteEcho(frame, packet, isRequest ? icmp.V4_ECHO : icmp.V4_ECHO_REPLY, pseudoDelta);
}
