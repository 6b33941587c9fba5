/**
 * Where the headers of a packet lie, outermost first: through extension headers, tunnels, and what ICMP errors quote. Any
 * bytes will do; where they end, or make no sense, the list ends with what is left. For display, never for the packet path.
 */
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";

export type LayerKind =
  | "ipv4"
  | "ipv6"
  | "hop-by-hop"
  | "routing"
  | "destination-options"
  | "fragment"
  | "tcp"
  /** As much of a TCP header as an ICMP error need quote: its ports, and less than the whole. */
  | "tcp-ports"
  | "udp"
  | "icmpv4"
  | "icmpv6"
  /** Bytes that are no header that we know: user data, other protocols, headers cut short. */
  | "data";

export interface Layer {
  readonly kind: LayerKind;
  /** Of the header; a layer of data has no other bytes. */
  readonly at: number;
  readonly end: number;
  /** Where the IP packet ends that the header belongs to, or the frame does. */
  readonly packetEnd: number;
  /** First byte of the IP header that it belongs to; of an IP header, its own. */
  readonly ipAt: number;
  /** True inside what an ICMP error quotes. */
  readonly quoted: boolean;
  /** True where all bytes of the message are there, so that its checksum can be judged. */
  readonly whole: boolean;
}

interface Cursor {
  readonly frame: DataView;
  readonly ipAt: number;
  readonly packetEnd: number;
  readonly quoted: boolean;
  readonly whole: boolean;
}

const EXTENSIONS: ReadonlyMap<number, LayerKind> = new Map([
  [ipv6.NEXT_HOP_BY_HOP, "hop-by-hop"],
  [ipv6.NEXT_ROUTING, "routing"],
  [ipv6.NEXT_DESTINATION_OPTIONS, "destination-options"],
  [ipv6.NEXT_FRAGMENT, "fragment"],
]);

/** Source and destination port. */
const PORTS_LEN = 4;

/** More than any sound packet has; ends what quotes and tunnels could spin out. */
const MAX_LAYERS = 32;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function layersOf(bytes: Uint8Array): Layer[] {
  const layers: Layer[] = [];
  addIp(layers, viewOf(bytes), 0, bytes.length, false);
  return layers;
}

function addIp(layers: Layer[], frame: DataView, at: number, end: number, quoted: boolean): void {
  const version = at < end ? frame.getUint8(at) >>> 4 : 0;
  if (version === 4 && end - at >= ipv4.MIN_HEADER_LEN) addIpv4(layers, frame, at, end, quoted);
  else if (version === 6 && end - at >= ipv6.HEADER_LEN) addIpv6(layers, frame, at, end, quoted);
  else {
    const cursor = { frame, ipAt: at, packetEnd: end, quoted, whole: false };
    addData(layers, cursor, at);
  }
}

function addIpv4(layers: Layer[], frame: DataView, at: number, end: number, quoted: boolean): void {
  const headerLen = Math.max(ipv4.headerLen(frame, at), ipv4.MIN_HEADER_LEN);
  const headerEnd = Math.min(at + headerLen, end);
  const stated = at + ipv4.totalLen(frame, at);
  const packetEnd = stated >= headerEnd && stated < end ? stated : end;
  const isFragment = ipv4.isFragment(frame, at);
  const whole = stated === packetEnd && !isFragment;
  const cursor = { frame, ipAt: at, packetEnd, quoted, whole };
  add(layers, cursor, "ipv4", at, headerEnd);
  if (ipv4.fragmentOffset(frame, at) > 0) addData(layers, cursor, headerEnd);
  else addTransport(layers, cursor, ipv4.protocol(frame, at), headerEnd);
}

function addIpv6(layers: Layer[], frame: DataView, at: number, end: number, quoted: boolean): void {
  const stated = at + ipv6.HEADER_LEN + ipv6.payloadLen(frame, at);
  const packetEnd = Math.min(stated, end);
  const cursor = { frame, ipAt: at, packetEnd, quoted, whole: stated === packetEnd };
  add(layers, cursor, "ipv6", at, at + ipv6.HEADER_LEN);
  addExtensions(layers, cursor, ipv6.nextHeader(frame, at), at + ipv6.HEADER_LEN);
}

