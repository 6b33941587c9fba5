/** What a sender is told of the MTU across a MAP-T translator (RFC 7915 §4.1, §5.1). */
import type { Limits } from "../translate/limits.js";
import type { Packet } from "../translate/packet.js";

const HEADER_DIFFERENCE = 20;
const FRAGMENT_HEADER_LEN = 8;
const IPV6_MIN_MTU = 1280;

/** `family`: of the packet that was too big; `mtu6`: of its path on the IPv6 side. Bytes. */
export function reportedMtuMapT(
  family: number,
  packet: Packet,
  limits: Limits,
  mtu6: number,
): number {
  // What is turned around to another CE must fit the domain again.
  if (family === 6) {
    return Math.max(IPV6_MIN_MTU, Math.min(limits.mtu4 + HEADER_DIFFERENCE, limits.mtu6));
  }
  return mtu6 - HEADER_DIFFERENCE - (packet.isFragment ? FRAGMENT_HEADER_LEN : 0);
}
