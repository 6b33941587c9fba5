/** An ICMPv6 error to ICMPv4 with the packet that it quotes, RFC 7915 §5.2 and §5.3: refuse first, then rewrite. */
import { ICMP_UNTRANSLATABLE, MALFORMED_QUOTE, TTL_EXPIRED } from "../../verdict.js";
import { sumWord } from "../../wire/checksum.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import type { Limits } from "../limits.js";
import { writeOffload } from "../offload.js";
import type { Packet } from "../packet.js";
import type { ErrorEnds4 } from "./ends.js";
import { extendedQuoteLen, moveExtension } from "./extension.js";
import { mtu6To4 } from "./mtu.js";
import type { Quote } from "./quote.js";
import { rewriteQuotedEcho, rewriteQuotedPorts } from "./quoted-transport.js";
import { icmp6To4, pointer6To4 } from "./tables.js";

/** What of every ICMPv4 error is headers. */
const HEADERS_LEN = ipv4.MIN_HEADER_LEN + icmp.ERROR_HEADER_LEN;

const MAX_IPV4_LEN = 65535;

/** Longest IPv4 packet that went out without DF (RFC 7915 §5.1). */
const MAX_LEN_WITHOUT_DF = 1260;

/** Code of ICMPv6 parameter problem whose pointer is translated (RFC 7915 §5.2). */
const ERRONEOUS_FIELD = 0;

/** Returns 0, or why the ICMPv6 error must not be translated; writes nothing. */
export function refuseErrorToIpv4(
  frame: DataView,
  packet: Packet,
  quote: Quote,
  limits: Limits,
): number {
  if (ipv6.hopLimit(frame, packet.at) <= limits.ttlStep) return TTL_EXPIRED;
  if (icmp6To4(quote.type, quote.code) < 0) return ICMP_UNTRANSLATABLE;
  const hasPointer = quote.type === icmp.V6_PARAMETER_PROBLEM && quote.code === ERRONEOUS_FIELD;
  if (hasPointer && pointer6To4(quote.pointer) < 0) return ICMP_UNTRANSLATABLE;
  const isIcmp = quote.protocol === ipv4.PROTOCOL_ICMP;
  if (isIcmp && !quote.isEcho && quote.fragmentOffset === 0) return ICMP_UNTRANSLATABLE;
  return quote.transportLen + ipv4.MIN_HEADER_LEN > MAX_IPV4_LEN ? MALFORMED_QUOTE : 0;
}

