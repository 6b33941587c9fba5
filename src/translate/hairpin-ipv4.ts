/** IPv4 to IPv4, from the LAN of a CE back to it: NAT44 on both addresses at once (RFC 4787 §6). */
import { TOO_BIG, TTL_EXPIRED } from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import type { Packet } from "./packet.js";
import { refuseOptions } from "./read-ipv4.js";
import { rewriteTransport } from "./transport.js";

/** Returns 0, or why the IPv4 packet must not go back to where it came from; writes nothing. */
export function refuseIpv4Hairpin(frame: DataView, packet: Packet, limits: Limits): number {
  const refused = refuseOptions(frame, packet);
  if (refused < 0) return refused;
  // A super-packet is judged by its segments.
  if (ipv4.dontFragment(frame, packet.at) && packet.segmentLen > limits.mtu4) return TOO_BIG;
  return ipv4.ttl(frame, packet.at) <= limits.ttlStep ? TTL_EXPIRED : 0;
}

/** Takes a hop off the IPv4 packet, which has passed `refuseIpv4Hairpin()`, and writes its virtio header. */
export function countHop(frame: DataView, packet: Packet, limits: Limits): void {
  ipv4.writeTtl(frame, packet.at, ipv4.ttl(frame, packet.at) - limits.ttlStep);
  writeOffload(frame, packet.at, packet, true);
}

/** Writes both addresses, and the packet's new ports, into the IPv4 packet. No ICMP error. */
export function rewriteIpv4Addresses(
  frame: DataView,
  packet: Packet,
  source: number,
  destination: number,
): void {
  const delta =
    ipv4.writeSource(frame, packet.at, source) +
    ipv4.writeDestination(frame, packet.at, destination);
  rewriteTransport(frame, packet, delta);
}
