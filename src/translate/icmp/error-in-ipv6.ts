/**
 * An ICMPv6 error from CE to CE through the BR of MAP-T: translated twice at once, so it stays ICMPv6
 * (RFC 7599 §8.3, §8.4). Type, code, MTU, pointer and lengths stay too, where two translations would lose some.
 */
import { ICMP_UNTRANSLATABLE, TTL_EXPIRED } from "../../verdict.js";
import { sumAddress } from "../../wire/checksum.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import type { Limits } from "../limits.js";
import { writeOffload } from "../offload.js";
import type { Packet } from "../packet.js";
import type { ErrorEnds6 } from "./ends.js";
import type { Quote } from "./quote.js";
import { rewriteQuotedEcho, rewriteQuotedPorts } from "./quoted-transport.js";
import { icmp6To4 } from "./tables.js";

/** Returns 0, or why the ICMPv6 error must not be turned around; writes nothing. */
export function refuseErrorInIpv6(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  limits: Limits,
): number {
  if (ipv6.hopLimit(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  // What IPv4 has no word for would not have come through two translations.
  if (icmp6To4(quote.type, quote.code) < 0) return ICMP_UNTRANSLATABLE;
  const isIcmp = quote.protocol === ipv4.PROTOCOL_ICMP;
  return isIcmp && !quote.isEcho && quote.fragmentOffset === 0 ? ICMP_UNTRANSLATABLE : 0;
}

/**
 * Gives the ICMPv6 error and its quote new addresses and the quote its new ports, in place, and returns the
 * offset of the packet's first byte: extension headers of its own go. It must have passed `refuseErrorInIpv6()`.
 */
export function rewriteErrorInIpv6(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  limits: Limits,
  ends: ErrorEnds6,
): number {
  const at = packet.at;
  const copied = ipv6.trafficClass(frame, at);
  const trafficClass = limits.trafficClass < 0 ? copied : limits.trafficClass;
  const hops = ipv6.hopLimit(frame, at) - limits.ttlStep;
  const added = sumAddress(ends.quotedSource) + sumAddress(ends.quotedDestination);
  // Both sums are of 16 words, so the complement of the old is that many times 0xffff less.
  const delta = 16 * 0xffff - ipv6.sumAddresses(frame, quote.at) + added;
  if (quote.isEcho) rewriteQuotedEcho(frame, quote, icmp.type(frame, quote.transportAt), delta);
  else rewriteQuotedPorts(frame, quote, delta);
  ipv6.writeAddresses(frame, quote.at, ends.quotedSource, ends.quotedDestination);

  const icmpAt = packet.transportAt;
  const payloadLen = packet.end - icmpAt;
  const outer = sumAddress(ends.source) + sumAddress(ends.destination);
  icmp.writeChecksum(frame, icmpAt, packet.end, outer + payloadLen + ipv6.NEXT_ICMPV6);
  const newAt = icmpAt - ipv6.HEADER_LEN;
  ipv6.writeFixed(frame, newAt, trafficClass, payloadLen, ipv6.NEXT_ICMPV6, hops);
  ipv6.writeAddresses(frame, newAt, ends.source, ends.destination);
  writeOffload(frame, newAt, packet, false);
  return newAt;
}
