/**
 * The one field that a golden file cannot hold: RFC 7915 §5.1 has the translator make up the IPv4
 * identification of what comes from IPv6. It is checked for what it must be and then left out of the comparison.
 */
import { slowChecksum, slowSum } from "../support/slow-checksum.js";

function isTranslatedIpv4(packet: Uint8Array): boolean {
  return packet.length >= 20 && packet[0]! >>> 4 === 4;
}

function view(packet: Uint8Array): DataView {
  return new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
}

/** What is wrong with the identifications: a packet that may be fragmented needs one of its own (RFC 6864 §4). */
export function identificationProblems(packets: readonly Uint8Array[]): string[] {
  const problems: string[] = [];
  const seen = new Set<number>();
  packets.forEach((packet, index) => {
    if (!isTranslatedIpv4(packet) || (packet[6]! & 0x40) !== 0) return;
    const id = view(packet).getUint16(4);
    if (id === 0) problems.push(`packet ${index}: identification 0 without DF`);
    if (seen.has(id)) problems.push(`packet ${index}: identification ${id} again without DF`);
    seen.add(id);
  });
  return problems;
}

/** The packet with identification 0, its checksum right if it was right before. */
export function withoutIdentification(packet: Uint8Array): Uint8Array {
  if (!isTranslatedIpv4(packet)) return packet;
  const copy = packet.slice();
  const header = copy.subarray(0, (copy[0]! & 0xf) * 4);
  const wasGood = slowSum(header) === 0xffff;
  view(copy).setUint16(4, 0);
  if (!wasGood) return copy;
  view(copy).setUint16(10, 0);
  view(copy).setUint16(10, slowChecksum(header));
  return copy;
}
