/** IPv6 to IPv4 and back at once: what is left of both translations for a packet that stays in the domain. */
import { sumAddress } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv6 from "../wire/ipv6.js";
import type { Limits } from "./limits.js";
import { writeOffload } from "./offload.js";
import { KIND_ECHO, type Packet } from "./packet.js";
import { clampMss, rewriteEcho, rewriteTransport } from "./transport.js";

/**
 * Gives the IPv6 packet new addresses, in place, and returns its offset; the same bytes as RFC 7915 §5
 * followed by §4, but for one hop instead of two; extension headers stay. The packet must have passed
 * `refuseIpv6ToIpv4()`.
 */
export function rewriteIpv6Addresses(
  frame: DataView,
  packet: Packet,
  limits: Limits,
  source: Uint32Array,
  destination: Uint32Array,
  newSource: Uint32Array,
  newDestination: Uint32Array,
): number {
  const at = packet.at;
  const copied = ipv6.trafficClass(frame, at);
  const trafficClass = limits.trafficClass < 0 ? copied : limits.trafficClass;
  const hops = ipv6.hopLimit(frame, at) - limits.ttlStep;
  const removed = 16 * 0xffff - sumAddress(source) - sumAddress(destination);
  const delta = removed + sumAddress(newSource) + sumAddress(newDestination);
  if (packet.kind === KIND_ECHO) {
    rewriteEcho(frame, packet, icmp.type(frame, packet.transportAt), delta);
  } else {
    rewriteTransport(frame, packet, delta);
  }
  clampMss(frame, packet, limits);
  const payloadLen = packet.end - at - ipv6.HEADER_LEN;
  ipv6.writeFixed(frame, at, trafficClass, payloadLen, ipv6.nextHeader(frame, at), hops);
  ipv6.writeAddresses(frame, at, newSource, newDestination);
  writeOffload(frame, at, packet, false);
  return at;
}
