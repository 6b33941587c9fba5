/** An ICMPv4 error to ICMPv6 with the packet that it quotes, RFC 7915 §4.2 and §4.3: refuse first, then rewrite. */
import { ICMP_UNTRANSLATABLE, TTL_EXPIRED } from "../../verdict.js";
import { removeWord, sumAddress } from "../../wire/checksum.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import type { Limits } from "../limits.js";
import { writeOffload } from "../offload.js";
import type { Packet } from "../packet.js";
import { refuseOptions } from "../read-ipv4.js";
import type { ErrorEnds6 } from "./ends.js";
import { extendedQuoteLen, moveExtension } from "./extension.js";
import { mtu4To6 } from "./mtu.js";
import type { Quote } from "./quote.js";
import { rewriteQuotedEcho, rewriteQuotedPorts } from "./quoted-transport.js";
import { icmp4To6, NEXT_HEADER_POINTER, pointer4To6 } from "./tables.js";

/** What the quote and its extension may take of an ICMPv6 error. */
const ROOM = icmp.MAX_ERROR6_LEN - ipv6.HEADER_LEN - icmp.ERROR_HEADER_LEN;

/** Returns 0, or why the ICMPv4 error must not be translated; writes nothing. */
export function refuseErrorToIpv6(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  limits: Limits,
): number {
  const misrouted = refuseOptions(frame, packet);
  if (misrouted < 0) return misrouted;
  if (ipv4.ttl(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  if (icmp4To6(quote.type, quote.code) < 0) return ICMP_UNTRANSLATABLE;
  if (quote.type === icmp.V4_PARAMETER_PROBLEM && pointer4To6(quote.pointer) < 0) {
    return ICMP_UNTRANSLATABLE;
  }
  return isQuoteTranslatable(quote) ? 0 : ICMP_UNTRANSLATABLE;
}

function isQuoteTranslatable(quote: Quote): boolean {
  if (quote.protocol === ipv4.PROTOCOL_ICMP) return quote.isEcho || quote.fragmentOffset !== 0;
  // These numbers mean something else behind an IPv6 header.
  return quote.protocol !== ipv6.NEXT_ICMPV6 && !ipv6.isExtension(quote.protocol);
}

/**
 * Rewrites the ICMPv4 error as ICMPv6, in place, and returns the offset of its new first byte; packet.end
 * moves. The packet must have passed `refuseErrorToIpv6()`. Quoted addresses and ports are written as given.
 */
export function errorToIpv6(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  limits: Limits,
  ends: ErrorEnds6,
): number {
  const at = packet.at;
  // The new headers overlap the old ones, so every field is read before the first write.
  const tos = ipv4.tos(frame, at);
  const trafficClass = limits.trafficClass < 0 ? tos : limits.trafficClass; // TOS -> Traffic class
  const hops = ipv4.ttl(frame, at) - limits.ttlStep; // TTL -> Hop limit
  const typeAndCode = icmp4To6(quote.type, quote.code);
  const type = typeAndCode >>> 8;

  const quoteAt = quoteToIpv6(frame, quote, limits, ends);
  const icmpAt = quoteAt - icmp.ERROR_HEADER_LEN;
  const newAt = icmpAt - ipv6.HEADER_LEN;
  const fieldLen = icmp.mayExtend6(type)
    ? extendedQuoteLen(frame, quote, quoteAt, ROOM, icmp.V6_LENGTH_UNIT)
    : 0;
  packet.end =
    fieldLen === 0
      ? Math.min(quote.end, quoteAt + ROOM)
      : moveExtension(frame, quote, quoteAt, fieldLen);

  const rest = secondWord(quote, type, fieldLen, limits);
  icmp.writeHeader(frame, icmpAt, type, typeAndCode & 0xff, rest);
  const payloadLen = packet.end - icmpAt;
  const pseudoSum =
    sumAddress(ends.source) + sumAddress(ends.destination) + payloadLen + ipv6.NEXT_ICMPV6;
  icmp.writeChecksum(frame, icmpAt, packet.end, pseudoSum);
  ipv6.writeFixed(frame, newAt, trafficClass, payloadLen, ipv6.NEXT_ICMPV6, hops);
  ipv6.writeAddresses(frame, newAt, ends.source, ends.destination);
  writeOffload(frame, newAt, packet, false);
  return newAt;
}

/** What follows the checksum of an ICMPv6 error, unsigned 32-bit. */
function secondWord(quote: Quote, type: number, fieldLen: number, limits: Limits): number {
  switch (type) {
    case icmp.V6_TOO_BIG:
      return mtu4To6(quote.mtu, quote.len, limits.mtu6, limits.mtu4);
    case icmp.V6_PARAMETER_PROBLEM:
      return quote.type === icmp.V4_UNREACHABLE ? NEXT_HEADER_POINTER : pointer4To6(quote.pointer);
    default:
      return ((fieldLen / icmp.V6_LENGTH_UNIT) << 24) >>> 0;
  }
}

/**
 * Rewrites the quoted IPv4 packet as IPv6 as on its way back, but with its hop limit as it is and its own
 * lengths, cut off or not (RFC 7915 §4.3). Returns the offset of its new first byte.
 */
function quoteToIpv6(frame: DataView, quote: Quote, limits: Limits, ends: ErrorEnds6): number {
  const at = quote.at;
  const tos = ipv4.tos(frame, at);
  const trafficClass = limits.trafficClass < 0 ? tos : limits.trafficClass;
  const hops = ipv4.ttl(frame, at);
  const removed = removeWord(ipv4.source(frame, at)) + removeWord(ipv4.destination(frame, at));
  const added = sumAddress(ends.quotedSource) + sumAddress(ends.quotedDestination);

  if (quote.isEcho) {
    const isRequest = icmp.type(frame, quote.transportAt) === icmp.V4_ECHO;
    const type = isRequest ? icmp.V6_ECHO : icmp.V6_ECHO_REPLY;
    rewriteQuotedEcho(frame, quote, type, added + ipv6.NEXT_ICMPV6 + quote.transportLen);
  } else {
    rewriteQuotedPorts(frame, quote, removed + added);
  }

  const isIcmp = quote.protocol === ipv4.PROTOCOL_ICMP;
  const protocol = isIcmp ? ipv6.NEXT_ICMPV6 : quote.protocol;
  const { isFragment, fragmentOffset, moreFragments, identification } = quote;
  const fragmentAt = quote.transportAt - (isFragment ? ipv6.FRAGMENT_HEADER_LEN : 0);
  const newAt = fragmentAt - ipv6.HEADER_LEN;
  const payloadLen = quote.transportLen + quote.transportAt - fragmentAt;
  const next = isFragment ? ipv6.NEXT_FRAGMENT : protocol;
  ipv6.writeFixed(frame, newAt, trafficClass, payloadLen, next, hops);
  ipv6.writeAddresses(frame, newAt, ends.quotedSource, ends.quotedDestination);
  if (isFragment) {
    ipv6.writeFragmentHeader(
      frame,
      fragmentAt,
      protocol,
      fragmentOffset,
      moreFragments,
      identification,
    );
  }
  return newAt;
}
