/** Writes ICMPv4 errors of our own into a frame: the quote cut to what RFC 1812 §4.3.2.3 allows. */
import * as icmp from "../../wire/icmp.js";
import * as ipv4 from "../../wire/ipv4.js";
import { writeVnetNone } from "../offload.js";
import { HEADROOM } from "../output.js";

const MAX_ERROR_LEN = 576;
const OWN_TTL = 64;
const DSCP_MASK = 0xfc;

/** Where the quote of a written error begins. */
export const QUOTE_AT = HEADROOM + ipv4.MIN_HEADER_LEN + icmp.ECHO_HEADER_LEN;

/** Most bytes of a packet that an ICMPv4 error quotes. */
export const MAX_QUOTE_LEN = MAX_ERROR_LEN - ipv4.MIN_HEADER_LEN - icmp.ECHO_HEADER_LEN;

export class ErrorWriter4 {
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

  /**
   * Writes the headers of an error at HEADROOM around the quote in [QUOTE_AT, end), which is there already.
   * `typeAndCode`: type << 8 | code; `rest`: the word after the checksum. The DSCP is that of the quoted packet
   * (RFC 5508 §7.7). Addresses are unsigned 32-bit.
   */
  write(
    out: DataView,
    end: number,
    typeAndCode: number,
    rest: number,
    identification: number,
    source: number,
    destination: number,
  ): void {
    const icmpAt = HEADROOM + ipv4.MIN_HEADER_LEN;
    icmp.writeHeader(out, icmpAt, typeAndCode >>> 8, typeAndCode & 0xff, rest);
    icmp.writeChecksum(out, icmpAt, end, 0);
    const header = this.#header;
    header.tos = ipv4.tos(out, QUOTE_AT) & DSCP_MASK;
    header.totalLen = end - HEADROOM;
    header.identification = identification;
    ipv4.writeHeader(out, HEADROOM, header, source, destination);
    writeVnetNone(out, HEADROOM);
  }
}
