/** A packet's headers as plain values, for people, JSON and the page. Addresses are text. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { fold, sumBytes } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import { type Layer, type LayerKind, layersOf, viewOf } from "./layers.js";

export type FieldValue = string | number | boolean | null;

export interface Header {
  readonly layer: LayerKind;
  /** True inside what an ICMP error quotes. */
  readonly quoted: boolean;
  /** By name, in the order of the wire. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

type Describe = (frame: DataView, layer: Layer) => Header["fields"];

/** One row a kind of header. */
const DESCRIPTIONS: Readonly<Record<LayerKind, Describe>> = {
  ipv4: describeIpv4,
  ipv6: describeIpv6,
  "hop-by-hop": (_frame, { at, end }) => ({ length: end - at }),
  routing: (frame, { at, end }) => ({
    length: end - at,
    segmentsLeft: ipv6.segmentsLeft(frame, at),
  }),
  "destination-options": (_frame, { at, end }) => ({ length: end - at }),
  fragment: (frame, { at }) => ({
    offset: ipv6.fragmentOffset(frame, at),
    moreFragments: ipv6.moreFragments(frame, at),
    identification: ipv6.fragmentIdentification(frame, at),
  }),
  tcp: describeTcp,
  "tcp-ports": (frame, { at, end }) => ({
    sourcePort: frame.getUint16(at),
    destinationPort: frame.getUint16(at + 2),
    length: end - at,
  }),
  udp: describeUdp,
  icmpv4: (frame, layer) => describeIcmp(frame, layer, 4),
  icmpv6: (frame, layer) => describeIcmp(frame, layer, 6),
  data: (_frame, { at, end }) => ({ length: end - at }),
};

export function headersOf(bytes: Uint8Array): Header[] {
  const frame = viewOf(bytes);
  return layersOf(bytes).map((layer) => ({
    layer: layer.kind,
    quoted: layer.quoted,
    fields: DESCRIPTIONS[layer.kind](frame, layer),
  }));
}

function describeIpv4(frame: DataView, { at, end }: Layer): Header["fields"] {
  return {
    source: formatIpv4(ipv4.source(frame, at)),
    destination: formatIpv4(ipv4.destination(frame, at)),
    tos: ipv4.tos(frame, at),
    totalLength: ipv4.totalLen(frame, at),
    identification: ipv4.identification(frame, at),
    dontFragment: ipv4.dontFragment(frame, at),
    moreFragments: ipv4.moreFragments(frame, at),
    fragmentOffset: ipv4.fragmentOffset(frame, at),
    ttl: ipv4.ttl(frame, at),
    protocol: ipv4.protocol(frame, at),
    optionsLength: end - at - ipv4.MIN_HEADER_LEN,
    checksumGood: fold(sumBytes(frame, at, end)) === 0xffff,
  };
}

function describeIpv6(frame: DataView, { at }: Layer): Header["fields"] {
  const address = new Uint32Array(4);
  const text = (read: typeof ipv6.readSource): string => {
    read(frame, at, address);
    return formatIpv6(address);
  };
  return {
    source: text(ipv6.readSource),
    destination: text(ipv6.readDestination),
    trafficClass: ipv6.trafficClass(frame, at),
    payloadLength: ipv6.payloadLen(frame, at),
    nextHeader: ipv6.nextHeader(frame, at),
    hopLimit: ipv6.hopLimit(frame, at),
  };
}

const TCP_FLAGS = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];

function describeTcp(frame: DataView, layer: Layer): Header["fields"] {
  const { at } = layer;
  const flags = tcp.flags(frame, at);
  return {
    sourcePort: frame.getUint16(at),
    destinationPort: frame.getUint16(at + 2),
    sequence: tcp.sequence(frame, at),
    acknowledgment: tcp.acknowledgment(frame, at),
    flags: TCP_FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(" "),
    mss: mssOf(frame, at),
    checksum: frame.getUint16(at + tcp.OFF_CHECKSUM),
    checksumGood: checksumGood(frame, layer, ipv4.PROTOCOL_TCP),
  };
}

function mssOf(frame: DataView, at: number): number | null {
  const mss = tcp.mss(frame, at);
  return mss < 0 ? null : mss;
}