function addExtensions(layers: Layer[], given: Cursor, first: number, from: number): void {
  const { frame, packetEnd } = given;
  let cursor = given;
  let next = first;
  let at = from;
  for (let kind = EXTENSIONS.get(next); kind !== undefined; kind = EXTENSIONS.get(next)) {
    const room = packetEnd - at;
    const len = room < ipv6.MIN_EXTENSION_LEN ? room + 1 : ipv6.extensionLen(frame, at, next);
    if (len > room || layers.length >= MAX_LAYERS) {
      addData(layers, cursor, at);
      return;
    }
    add(layers, cursor, kind, at, at + len);
    if (kind === "fragment") {
      const isAtomic = !ipv6.moreFragments(frame, at) && ipv6.fragmentOffset(frame, at) === 0;
      cursor = { ...cursor, whole: cursor.whole && isAtomic };
      if (ipv6.fragmentOffset(frame, at) > 0) {
        addData(layers, cursor, at + len);
        return;
      }
    }
    next = frame.getUint8(at);
    at += len;
  }
  addTransport(layers, cursor, next, at);
}

function addTransport(layers: Layer[], cursor: Cursor, protocol: number, at: number): void {
  const { frame, packetEnd, quoted } = cursor;
  const isInIpv4 = frame.getUint8(cursor.ipAt) >>> 4 === 4;
  if (layers.length >= MAX_LAYERS) addData(layers, cursor, at);
  else if (protocol === ipv6.NEXT_IPV4 && at < packetEnd) {
    addIp(layers, frame, at, packetEnd, quoted);
  } else if (protocol === ipv4.PROTOCOL_TCP && tcp.fits(frame, at, packetEnd)) {
    addWithData(layers, cursor, "tcp", at, at + tcp.headerLen(frame, at));
  } else if (protocol === ipv4.PROTOCOL_TCP && packetEnd - at >= PORTS_LEN) {
    add(layers, cursor, "tcp-ports", at, packetEnd);
  } else if (protocol === ipv4.PROTOCOL_UDP && packetEnd - at >= udp.HEADER_LEN) {
    addWithData(layers, cursor, "udp", at, at + udp.HEADER_LEN);
  } else if (protocol === (isInIpv4 ? ipv4.PROTOCOL_ICMP : ipv6.NEXT_ICMPV6)) {
    addIcmp(layers, cursor, isInIpv4, at);
  } else addData(layers, cursor, at);
}

function addIcmp(layers: Layer[], cursor: Cursor, isInIpv4: boolean, at: number): void {
  const { frame, packetEnd } = cursor;
  if (!icmp.fits(frame, at, packetEnd)) {
    addData(layers, cursor, at);
    return;
  }
  const headerEnd = at + icmp.ECHO_HEADER_LEN;
  const kind = icmp.type(frame, at);
  const isError = isInIpv4 ? icmp.isError4(kind) : icmp.isError6(kind);
  if (!isError) {
    addWithData(layers, cursor, isInIpv4 ? "icmpv4" : "icmpv6", at, headerEnd);
    return;
  }
  add(layers, cursor, isInIpv4 ? "icmpv4" : "icmpv6", at, headerEnd);
  if (headerEnd < packetEnd) addIp(layers, frame, headerEnd, packetEnd, true);
}

function add(layers: Layer[], cursor: Cursor, kind: LayerKind, at: number, end: number): void {
  const { packetEnd, ipAt, quoted, whole } = cursor;
  layers.push({ kind, at, end, packetEnd, ipAt, quoted, whole });
}

function addWithData(
  layers: Layer[],
  cursor: Cursor,
  kind: LayerKind,
  at: number,
  end: number,
): void {
  add(layers, cursor, kind, at, end);
  addData(layers, cursor, end);
}

/** What is left of the packet, if anything. */
function addData(layers: Layer[], cursor: Cursor, at: number): void {
  if (at < cursor.packetEnd) add(layers, cursor, "data", at, cursor.packetEnd);
}
