/**
 * The virtio header of a packet: held against the packet when it comes in, written anew when it goes out.
 * Rules of the fields: virtio 1.2 §5.1.6, and what Linux does with them on a TUN device.
 */
import { BAD_OFFLOAD_HEADER } from "../verdict.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import * as virtio from "../wire/virtio.js";
import { KIND_TCP, KIND_UDP, type Packet } from "./packet.js";

/**
 * Most packets that a super-packet stands for: 65535 bytes at 48 each, the smallest MSS that Linux lets a TCP peer
 * announce. One byte a segment would be thousands of packets of work for one that was read.
 */
export const MAX_SEGMENTS = 1366;

/**
 * Reads the virtio header before `outerAt`, the first byte of the frame's packet, into a packet whose IP
 * and transport headers have been read. Returns 0 or a drop code: what does not fit the packet would make
 * the kernel write a checksum, or cut segments, at the wrong place.
 */
export function readOffload(frame: DataView, outerAt: number, packet: Packet): number {
  packet.segmentLen = packet.len;
  packet.segments = 1;
  packet.partial = false;
  packet.isSuper = false;
  if (virtio.isNone(frame, outerAt)) return 0;
  const type = virtio.gsoType(frame, outerAt);
  const isTcp = packet.kind === KIND_TCP;
  packet.partial = (virtio.flags(frame, outerAt) & virtio.FLAG_NEEDS_CSUM) !== 0;
  packet.isSuper = (type & ~virtio.GSO_ECN) !== virtio.GSO_NONE;
  if (!packet.partial) return packet.isSuper ? BAD_OFFLOAD_HEADER : 0;
  if ((!isTcp && packet.kind !== KIND_UDP) || packet.isFragment) return BAD_OFFLOAD_HEADER;
  if (
    virtio.csumStart(frame, outerAt) !== packet.transportAt - outerAt ||
    virtio.csumOffset(frame, outerAt) !== checksumOffset(isTcp)
  ) {
    return BAD_OFFLOAD_HEADER;
  }
  return packet.isSuper ? readSegments(frame, outerAt, packet, isTcp) : 0;
}

function readSegments(frame: DataView, outerAt: number, packet: Packet, isTcp: boolean): number {
  const type = virtio.gsoType(frame, outerAt);
  const isIpv4 = frame.getUint8(packet.at) >>> 4 === 4;
  if ((type & ~virtio.GSO_ECN) !== superType(isTcp, isIpv4)) return BAD_OFFLOAD_HEADER;
  packet.gsoEcn = type & virtio.GSO_ECN;
  packet.gsoSize = virtio.gsoSize(frame, outerAt);
  if (packet.gsoSize === 0) return BAD_OFFLOAD_HEADER;
  const headerLen = transportHeaderLen(frame, packet, isTcp);
  const payload = packet.end - packet.transportAt - headerLen;
  packet.segmentLen = Math.min(packet.len, packet.len - payload + packet.gsoSize);
  packet.segments = Math.max(1, Math.ceil(payload / packet.gsoSize));
  return packet.segments > MAX_SEGMENTS ? BAD_OFFLOAD_HEADER : 0;
}

/** Writes the virtio header of a packet that is complete as it is. */
export function writeVnetNone(frame: DataView, newAt: number): void {
  virtio.write(frame, newAt, 0, virtio.GSO_NONE, 0, 0, 0, 0);
}

/**
 * Writes the virtio header before `newAt`, the new first byte; `isIpv4` is the family of the packet that the transport
 * header belongs to, the inner one of a tunnel.
 */
export function writeOffload(
  frame: DataView,
  newAt: number,
  packet: Packet,
  isIpv4: boolean,
): void {
  if (!packet.partial) {
    writeVnetNone(frame, newAt);
    return;
  }
  const isTcp = packet.kind === KIND_TCP;
  const start = packet.transportAt - newAt;
  const offset = checksumOffset(isTcp);
  if (!packet.isSuper) {
    virtio.write(frame, newAt, virtio.FLAG_NEEDS_CSUM, virtio.GSO_NONE, 0, 0, start, offset);
    return;
  }
  const type = superType(isTcp, isIpv4) | packet.gsoEcn;
  const headerLen = start + transportHeaderLen(frame, packet, isTcp);
  const size = packet.gsoSize;
  virtio.write(frame, newAt, virtio.FLAG_NEEDS_CSUM, type, headerLen, size, start, offset);
}

function checksumOffset(isTcp: boolean): number {
  return isTcp ? tcp.OFF_CHECKSUM : udp.OFF_CHECKSUM;
}

function superType(isTcp: boolean, isIpv4: boolean): number {
  if (!isTcp) return virtio.GSO_UDP_L4;
  return isIpv4 ? virtio.GSO_TCPV4 : virtio.GSO_TCPV6;
}

function transportHeaderLen(frame: DataView, packet: Packet, isTcp: boolean): number {
  return isTcp ? tcp.headerLen(frame, packet.transportAt) : udp.HEADER_LEN;
}
