/**
 * The virtio network header before every packet of a TUN device with IFF_VNET_HDR, virtio 1.2 §5.1.6.
 * Fields are little-endian; offsets count from the byte after the header.
 *   +0  flags:8 | gso type:8 | header length:16
 *   +4  gso size:16          | checksum start:16
 *   +8  checksum offset:16
 */
export const VNET_HEADER_LEN = 10;

/** The transport checksum is partial: the sum of the pseudo header alone. */
export const FLAG_NEEDS_CSUM = 1;

export const GSO_NONE = 0;
export const GSO_TCPV4 = 1;
export const GSO_TCPV6 = 4;
export const GSO_UDP_L4 = 5;
/** Set beside the type where the first segment carries CWR (TUN_F_TSO_ECN). */
export const GSO_ECN = 0x80;

const OFF_GSO_TYPE = 1;
const OFF_HEADER_LEN = 2;
const OFF_GSO_SIZE = 4;
const OFF_CSUM_START = 6;
const OFF_CSUM_OFFSET = 8;

/** In all accessors `at` is the first byte of the packet, not of the virtio header. */
export function flags(frame: DataView, at: number): number {
  return frame.getUint8(at - VNET_HEADER_LEN);
}

/** True for a packet without offload state: complete, and for itself alone. */
export function isNone(frame: DataView, at: number): boolean {
  return frame.getUint16(at - VNET_HEADER_LEN) === 0;
}

export function gsoType(frame: DataView, at: number): number {
  return frame.getUint8(at - VNET_HEADER_LEN + OFF_GSO_TYPE);
}

/** Payload bytes of each segment. */
export function gsoSize(frame: DataView, at: number): number {
  return frame.getUint16(at - VNET_HEADER_LEN + OFF_GSO_SIZE, true);
}

export function csumStart(frame: DataView, at: number): number {
  return frame.getUint16(at - VNET_HEADER_LEN + OFF_CSUM_START, true);
}

export function csumOffset(frame: DataView, at: number): number {
  return frame.getUint16(at - VNET_HEADER_LEN + OFF_CSUM_OFFSET, true);
}

/** Writes the whole header; a packet without offload state is all zero. */
export function write(
  frame: DataView,
  at: number,
  flagBits: number,
  type: number,
  headerLen: number,
  size: number,
  start: number,
  offset: number,
): void {
  const header = at - VNET_HEADER_LEN;
  frame.setUint16(header, flagBits | (type << 8), true);
  frame.setInt32(header + OFF_HEADER_LEN, headerLen | (size << 16), true);
  frame.setInt32(header + OFF_CSUM_START, start | (offset << 16), true);
}
