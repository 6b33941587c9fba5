/**
 * An ICMPv6 error from inside a MAP-E tunnel, told to the sender of the IPv4 packet in it
 * (RFC 2473 §8.3, RFC 7597 §8.2): refuse first, then rewrite.
 */
import { ICMP_UNTRANSLATABLE } from "../../verdict.js";
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import type { Limits } from "../limits.js";
import { writeOffload } from "../offload.js";
import type { Packet } from "../packet.js";
import type { ErrorEnds4 } from "./ends.js";
import type { Quote } from "./quote.js";
import { rewriteQuotedEcho, rewriteQuotedPorts } from "./quoted-transport.js";

/** What of every ICMPv4 error is headers. */
const HEADERS_LEN = ipv4.MIN_HEADER_LEN + icmp.ERROR_HEADER_LEN;

/** The error is made here, unlike a translated one, which has come a way. */
const OWN_TTL = 64;
/** As in every error of our own: the DSCP of the packet that it is about, without its ECN field. */
const DSCP_MASK = 0xfc;

/** No IPv6 link carries less, and an error that says so is not believed (RFC 8201 §4). */
const IPV6_MIN_MTU = 1280;

const HOST_UNREACHABLE = 1;

/** Returns 0, or why nothing is told to the sender; writes nothing. Both quotes: `readTunnelQuote()`. */
export function refuseTunnelError(frame: DataView, quote: Quote): number {
  switch (quote.type) {
    case icmp.V6_TOO_BIG:
      // Without DF the tunnel is entered in fragments: the sender need not know.
      return ipv4.dontFragment(frame, quote.at) ? 0 : ICMP_UNTRANSLATABLE;
    case icmp.V6_UNREACHABLE:
    case icmp.V6_TIME_EXCEEDED:
    case icmp.V6_PARAMETER_PROBLEM:
      return 0;
    default:
      return ICMP_UNTRANSLATABLE;
  }
}

export class TunnelError {
  readonly #limits: Limits;
  /** Bytes that the quote may take. */
  readonly #room: number;
  /** Scratch, so that writing a header makes no object. */
  readonly #header: ipv4.HeaderFields = {
    tos: 0,
    totalLen: 0,
    identification: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    ttl: OWN_TTL,
    protocol: ipv4.PROTOCOL_ICMP,
  };

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#room = Math.min(icmp.MAX_ERROR4_LEN, limits.mtu4) - HEADERS_LEN;
  }

  /**
   * Rewrites the ICMPv6 error as an ICMPv4 one about the packet in the tunnel, in place, and returns the offset
   * of its first byte; packet.end moves. It must have passed `refuseTunnelError()`. Quoted addresses and ports
   * are written as given, on a CE those of the LAN host; `identification`: 16 bits, for the error itself.
   */
  rewrite(
    frame: DataView,
    packet: Packet,
    tunnel: Quote,
    quote: Quote,
    ends: ErrorEnds4,
    identification: number,
  ): number {
    const at = quote.at;
    const tooBig = quote.type === icmp.V6_TOO_BIG;
    const mtu = tooBig ? this.#innerMtu(quote.mtu, at - tunnel.at) : 0;
    const tos = ipv4.tos(frame, at) & DSCP_MASK;
    const delta =
      ipv4.writeSource(frame, at, ends.quotedSource) +
      ipv4.writeDestination(frame, at, ends.quotedDestination);
    if (quote.isEcho) rewriteQuotedEcho(frame, quote, icmp.type(frame, quote.transportAt), 0);
    else rewriteQuotedPorts(frame, quote, delta);

    packet.end = Math.min(quote.end, at + this.#room);
    const icmpAt = at - icmp.ERROR_HEADER_LEN;
    const code = tooBig ? icmp.V4_FRAGMENTATION_NEEDED : HOST_UNREACHABLE;
    icmp.writeHeader(frame, icmpAt, icmp.V4_UNREACHABLE, code, mtu);
    icmp.writeChecksum(frame, icmpAt, packet.end, 0);
    const newAt = icmpAt - ipv4.MIN_HEADER_LEN;
    const header = this.#header;
    header.tos = tos;
    header.totalLen = packet.end - newAt;
    header.identification = identification;
    ipv4.writeHeader(frame, newAt, header, ends.source, ends.destination);
    writeOffload(frame, newAt, packet, true);
    return newAt;
  }

  /** What is left of an IPv6 MTU for the packet inside; `headersLen`: of the tunnel, as it was quoted. */
  #innerMtu(mtu: number, headersLen: number): number {
    return Math.min(Math.max(mtu, IPV6_MIN_MTU), this.#limits.mtu6) - headersLen;
  }
}
