/**
 * What a kernel with TUN offloads does to packets before the daemon reads them and after it writes
 * them: leaves checksums partial, joins segments into super-packets, and finishes both again. With it
 * a packet path can be run with and without offloads and must give the same packets.
 *   virtio header: +0 flags:8 | +1 gso type:8 | +2 header length:16 | +4 gso size:16
 *                  +6 checksum start:16 | +8 checksum offset:16, little-endian
 */
import { packetProblems } from "./packet-check.js";
import { addSums, slowChecksum, slowPseudoSum } from "./slow-checksum.js";

export const VIRTIO_LEN = 10;

const NEEDS_CSUM = 1;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
const GSO_UDP_L4 = 5;
const GSO_ECN = 0x80;

const TCP = 6;
const UDP = 17;
const FIN_PSH = 0x09;
const CWR = 0x80;

export interface Offloaded {
  readonly bytes: Uint8Array;
  /** VIRTIO_LEN bytes. */
  readonly virtio: Uint8Array;
}

interface Transport {
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly ipAt: number;
  readonly at: number;
  readonly headerLen: number;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where TCP or UDP lies in a well-formed packet, through one level of IPv4-in-IPv6; else null. */
function transportOf(bytes: Uint8Array): Transport | null {
  const packet = view(bytes);
  let ipAt = 0;
  if (packet.getUint8(0) >>> 4 === 6 && packet.getUint8(6) === 4) ipAt = 40;
  const family = packet.getUint8(ipAt) >>> 4 === 4 ? 4 : 6;
  // Only the sender of a whole packet leaves its checksum to the device.
  if (family === 4 && (packet.getUint16(ipAt + 6) & 0x3fff) !== 0) return null;
  const protocol = packet.getUint8(ipAt + (family === 4 ? 9 : 6));
  const at = ipAt + (family === 4 ? (packet.getUint8(ipAt) & 0xf) * 4 : 40);
  if (protocol !== TCP && protocol !== UDP) return null;
  const headerLen = protocol === TCP ? (packet.getUint8(at + 12) >>> 4) * 4 : 8;
  return { family, protocol, ipAt, at, headerLen };
}

function checksumOffset(transport: Transport): number {
  return transport.protocol === TCP ? 16 : 6;
}

function pseudoSum(bytes: Uint8Array, { family, protocol, ipAt, at }: Transport): number {
  const [from, middle, to] = family === 4 ? [12, 16, 20] : [8, 24, 40];
  const source = bytes.subarray(ipAt + from, ipAt + middle);
  const destination = bytes.subarray(ipAt + middle, ipAt + to);
  return slowPseudoSum(source, destination, protocol, bytes.length - at);
}

function virtio(
  flags: number,
  gsoType: number,
  hdrLen: number,
  gsoSize: number,
  t: Transport | null,
): Uint8Array {
  const header = new Uint8Array(VIRTIO_LEN);
  const v = view(header);
  v.setUint8(0, flags);
  v.setUint8(1, gsoType);
  v.setUint16(2, hdrLen, true);
  v.setUint16(4, gsoSize, true);
  v.setUint16(6, t === null ? 0 : t.at, true);
  v.setUint16(8, t === null ? 0 : checksumOffset(t), true);
  return header;
}

function asItIs(bytes: Uint8Array): Offloaded {
  return { bytes, virtio: new Uint8Array(VIRTIO_LEN) };
}

/**
 * The packet as a kernel hands it over that left the checksum to the device: the field holds the
 * folded pseudo-header sum, not complemented. Packets that no kernel would have made stay as they are.
 */
export function withPartialChecksum(packet: Uint8Array): Offloaded {
  if (packetProblems(packet).length > 0) return asItIs(packet);
  const transport = transportOf(packet);
  if (transport === null) return asItIs(packet);
  const bytes = packet.slice();
  const fieldAt = transport.at + checksumOffset(transport);
  // UDP over IPv4 without a checksum has nothing to leave to the device.
  if (view(bytes).getUint16(fieldAt) === 0) return asItIs(packet);
  view(bytes).setUint16(fieldAt, pseudoSum(bytes, transport));
  return { bytes, virtio: virtio(NEEDS_CSUM, 0, 0, 0, transport) };
}

/** Sets all length fields of a packet to its size, and the IPv4 checksum. */
function fixLengths(bytes: Uint8Array, transport: Transport): void {
  const packet = view(bytes);
  const { ipAt } = transport;
  if (transport.family === 4) {
    packet.setUint16(ipAt + 2, bytes.length - ipAt);
    packet.setUint16(ipAt + 10, 0);
    packet.setUint16(ipAt + 10, slowChecksum(bytes.subarray(ipAt, transport.at)));
  }
  if (transport.family === 6 || ipAt > 0) packet.setUint16(4, bytes.length - 40);
  if (transport.protocol === UDP) packet.setUint16(transport.at + 4, bytes.length - transport.at);
}

/** Joins segments of one flow, all but the last of equal size, into the super-packet that they came from. */
export function joined(segments: readonly Uint8Array[]): Offloaded {
  const first = segments[0];
  const transport = first === undefined ? null : transportOf(first);
  if (first === undefined || transport === null) throw new Error("no TCP or UDP segments to join");
  const payloadAt = transport.at + transport.headerLen;
  const size = segments.reduce((sum, s) => sum + s.length - payloadAt, payloadAt);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const segment of segments) {
    const part = at === 0 ? segment : segment.subarray(payloadAt);
    bytes.set(part, at);
    at += part.length;
  }
  const tcpFlags = transport.at + 13;
  if (transport.protocol === TCP) {
    for (const segment of segments)
      view(bytes).setUint8(
        tcpFlags,
        view(bytes).getUint8(tcpFlags) | view(segment).getUint8(tcpFlags),
      );
  }
  fixLengths(bytes, transport);
  view(bytes).setUint16(transport.at + checksumOffset(transport), pseudoSum(bytes, transport));
  const tcpType = transport.family === 4 ? GSO_TCPV4 : GSO_TCPV6;
  const type = transport.protocol === UDP ? GSO_UDP_L4 : tcpType;
  return {
    bytes,
    virtio: virtio(NEEDS_CSUM, type, payloadAt, first.length - payloadAt, transport),
  };
}

