/** Completes what the kernel left for a device to do: a transport checksum that is partial (virtio 1.2 §5.1.6). */
import { fold, sumBytes } from "../wire/checksum.js";
import { KIND_UDP, type Packet } from "./packet.js";

/**
 * The complete transport checksum of a packet with a partial one; for a super-packet that of its first segment,
 * with its own lengths. The checksum field holds the pseudo header's sum, so the sum over all bytes is right.
 */
export function completeChecksum(frame: DataView, packet: Packet): number {
  const isUdp = packet.kind === KIND_UDP;
  const missing = packet.len - packet.segmentLen;
  const sum = sumBytes(frame, packet.transportAt, packet.end - missing);
  // The super-packet's length was counted: in the pseudo header, and once more in the header of UDP.
  const counted = isUdp ? 2 : 1;
  const checksum = ~fold(sum + counted * (0xffff - missing)) & 0xffff;
  return isUdp && checksum === 0 ? 0xffff : checksum;
}
