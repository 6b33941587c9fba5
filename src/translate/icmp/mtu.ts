/** The MTU that a "too big" error carries, after its family has changed. All numbers are bytes. */
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";

/** What a packet grows by on its way to IPv6; a fragment grows by a Fragment Header more. */
const GROWTH = ipv6.HEADER_LEN - ipv4.MIN_HEADER_LEN;

/** No IPv6 link carries less (RFC 8200 §5). */
const IPV6_MIN_MTU = 1280;

/** No IPv4 link carries less, and no host takes a smaller path MTU (RFC 791 §3.2, RFC 1191 §3). */
const IPV4_MIN_MTU = 68;

/** MTUs of common links, RFC 1191 §7.1 table 7-1, as far down as IPv6 goes. */
export const PLATEAUS: readonly number[] = [65535, 32000, 17914, 8166, 4352, 2002, 1492];

/**
 * The MTU of an ICMPv6 packet too big from that of an ICMPv4 "fragmentation needed" (RFC 7915 §4.2).
 * `quotedLen`: total length of the packet that was too big, for routers that name no MTU (0, RFC 792).
 * `nextHop6` and `nextHop4`: MTU of the two sides of this translator.
 */
export function mtu4To6(
  mtu: number,
  quotedLen: number,
  nextHop6: number,
  nextHop4: number,
): number {
  // A guessed path MTU goes into the ICMPv6 error as it is, a named one by what packets grow.
  const reported = mtu === 0 ? plateauBelow(quotedLen) : mtu + GROWTH;
  return Math.max(IPV6_MIN_MTU, Math.min(reported, nextHop6, nextHop4 + GROWTH));
}

/** The greatest plateau below `len`, or 0 where IPv6 has none so small (RFC 7915 §4.2). */
export function plateauBelow(len: number): number {
  for (let i = 0; i < PLATEAUS.length; i++) {
    if (PLATEAUS[i]! < len) return PLATEAUS[i]!;
  }
  return 0;
}

/**
 * The MTU of an ICMPv4 "fragmentation needed" from that of an ICMPv6 packet too big (RFC 7915 §5.2).
 * `hasFragmentHeader`: of the packet that was too big; its IPv4 form is smaller by that header too.
 */
export function mtu6To4(
  mtu: number,
  hasFragmentHeader: boolean,
  nextHop4: number,
  nextHop6: number,
): number {
  const shrinkage = hasFragmentHeader ? GROWTH + ipv6.FRAGMENT_HEADER_LEN : GROWTH;
  // Zero would mean "not named" to the receiver, and what is less wraps around in 16 bits.
  return Math.max(IPV4_MIN_MTU, Math.min(mtu - shrinkage, nextHop4, nextHop6 - GROWTH));
}
