/** Packets from plain descriptions: what is explained without a capture. Payloads are zeros, checksums right. */
import type { Words6 } from "../map/types.js";
import { fold, sumBytes } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import type { IpAddress } from "./addresses.js";
import { viewOf } from "./layers.js";

export interface PacketSpec {
  /** Both of one family. */
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** IPv4's numbering: ICMP is 1 in either family. */
  readonly protocol: number;
  /** Of ICMP the identifier is the source port. Protocols without ports ignore both. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** TTL or hop limit. */
  readonly ttl: number;
  readonly dontFragment: boolean;
  /** Whole IP packet, bytes; what is too short for its headers is as long as these. */
  readonly length: number;
  /** TCP: SYN and ACK instead of SYN; ICMP: echo reply instead of request. */
  readonly isReply: boolean;
}

/** An MSS option as Ethernet's hosts send it. */
const MSS_OPTION = Uint8Array.of(2, 4, 1460 >>> 8, 1460 & 0xff);
const MAX_IPV4_LEN = 65535;

/** The shortest packet that the specification can be. */
export function headersLen(spec: PacketSpec): number {
  return ipHeaderLen(spec) + transportLen(spec.protocol);
}

export function buildPacket(spec: PacketSpec): Uint8Array {
  const most = MAX_IPV4_LEN + (spec.source.family === 4 ? 0 : ipv6.HEADER_LEN);
  const bytes = new Uint8Array(Math.min(Math.max(spec.length, headersLen(spec)), most));
  const frame = viewOf(bytes);
  const transportAt = ipHeaderLen(spec);
  writeIp(frame, spec, bytes.length);
  if (spec.protocol === ipv4.PROTOCOL_TCP) writeTcp(frame, transportAt, spec);
  else if (spec.protocol === ipv4.PROTOCOL_UDP) writeUdp(frame, transportAt, bytes.length, spec);
  else if (spec.protocol === ipv4.PROTOCOL_ICMP) writeEcho(frame, transportAt, bytes.length, spec);
  return bytes;
}

/** The packet inside an IPv6 header, as MAP-E's tunnels carry it (RFC 2473 §3). */
export function encapsulate(inner: Uint8Array, source: Words6, destination: Words6): Uint8Array {
  const bytes = new Uint8Array(ipv6.HEADER_LEN + inner.length);
  const frame = viewOf(bytes);
  ipv6.writeFixed(frame, 0, 0, inner.length, ipv6.NEXT_IPV4, DEFAULT_TTL);
  ipv6.writeAddresses(frame, 0, Uint32Array.from(source), Uint32Array.from(destination));
  bytes.set(inner, ipv6.HEADER_LEN);
  return bytes;
}

export const DEFAULT_TTL = 64;

function ipHeaderLen({ source }: PacketSpec): number {
  return source.family === 4 ? ipv4.MIN_HEADER_LEN : ipv6.HEADER_LEN;
}

function transportLen(protocol: number): number {
  if (protocol === ipv4.PROTOCOL_TCP) return tcp.MIN_HEADER_LEN + MSS_OPTION.length;
  return protocol === ipv4.PROTOCOL_UDP || protocol === ipv4.PROTOCOL_ICMP ? udp.HEADER_LEN : 0;
}

function writeIp(frame: DataView, spec: PacketSpec, length: number): void {
  const { source, destination, ttl, protocol, dontFragment } = spec;
  if (source.family === 4 && destination.family === 4) {
    const fields = {
      tos: 0,
      totalLen: length,
      identification: dontFragment ? 0 : 1,
      dontFragment,
      moreFragments: false,
      fragmentOffset: 0,
      ttl,
      protocol,
    };
    ipv4.writeHeader(frame, 0, fields, source.ipv4, destination.ipv4);
  } else if (source.family === 6 && destination.family === 6) {
    const next = protocol === ipv4.PROTOCOL_ICMP ? ipv6.NEXT_ICMPV6 : protocol;
    ipv6.writeFixed(frame, 0, 0, length - ipv6.HEADER_LEN, next, ttl);
    const from = Uint32Array.from(source.ipv6);
    ipv6.writeAddresses(frame, 0, from, Uint32Array.from(destination.ipv6));
  } else throw new RangeError("a packet's addresses are of one family");
}

function writeTcp(frame: DataView, at: number, spec: PacketSpec): void {
  const flags = tcp.FLAG_SYN | (spec.isReply ? tcp.FLAG_ACK : 0);
  tcp.writeHeader(frame, at, spec.sourcePort, spec.destinationPort, 1, spec.isReply ? 2 : 0, flags);
  const optionAt = at + tcp.MIN_HEADER_LEN;
  for (let i = 0; i < MSS_OPTION.length; i++) frame.setUint8(optionAt + i, MSS_OPTION[i]!);
  tcp.writeHeaderLen(frame, at, tcp.MIN_HEADER_LEN + MSS_OPTION.length);
  writeChecksum(frame, at, at + tcp.OFF_CHECKSUM, spec);
}

function writeUdp(frame: DataView, at: number, end: number, spec: PacketSpec): void {
  frame.setUint16(at, spec.sourcePort);
  frame.setUint16(at + 2, spec.destinationPort);
  udp.writeLen(frame, at, end - at);
  writeChecksum(frame, at, at + udp.OFF_CHECKSUM, spec);
}

function writeEcho(frame: DataView, at: number, end: number, spec: PacketSpec): void {
  const { source, isReply } = spec;
  const rest = spec.sourcePort * 0x10000 + 1;
  if (source.family === 4) {
    icmp.writeHeader(frame, at, isReply ? icmp.V4_ECHO_REPLY : icmp.V4_ECHO, 0, rest);
    icmp.writeChecksum(frame, at, end, 0);
  } else {
    icmp.writeHeader(frame, at, isReply ? icmp.V6_ECHO_REPLY : icmp.V6_ECHO, 0, rest);
    icmp.writeChecksum(frame, at, end, pseudoSum(frame, spec, ipv6.NEXT_ICMPV6, end - at));
  }
}

/** Over the transport header at `at` and all behind it; the field at `fieldAt` is zero. */
function writeChecksum(frame: DataView, at: number, fieldAt: number, spec: PacketSpec): void {
  const end = frame.byteLength;
  const sum = pseudoSum(frame, spec, spec.protocol, end - at) + sumBytes(frame, at, end);
  const checksum = ~fold(sum) & 0xffff;
  // A computed zero is sent as all ones; UDP reads zero as "none" (RFC 768).
  frame.setUint16(fieldAt, checksum === 0 ? 0xffff : checksum);
}

/** Addresses, protocol and length, as TCP, UDP and ICMPv6 sum them up (RFC 8200 §8.1). */
function pseudoSum(frame: DataView, spec: PacketSpec, protocol: number, length: number): number {
  const addresses =
    spec.source.family === 4
      ? sumBytes(frame, ipv4.OFF_SOURCE, ipv4.MIN_HEADER_LEN)
      : ipv6.sumAddresses(frame, 0);
  return addresses + protocol + length;
}