function describeUdp(frame: DataView, layer: Layer): Header["fields"] {
  const { at } = layer;
  const checksum = frame.getUint16(at + udp.OFF_CHECKSUM);
  return {
    sourcePort: frame.getUint16(at),
    destinationPort: frame.getUint16(at + 2),
    length: udp.len(frame, at),
    checksum,
    // Zero says that there is none (RFC 768).
    checksumGood: checksum === 0 ? null : checksumGood(frame, layer, ipv4.PROTOCOL_UDP),
  };
}

const ICMPV4_NAMES: Readonly<Record<number, string>> = {
  [icmp.V4_ECHO_REPLY]: "echo reply",
  [icmp.V4_UNREACHABLE]: "destination unreachable",
  [icmp.V4_SOURCE_QUENCH]: "source quench",
  [icmp.V4_REDIRECT]: "redirect",
  [icmp.V4_ECHO]: "echo request",
  [icmp.V4_TIME_EXCEEDED]: "time exceeded",
  [icmp.V4_PARAMETER_PROBLEM]: "parameter problem",
};

const ICMPV6_NAMES: Readonly<Record<number, string>> = {
  [icmp.V6_UNREACHABLE]: "destination unreachable",
  [icmp.V6_TOO_BIG]: "packet too big",
  [icmp.V6_TIME_EXCEEDED]: "time exceeded",
  [icmp.V6_PARAMETER_PROBLEM]: "parameter problem",
  [icmp.V6_ECHO]: "echo request",
  [icmp.V6_ECHO_REPLY]: "echo reply",
};

function describeIcmp(frame: DataView, layer: Layer, family: 4 | 6): Header["fields"] {
  const { at } = layer;
  const type = icmp.type(frame, at);
  const names = family === 4 ? ICMPV4_NAMES : ICMPV6_NAMES;
  return {
    type,
    code: icmp.code(frame, at),
    name: names[type] ?? null,
    ...icmpRest(frame, at, family),
    checksum: frame.getUint16(at + icmp.OFF_CHECKSUM),
    checksumGood: checksumGood(frame, layer, family === 4 ? null : ipv6.NEXT_ICMPV6),
  };
}

/** What the second word of the message means. */
function icmpRest(frame: DataView, at: number, family: 4 | 6): Header["fields"] {
  const type = icmp.type(frame, at);
  if (isEcho(type, family)) {
    return { identifier: icmp.identifier(frame, at), sequence: frame.getUint16(at + 6) };
  }
  if (family === 6) {
    if (type === icmp.V6_TOO_BIG) return { mtu: icmp.mtu6(frame, at) };
    return type === icmp.V6_PARAMETER_PROBLEM ? { pointer: icmp.pointer6(frame, at) } : {};
  }
  const isTooBig = icmp.code(frame, at) === icmp.V4_FRAGMENTATION_NEEDED;
  if (type === icmp.V4_UNREACHABLE && isTooBig) return { mtu: icmp.mtu4(frame, at) };
  return type === icmp.V4_PARAMETER_PROBLEM ? { pointer: icmp.pointer4(frame, at) } : {};
}

/** Echo or its reply. */
export function isEcho(type: number, family: 4 | 6): boolean {
  return family === 4
    ? type === icmp.V4_ECHO || type === icmp.V4_ECHO_REPLY
    : type === icmp.V6_ECHO || type === icmp.V6_ECHO_REPLY;
}

/** Null where bytes are missing that the checksum covers. `protocol` null: no pseudo header. */
function checksumGood(frame: DataView, layer: Layer, protocol: number | null): boolean | null {
  const { at, ipAt, packetEnd, whole, quoted } = layer;
  if (!whole || quoted) return null;
  const sum = sumBytes(frame, at, packetEnd);
  if (protocol === null) return fold(sum) === 0xffff;
  const addresses =
    frame.getUint8(ipAt) >>> 4 === 4
      ? sumBytes(frame, ipAt + ipv4.OFF_SOURCE, ipAt + ipv4.MIN_HEADER_LEN)
      : ipv6.sumAddresses(frame, ipAt);
  return fold(sum + addresses + protocol + (packetEnd - at)) === 0xffff;
}
