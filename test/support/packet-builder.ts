/**
 * Builds packets from their meaning, written from the RFCs and sharing no code with src/, so that a
 * fault there cannot hide here. Lengths and checksums come out right unless a field overrides them.
 */
import { ipv4Bytes, ipv6Bytes } from "./address-bytes.js";
import { slowChecksum, slowPseudoSum } from "./slow-checksum.js";

type Family = 4 | 6;

/** Folded pseudo-header sum for a payload of `len` bytes. */
type PseudoSum = (protocol: number, len: number) => number;

/** What goes behind an IP header. */
export interface Payload {
  protocol(family: Family): number;
  encode(family: Family, pseudo: PseudoSum): Uint8Array;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** `len` bytes that differ from their neighbours, so that a shifted payload shows. */
export function pattern(len: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: len }, (_, i) => (first + i * 7 + (i >> 8)) & 0xff);
}

export interface Ipv4Fields {
  readonly src: string;
  readonly dst: string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly id?: number;
  readonly df?: boolean;
  readonly mf?: boolean;
  /** In units of 8 bytes. */
  readonly fragmentOffset?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Uint8Array;
  readonly version?: number;
  readonly headerWords?: number;
  readonly totalLen?: number;
  readonly checksum?: number;
}

/** IPv4 header, RFC 791 §3.1. DF is set unless told otherwise. */
export function ipv4(fields: Ipv4Fields, payload: Payload): Uint8Array {
  const src = ipv4Bytes(fields.src);
  const dst = ipv4Bytes(fields.dst);
  const body = payload.encode(4, (protocol, len) => slowPseudoSum(src, dst, protocol, len));
  const options = fields.options ?? new Uint8Array();
  const header = new Uint8Array(20 + options.length);
  const view = new DataView(header.buffer);
  view.setUint8(0, (fields.version ?? 4) * 16 + (fields.headerWords ?? header.length / 4));
  view.setUint8(1, fields.tos ?? 0);
  view.setUint16(2, fields.totalLen ?? header.length + body.length);
  view.setUint16(4, fields.id ?? 0);
  const flags = ((fields.df ?? true) ? 0x4000 : 0) + (fields.mf ? 0x2000 : 0);
  view.setUint16(6, flags + (fields.fragmentOffset ?? 0));
  view.setUint8(8, fields.ttl ?? 64);
  view.setUint8(9, payload.protocol(4));
  header.set(src, 12);
  header.set(dst, 16);
  header.set(options, 20);
  view.setUint16(10, fields.checksum ?? slowChecksum(header));
  return concat(header, body);
}

export interface Ipv6Fields {
  readonly src: string;
  readonly dst: string;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly version?: number;
  readonly payloadLen?: number;
}

/** IPv6 header, RFC 8200 §3. */
export function ipv6(fields: Ipv6Fields, payload: Payload): Uint8Array {
  const src = ipv6Bytes(fields.src);
  const dst = ipv6Bytes(fields.dst);
  const body = payload.encode(6, (protocol, len) => slowPseudoSum(src, dst, protocol, len));
  const header = new Uint8Array(40);
  const view = new DataView(header.buffer);
  const first = (fields.version ?? 6) * 2 ** 28 + (fields.trafficClass ?? 0) * 2 ** 20;
  view.setUint32(0, first + (fields.flowLabel ?? 0));
  view.setUint16(4, fields.payloadLen ?? body.length);
  view.setUint8(6, payload.protocol(6));
  view.setUint8(7, fields.hopLimit ?? 64);
  header.set(src, 8);
  header.set(dst, 24);
  return concat(header, body);
}

/** Bytes as they are, under any protocol number. */
export function raw(protocol: number, bytes: Uint8Array): Payload {
  return { protocol: () => protocol, encode: () => bytes };
}

/** A whole IPv4 packet inside IPv6 (RFC 2473 §3). */
export function encapsulated(inner: Uint8Array): Payload {
  return raw(4, inner);
}

/** The first `len` bytes of another payload, encoded as if whole. */
export function cut(payload: Payload, len: number): Payload {
  return {
    protocol: (family) => payload.protocol(family),
    encode: (family, pseudo) => payload.encode(family, pseudo).slice(0, len),
  };
}

