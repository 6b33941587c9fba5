import { slowChecksum, slowSum } from "./slow-checksum.js";

/** The IPv4 packet with identification 0, its checksum right if it was right before; any other packet as it is. */
export function withoutIdentification(packet: Uint8Array): Uint8Array {
  if (packet.length < 20 || packet[0]! >>> 4 !== 4) return packet;
  const copy = packet.slice();
  const header = copy.subarray(0, (copy[0]! & 0xf) * 4);
  const wasGood = slowSum(header) === 0xffff;
  header.set([0, 0], 4);
  if (!wasGood) return copy;
  header.set([0, 0], 10);
  const checksum = slowChecksum(header);
  header.set([checksum >>> 8, checksum & 0xff], 10);
  return copy;
}
