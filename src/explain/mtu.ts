/** How large a packet may be, and what its headers gain or lose on the way. */
import type { DomainSettings } from "../pipeline/settings.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { type LayerKind, layersOf, viewOf } from "./layers.js";

export interface MtuReport {
  /** Family that leaves, and the largest packet of it. */
  readonly family: "ipv4" | "ipv6";
  readonly limit: number;
  /**
   * Bytes that the headers gain: 20 in MAP-T, 40 in MAP-E, on the way to IPv6; less than zero on the way back. Of options
   * and extension headers, which MAP-T leaves behind, more is lost.
   */
  readonly overhead: number;
  /** Bytes more in every piece of a packet that is cut, or that was one: the IPv6 Fragment Header. */
  readonly fragmentHeader: number;
  /** Largest packet that leaves in one piece. */
  readonly largest: number;
  /** Packets that leave. */
  readonly pieces: number;
  /** False where the packet is longer than `largest`, or than a path that was learnt. */
  readonly fits: boolean;
  /** True where it was cut for a path whose smaller MTU was learnt. */
  readonly learnt: boolean;
}

export function mtuReport(
  settings: DomainSettings,
  packet: Uint8Array,
  forwarded: Uint8Array | null,
  pieces: number,
): MtuReport {
  const isIpv6 = (bytes: Uint8Array): boolean => (bytes[0] ?? 0) >>> 4 === 6;
  const isFrom6 = isIpv6(packet);
  const isTo6 = forwarded === null ? !isFrom6 : isIpv6(forwarded);
  const overhead = isFrom6 === isTo6 ? 0 : overheadOf(settings, packet, isTo6);
  const limit = limitOf(settings, packet, isTo6);
  const isFragment6 =
    forwarded !== null &&
    isTo6 &&
    viewOf(forwarded).getUint8(ipv6.nextHeaderAt(0)) === ipv6.NEXT_FRAGMENT;
  const fragmentHeader = isFragment6 ? ipv6.FRAGMENT_HEADER_LEN : 0;
  const wasFragment4 = !isFrom6 && packet.length > 0 && isFragment4(packet);
  // What is cut here would pass without it; what was a fragment before would not.
  const largest = limit - overhead - (wasFragment4 ? fragmentHeader : 0);
  return {
    family: isTo6 ? "ipv6" : "ipv4",
    limit,
    overhead,
    fragmentHeader,
    largest,
    pieces,
    fits: packet.length <= largest && pieces <= 1,
    learnt: packet.length <= largest && pieces > 1,
  };
}

const IP_HEADERS: readonly LayerKind[] = [
  "ipv4",
  "ipv6",
  "hop-by-hop",
  "routing",
  "destination-options",
  "fragment",
];

/** Of a packet that crosses: an IPv6 header instead of the IPv4 header, or before it (RFC 7599 §10.1, RFC 7597 §8.3). */
function overheadOf({ mode }: DomainSettings, packet: Uint8Array, isTo6: boolean): number {
  const layers = layersOf(packet).filter(({ ipAt }) => ipAt === 0);
  const last = layers.findLast(({ kind }) => IP_HEADERS.includes(kind));
  const own = last?.end ?? 0;
  if (mode === "map-e") return isTo6 ? ipv6.HEADER_LEN : -own;
  return isTo6 ? ipv6.HEADER_LEN - own : ipv4.MIN_HEADER_LEN - own;
}

function isFragment4(packet: Uint8Array): boolean {
  return packet.length >= ipv4.MIN_HEADER_LEN && ipv4.isFragment(viewOf(packet), 0);
}

/** RFC 7915 §4.1: what may be fragmented goes out small enough for every IPv6 path. */
function limitOf({ mode, mtu }: DomainSettings, packet: Uint8Array, isTo6: boolean): number {
  if (!isTo6) return mtu.ipv4;
  const isWhole4 = packet.length >= ipv4.MIN_HEADER_LEN && packet[0]! >>> 4 === 4;
  const mayBeCut = mode === "map-t" && isWhole4 && !ipv4.dontFragment(viewOf(packet), 0);
  return mayBeCut ? Math.min(mtu.ipv6, mtu.lowestIpv6) : mtu.ipv6;
}
