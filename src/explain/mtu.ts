/** How large a packet may be, and what its headers gain or lose on the way. */
import type { DomainSettings } from "../pipeline/settings.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { viewOf } from "./layers.js";

export interface MtuReport {
  /** Family that leaves, and the largest packet of it. */
  readonly family: "ipv4" | "ipv6";
  readonly limit: number;
  /** Bytes that the headers gain: 20 in MAP-T, 40 in MAP-E, on the way to IPv6; less than zero on the way back. */
  readonly overhead: number;
  /** Bytes more in every piece of a packet that is cut, or that was one: the IPv6 Fragment Header. */
  readonly fragmentHeader: number;
  /** Largest packet that leaves in one piece. */
  readonly largest: number;
  /** Packets that leave. */
  readonly pieces: number;
  /** False where the packet is longer than `largest`. */
  readonly fits: boolean;
}

/** IPv6 header instead of an IPv4 header without options (RFC 7599 §10.1). */
const MAP_T_OVERHEAD = ipv6.HEADER_LEN - ipv4.MIN_HEADER_LEN;
/** IPv6 header before the packet (RFC 7597 §8.3). */
const MAP_E_OVERHEAD = ipv6.HEADER_LEN;

export function mtuReport(
  settings: DomainSettings,
  packet: Uint8Array,
  forwarded: Uint8Array | null,
  pieces: number,
): MtuReport {
  const isIpv6 = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >>> 4 === 6;
  const isFrom6 = isIpv6(packet);
  const isTo6 = forwarded === null ? !isFrom6 : isIpv6(forwarded);
  const gained = settings.mode === "map-t" ? MAP_T_OVERHEAD : MAP_E_OVERHEAD;
  const crossing = isTo6 ? gained : -gained;
  const overhead = isFrom6 === isTo6 ? 0 : crossing;
  const limit = limitOf(settings, packet, isTo6);
  const isFragment6 =
    forwarded !== null &&
    isTo6 &&
    viewOf(forwarded).getUint8(ipv6.nextHeaderAt(0)) === ipv6.NEXT_FRAGMENT;
  const largest = limit - overhead;
  return {
    family: isTo6 ? "ipv6" : "ipv4",
    limit,
    overhead,
    fragmentHeader: isFragment6 ? ipv6.FRAGMENT_HEADER_LEN : 0,
    largest,
    pieces,
    fits: packet.length <= largest,
  };
}

/** RFC 7915 §4.1: what may be fragmented goes out small enough for every IPv6 path. */
function limitOf({ mode, mtu }: DomainSettings, packet: Uint8Array, isTo6: boolean): number {
  if (!isTo6) return mtu.ipv4;
  const isWhole4 = packet.length >= ipv4.MIN_HEADER_LEN && packet[0]! >>> 4 === 4;
  const mayBeCut = mode === "map-t" && isWhole4 && !ipv4.dontFragment(viewOf(packet), 0);
  return mayBeCut ? Math.min(mtu.ipv6, mtu.lowestIpv6) : mtu.ipv6;
}