/** `header` (its first byte is set here to the next protocol) before another payload. */
export function extension(nextHeader: number, header: Uint8Array, payload: Payload): Payload {
  return {
    protocol: () => nextHeader,
    encode: (family, pseudo) => {
      const whole = concat(header, payload.encode(family, pseudo));
      whole[0] = payload.protocol(family);
      return whole;
    },
  };
}

export const TCP = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10, ece: 0x40, cwr: 0x80 };

export interface TcpFields {
  readonly sport: number;
  readonly dport: number;
  readonly seq?: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly window?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Uint8Array;
  readonly data?: Uint8Array;
  readonly headerWords?: number;
  readonly checksum?: number;
}

/** TCP header, RFC 9293 §3.1. */
export function tcp(fields: TcpFields): Payload {
  return {
    protocol: () => 6,
    encode: (_family, pseudo) => {
      const options = fields.options ?? new Uint8Array();
      const whole = concat(new Uint8Array(20), options, fields.data ?? new Uint8Array());
      const view = new DataView(whole.buffer);
      view.setUint16(0, fields.sport);
      view.setUint16(2, fields.dport);
      view.setUint32(4, fields.seq ?? 0x01020304);
      view.setUint32(8, fields.ack ?? 0x05060708);
      view.setUint8(12, (fields.headerWords ?? 5 + options.length / 4) * 16);
      view.setUint8(13, fields.flags ?? TCP.ack);
      view.setUint16(14, fields.window ?? 0xfa00);
      const sum = slowChecksum(whole, pseudo(6, whole.length));
      view.setUint16(16, fields.checksum ?? sum);
      return whole;
    },
  };
}

/** Maximum segment size option, RFC 9293 §3.2. */
export function mss(value: number): Uint8Array {
  return Uint8Array.of(2, 4, value >> 8, value & 0xff);
}

export interface UdpFields {
  readonly sport: number;
  readonly dport: number;
  readonly data?: Uint8Array;
  readonly len?: number;
  readonly checksum?: number;
}

/** UDP header, RFC 768; a computed zero is sent as 0xffff. */
export function udp(fields: UdpFields): Payload {
  return {
    protocol: () => 17,
    encode: (_family, pseudo) => {
      const whole = concat(new Uint8Array(8), fields.data ?? new Uint8Array());
      const view = new DataView(whole.buffer);
      view.setUint16(0, fields.sport);
      view.setUint16(2, fields.dport);
      view.setUint16(4, fields.len ?? whole.length);
      const sum = slowChecksum(whole, pseudo(17, whole.length));
      view.setUint16(6, fields.checksum ?? (sum === 0 ? 0xffff : sum));
      return whole;
    },
  };
}

export interface EchoFields {
  readonly kind: "request" | "reply";
  readonly id: number;
  readonly seq?: number;
  readonly data?: Uint8Array;
  readonly checksum?: number;
}

/** ICMP (RFC 792) or ICMPv6 (RFC 4443 §4) echo, by the header before it. */
export function echo(fields: EchoFields): Payload {
  return icmp({
    type4: fields.kind === "request" ? 8 : 0,
    type6: fields.kind === "request" ? 128 : 129,
    rest: fields.id * 65536 + (fields.seq ?? 1),
    ...(fields.data === undefined ? {} : { data: fields.data }),
    ...(fields.checksum === undefined ? {} : { checksum: fields.checksum }),
  });
}

export interface IcmpFields {
  readonly type4: number;
  readonly type6: number;
  readonly code?: number;
  /** The 32 bits after the checksum. */
  readonly rest?: number;
  readonly data?: Uint8Array;
  readonly checksum?: number;
}

/** Any ICMP message; only ICMPv6 has a pseudo header in its checksum. */
export function icmp(fields: IcmpFields): Payload {
  return {
    protocol: (family) => (family === 4 ? 1 : 58),
    encode: (family, pseudo) => {
      const whole = concat(new Uint8Array(8), fields.data ?? new Uint8Array());
      const view = new DataView(whole.buffer);
      view.setUint8(0, family === 4 ? fields.type4 : fields.type6);
      view.setUint8(1, fields.code ?? 0);
      view.setUint32(4, fields.rest ?? 0);
      const sum = slowChecksum(whole, family === 4 ? 0 : pseudo(58, whole.length));
      view.setUint16(2, fields.checksum ?? sum);
      return whole;
    },
  };
}