/** Fills in the checksum over [start, end) as the device would; the field holds the pseudo-header sum. */
function completeChecksum(bytes: Uint8Array, start: number, offset: number): Uint8Array {
  const done = bytes.slice();
  const sum = slowChecksum(done.subarray(start));
  // Both protocols have the field 0xffff stand for a computed zero; UDP reads zero as "none" (RFC 768).
  view(done).setUint16(start + offset, sum === 0 ? 0xffff : sum);
  return done;
}

function segment(
  bytes: Uint8Array,
  transport: Transport,
  index: number,
  gsoSize: number,
): Uint8Array {
  const payloadAt = transport.at + transport.headerLen;
  const from = payloadAt + index * gsoSize;
  const to = Math.min(from + gsoSize, bytes.length);
  const piece = new Uint8Array(payloadAt + to - from);
  piece.set(bytes.subarray(0, payloadAt));
  piece.set(bytes.subarray(from, to), payloadAt);
  const v = view(piece);
  const idAt = transport.ipAt + 4;
  if (transport.family === 4) v.setUint16(idAt, (v.getUint16(idAt) + index) & 0xffff);
  if (transport.protocol === TCP) {
    v.setUint32(transport.at + 4, (v.getUint32(transport.at + 4) + index * gsoSize) >>> 0);
    let flags = v.getUint8(transport.at + 13);
    if (to < bytes.length) flags &= ~FIN_PSH;
    if (index > 0) flags &= ~CWR;
    v.setUint8(transport.at + 13, flags);
  }
  fixLengths(piece, transport);
  // A sum that was wrong stays so by as much: the kernel corrects it by the difference in length alone.
  const fieldAt = transport.at + checksumOffset(transport);
  const fault = addSums(view(bytes).getUint16(fieldAt), 0xffff - pseudoSum(bytes, transport));
  v.setUint16(fieldAt, addSums(pseudoSum(piece, transport), fault));
  return completeChecksum(piece, transport.at, checksumOffset(transport));
}

/** 65535 bytes cut by the smallest MSS that Linux accepts, 48. */
const MOST_SEGMENTS = 65535 / 48 + 1;

/**
 * What is wrong with a virtio header that mapd wrote, as the kernel and then a network card would judge it.
 * `hasClassifier`: the device has ours, which lets super-packets be inside a tunnel.
 */
export function virtioProblems(
  { bytes, virtio: header }: Offloaded,
  hasClassifier = false,
): string[] {
  const v = view(header);
  const problems: string[] = [];
  const flags = v.getUint8(0);
  const gso = v.getUint8(1) & ~GSO_ECN;
  if (flags > 1) problems.push(`flags ${flags}`);
  if (flags === 0 && gso === 0) return problems;
  const transport = transportOf(bytes);
  if (transport === null) return [...problems, "offload of a packet without TCP or UDP"];
  const start = v.getUint16(6, true);
  const offset = v.getUint16(8, true);
  if (start !== transport.at) problems.push(`csum_start ${start}, transport at ${transport.at}`);
  if (offset !== checksumOffset(transport)) problems.push(`csum_offset ${offset}`);
  if (gso === 0) return problems;
  const hdrLen = v.getUint16(2, true);
  const payloadAt = transport.at + transport.headerLen;
  const tcpType = transport.family === 4 ? GSO_TCPV4 : GSO_TCPV6;
  const type = transport.protocol === UDP ? GSO_UDP_L4 : tcpType;
  if (gso !== type) problems.push(`gso_type ${gso}, should be ${type}`);
  if (hdrLen !== payloadAt) problems.push(`hdr_len ${hdrLen}, headers end at ${payloadAt}`);
  const gsoSize = v.getUint16(4, true);
  if (gsoSize === 0) problems.push("gso_size 0");
  else if ((bytes.length - payloadAt) / gsoSize > MOST_SEGMENTS) problems.push("too many segments");
  if (transport.ipAt !== 0 && !hasClassifier) problems.push("super-packet inside a tunnel");
  return problems;
}

/** The packets that leave the machine for one write: segmented, with complete checksums. */
export function finished(written: Offloaded): Uint8Array[] {
  return finishedBy(written, false);
}

/** As `finished()`, of a device that may have our classifier. */
export function finishedBy(written: Offloaded, hasClassifier: boolean): Uint8Array[] {
  const problems = virtioProblems(written, hasClassifier);
  if (problems.length > 0) throw new Error(`bad virtio header: ${problems.join(", ")}`);
  const { bytes, virtio: header } = written;
  const v = view(header);
  if (v.getUint8(0) === 0 && v.getUint8(1) === 0) return [bytes];
  if (v.getUint8(1) === 0) {
    return [completeChecksum(bytes, v.getUint16(6, true), v.getUint16(8, true))];
  }
  const transport = transportOf(bytes);
  if (transport === null) throw new Error("super-packet without TCP or UDP");
  const gsoSize = v.getUint16(4, true);
  const payloadLen = bytes.length - transport.at - transport.headerLen;
  // One without payload is no super-packet to the kernel, and leaves as it is.
  const count = Math.max(1, Math.ceil(payloadLen / gsoSize));
  return Array.from({ length: count }, (_, i) => segment(bytes, transport, i, gsoSize));
}
