/**
 * ICMPv6 errors from inside a MAP-E tunnel, about a tunnel packet of ours, told to the IPv4 source of the packet inside
 * it (RFC 2473 §8).
 */
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import * as ipv6 from "../../wire/ipv6.js";
import { copyBytes } from "../fragment/copy-bytes.js";
import { HEADROOM, type Output } from "../output.js";
import { ErrorWriter4, MAX_QUOTE_LEN, QUOTE_AT } from "./error-writer.js";
import type { Quote } from "./quote.js";

const HOST_UNREACHABLE = (icmp.V4_UNREACHABLE << 8) | 1;
const FRAGMENTATION_NEEDED = (icmp.V4_UNREACHABLE << 8) | icmp.V4_FRAGMENTATION_NEEDED;
const HOP_LIMIT_EXCEEDED = 0;

/**
 * Type << 8 | code of the ICMPv4 error that an ICMPv6 error becomes (RFC 2473 §8.3), or 0 for none. The quoted
 * tunnel packet's inner header begins at quote.transportAt and must be there whole.
 */
export function relayedType(frame: DataView, quote: Quote): number {
  if (quote.protocol !== ipv6.NEXT_IPV4 || quote.isFragment) return 0;
  const innerAt = quote.transportAt;
  if (quote.end - innerAt < ipv4.MIN_HEADER_LEN || frame.getUint8(innerAt) >>> 4 !== 4) return 0;
  switch (quote.type) {
    case icmp.V6_UNREACHABLE:
      return HOST_UNREACHABLE;
    case icmp.V6_TIME_EXCEEDED:
      return quote.code === HOP_LIMIT_EXCEEDED ? HOST_UNREACHABLE : 0;
    case icmp.V6_TOO_BIG:
      // Without DF the tunnel end cuts the packet itself, so its sender need not know.
      return ipv4.dontFragment(frame, innerAt) ? FRAGMENTATION_NEEDED : 0;
    default:
      return 0;
  }
}

/** Bytes that the quoted tunnel packet has before its inner packet: 40, and more with extension headers. */
function tunnelHeadersLen(quote: Quote): number {
  return quote.transportAt - quote.at;
}

export class Relay {
  readonly #output: Output;
  readonly #writer = new ErrorWriter4();
  /** One past the last byte of the error written last; it begins at HEADROOM. */
  end = HEADROOM;

  constructor(output: Output) {
    this.#output = output;
  }

  /**
   * Writes the ICMPv4 error into a borrowed slot and returns the slot. `typeAndCode`: of `relayedType()`;
   * `identification`: 16 bits; `source`: unsigned 32-bit. It quotes the inner packet as far as that was quoted.
   */
  write(
    frame: DataView,
    quote: Quote,
    typeAndCode: number,
    identification: number,
    source: number,
  ): number {
    const slot = this.#output.borrow();
    const out = this.#output.frames[slot]!;
    const innerAt = quote.transportAt;
    const len = Math.min(quote.end - innerAt, MAX_QUOTE_LEN);
    copyBytes(frame, innerAt, out, QUOTE_AT, len);
    this.end = QUOTE_AT + len;
    // RFC 2473 §8.3: what is left of the reported MTU inside the tunnel.
    const mtu =
      typeAndCode === FRAGMENTATION_NEEDED
        ? Math.max(0, Math.min(quote.mtu, 0xffff) - tunnelHeadersLen(quote))
        : 0;
    const destination = ipv4.source(out, QUOTE_AT);
    this.#writer.write(out, this.end, typeAndCode, mtu, identification, source, destination);
    return slot;
  }
}
