import { slowChecksum, slowSum } from "./slow-checksum.js";

/** The IPv4 packet with identification 0, its checksum right if it was right before; any other packet as it is. */
export function withoutIdentification(packet: Uint8Array): Uint8Array {
  if (packet.length < 20 || packet[0]! >>> 4 !== 4) return packet;
  const headerLen = (packet[0]! & 0xf) * 4;
  if (headerLen < 20) return packet;
  const copy = packet.slice();
  const header = copy.subarray(0, headerLen);
  const wasGood = slowSum(header) === 0xffff;
  header.set([0, 0], 4);
  if (!wasGood) return copy;
  header.set([0, 0], 10);
  const checksum = slowChecksum(header);
  header.set([checksum >>> 8, checksum & 0xff], 10);
  return copy;
}

/**
 * The packet with identification 0 in the IPv4 header, also that in a tunnel, if it may not be fragmented: there the number
 * means nothing (RFC 6864 §4.1), and what the kernel cuts from a merged write has a new one.
 */
export function withoutAtomicIdentification(packet: Uint8Array): Uint8Array {
  if (packet[0]! >>> 4 === 6 && packet[6] === 4) {
    const inner = withoutAtomicIdentification(packet.subarray(40));
    return Uint8Array.of(...packet.subarray(0, 40), ...inner);
  }
  const isAtomic = packet.length >= 20 && packet[0]! >>> 4 === 4 && isWholeWithDf(packet);
  return isAtomic ? withoutIdentification(packet) : packet;
}

/** DF, no MF, no offset. */
function isWholeWithDf(packet: Uint8Array): boolean {
  return (packet[6]! & 0x7f) === 0x40 && packet[7] === 0;
}
