/** Makes a packet independent of the offloads of the device, so that it can be cut. */
import * as ipv4 from "../../wire/ipv4.js";
import * as tcp from "../../wire/tcp.js";
import * as udp from "../../wire/udp.js";
import { completeChecksum } from "../complete.js";
import type { Packet } from "../packet.js";

/**
 * Writes the complete transport checksum where the packet's is partial. The packet is no super-packet; it
 * may be translated already. Its virtio header is the business of whoever emits it.
 */
export function completeAndClear(frame: DataView, packet: Packet): void {
  if (!packet.partial) return;
  const isUdp = packet.protocol === ipv4.PROTOCOL_UDP;
  const checksumAt = packet.transportAt + (isUdp ? udp.OFF_CHECKSUM : tcp.OFF_CHECKSUM);
  frame.setUint16(checksumAt, completeChecksum(frame, packet));
  packet.partial = false;
}
