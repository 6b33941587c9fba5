/** An ICMPv4 error through NAT44, RFC 5508 §4.2 and §5: the receiver sees its own packet quoted. */
import { ICMP_UNTRANSLATABLE } from "../../verdict.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import type { Packet } from "../packet.js";
import type { ErrorEnds4 } from "./ends.js";
import type { Quote } from "./quote.js";
import { rewriteQuotedEcho, rewriteQuotedPorts } from "./quoted-transport.js";

/** Returns 0, or why the ICMPv4 error must not pass NAT44; writes nothing. */
export function refuseErrorInIpv4(quote: Quote): number {
  // Both are for the next hop alone or long out of use (RFC 5508 §7, RFC 6633 §1).
  if (quote.type === icmp.V4_REDIRECT || quote.type === icmp.V4_SOURCE_QUENCH) {
    return ICMP_UNTRANSLATABLE;
  }
  const isIcmp = quote.protocol === ipv4.PROTOCOL_ICMP;
  return isIcmp && !quote.isEcho && quote.fragmentOffset === 0 ? ICMP_UNTRANSLATABLE : 0;
}

/**
 * Writes all four addresses and the quote's new ports into the ICMPv4 error, in place. It must have passed
 * `refuseErrorInIpv4()`. Lengths, padding and extension stay.
 */
export function rewriteErrorInIpv4(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  ends: ErrorEnds4,
): void {
  ipv4.writeSource(frame, packet.at, ends.source);
  ipv4.writeDestination(frame, packet.at, ends.destination);
  const delta =
    ipv4.writeSource(frame, quote.at, ends.quotedSource) +
    ipv4.writeDestination(frame, quote.at, ends.quotedDestination);
  if (quote.isEcho) rewriteQuotedEcho(frame, quote, icmp.type(frame, quote.transportAt), 0);
  else rewriteQuotedPorts(frame, quote, delta);
  icmp.writeChecksum(frame, packet.transportAt, packet.end, 0);
}