export class ErrorToIpv4 {
  readonly #limits: Limits;
  /** Bytes that the quote and its extension may take. */
  readonly #room: number;
  /** Scratch, so that writing a header makes no object. */
  readonly #header: ipv4.HeaderFields = {
    tos: 0,
    totalLen: 0,
    identification: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: 0,
    protocol: 0,
  };

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#room = Math.min(icmp.MAX_ERROR4_LEN, limits.mtu4) - HEADERS_LEN;
  }

  /**
   * Rewrites the ICMPv6 error as ICMPv4, in place, and returns the offset of its new first byte; packet.end
   * moves. The packet must have passed `refuseErrorToIpv4()`. Quoted addresses and ports are written as given;
   * `identification`: 16 bits from the translator's generator, for the error itself.
   */
  rewrite(
    frame: DataView,
    packet: Packet,
    quote: Quote,
    ends: ErrorEnds4,
    identification: number,
  ): number {
    const limits = this.#limits;
    const at = packet.at;
    const trafficClass = ipv6.trafficClass(frame, at);
    const hops = ipv6.hopLimit(frame, at);
    const typeAndCode = icmp6To4(quote.type, quote.code);
    const type = typeAndCode >>> 8;

    const quoteAt = this.#quoteToIpv4(frame, quote, ends);
    const icmpAt = quoteAt - icmp.ERROR_HEADER_LEN;
    const newAt = icmpAt - ipv4.MIN_HEADER_LEN;
    const fieldLen = extendedQuoteLen(frame, quote, quoteAt, this.#room, icmp.V4_LENGTH_UNIT);
    packet.end =
      fieldLen === 0
        ? Math.min(quote.end, quoteAt + this.#room)
        : moveExtension(frame, quote, quoteAt, fieldLen);

    const rest = secondWord(quote, typeAndCode, fieldLen, limits);
    icmp.writeHeader(frame, icmpAt, type, typeAndCode & 0xff, rest);
    icmp.writeChecksum(frame, icmpAt, packet.end, 0);
    const header = this.#header;
    header.tos = limits.trafficClass < 0 ? trafficClass : limits.trafficClass; // Traffic class -> TOS
    header.totalLen = packet.end - newAt;
    header.identification = identification;
    // An error is cut to 576 bytes, and so never reaches the size that RFC 7915 §5.1 sets DF for.
    header.dontFragment = false;
    header.ttl = hops - limits.ttlStep; // Hop limit -> TTL
    header.protocol = ipv4.PROTOCOL_ICMP;
    ipv4.writeHeader(frame, newAt, header, ends.source, ends.destination);
    writeOffload(frame, newAt, packet, true);
    return newAt;
  }

  /**
   * Rewrites the quoted IPv6 packet as IPv4 as on its way back, but with its TTL as it is and its own length,
   * cut off or not (RFC 7915 §5.3). Returns the offset of its new first byte.
   */
  #quoteToIpv4(frame: DataView, quote: Quote, ends: ErrorEnds4): number {
    const limits = this.#limits;
    const at = quote.at;
    // The sum is of 16 words, so the complement of the old is that many times 0xffff less.
    const removed = 16 * 0xffff - ipv6.sumAddresses(frame, at);
    const added = sumWord(ends.quotedSource) + sumWord(ends.quotedDestination);
    const trafficClass = ipv6.trafficClass(frame, at);
    const header = this.#header;
    header.tos = limits.trafficClass < 0 ? trafficClass : limits.trafficClass;
    header.totalLen = ipv4.MIN_HEADER_LEN + quote.transportLen;
    // Without a Fragment Header the identification was lost on the way in.
    header.identification = quote.identification & 0xffff;
    header.dontFragment = !quote.hasFragmentHeader && header.totalLen > MAX_LEN_WITHOUT_DF;
    header.ttl = ipv6.hopLimit(frame, at);
    header.protocol = quote.protocol;

    if (quote.isEcho) {
      const isRequest = icmp.type(frame, quote.transportAt) === icmp.V6_ECHO;
      const type = isRequest ? icmp.V4_ECHO : icmp.V4_ECHO_REPLY;
      const pseudoRemoved = removed + 0xffff - ipv6.NEXT_ICMPV6 + 0xffff - quote.transportLen;
      rewriteQuotedEcho(frame, quote, type, pseudoRemoved);
    } else {
      rewriteQuotedPorts(frame, quote, removed + added);
    }

    const newAt = quote.transportAt - ipv4.MIN_HEADER_LEN;
    ipv4.writeHeader(frame, newAt, header, ends.quotedSource, ends.quotedDestination);
    if (quote.isFragment) {
      ipv4.writeFragment(frame, newAt, quote.fragmentOffset, quote.moreFragments);
    }
    return newAt;
  }
}

/** What follows the checksum of an ICMPv4 error, unsigned 32-bit. */
function secondWord(quote: Quote, typeAndCode: number, fieldLen: number, limits: Limits): number {
  if (quote.type === icmp.V6_TOO_BIG) {
    return mtu6To4(quote.mtu, quote.hasFragmentHeader, limits.mtu4, limits.mtu6);
  }
  if (typeAndCode >>> 8 === icmp.V4_PARAMETER_PROBLEM) {
    return (pointer6To4(quote.pointer) << 24) >>> 0;
  }
  return (fieldLen / icmp.V4_LENGTH_UNIT) << 16;
}
