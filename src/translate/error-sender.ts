/**
 * ICMP errors of our own, about packets that were dropped (RFC 792, RFC 1812 §4.3.2, RFC 4443 §2.4).
 * A dropped packet is unmodified, so its frame is what the error quotes.
 */

import { NO_PORT_FOR_SHARED_ADDRESS } from "../verdict.js";
import { sumAddress } from "../wire/checksum.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as tcp from "../wire/tcp.js";
import * as udp from "../wire/udp.js";
import { completeChecksum } from "./complete.js";
import { type ErrorPolicy, ReplyTable } from "./error-replies.js";
import { copyBytes } from "./fragment/copy-bytes.js";
import { isMartianIpv4 } from "./martian.js";
import { writeVnetNone } from "./offload.js";
import { HEADROOM, type Output } from "./output.js";
import { KIND_ICMP_OTHER, type Packet } from "./packet.js";
import type { TokenBucket } from "./token-bucket.js";

/** Where the quote begins in an error of ours, and the most of it that fits (RFC 1812 §4.3.2.3, RFC 4443 §2.4). */
const QUOTE4_AT = HEADROOM + ipv4.MIN_HEADER_LEN + icmp.ERROR_HEADER_LEN;
const QUOTE6_AT = HEADROOM + ipv6.HEADER_LEN + icmp.ERROR_HEADER_LEN;
const MAX_QUOTE4_LEN = HEADROOM + icmp.MAX_ERROR4_LEN - QUOTE4_AT;
const MAX_QUOTE6_LEN = HEADROOM + icmp.MAX_ERROR6_LEN - QUOTE6_AT;

const OWN_TTL = 64;
const DSCP_MASK = 0xfc;
/** Headers walked before a packet is taken for no ICMPv6 error; longer chains get no answer anyway. */
const MAX_EXTENSIONS = 8;

export interface ErrorSources {
  /** Source of ICMPv4 errors, unsigned 32-bit; more than one: taken at random (RFC 6791 §3.2). */
  readonly ipv4: readonly number[];
  /** Source of ICMPv6 errors; null: there is none, and no such error. */
  readonly ipv6: Uint32Array | null;
}

export class ErrorSender {
  readonly #output: Output;
  readonly #replies: ReplyTable;
  readonly #bucket: TokenBucket;
  readonly #sources4: Uint32Array;
  readonly #source6: Uint32Array | null;
  readonly #policy: ErrorPolicy;
  readonly #random: () => number;
  /** Scratch. */
  readonly #destination6 = new Uint32Array(4);
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

  /** `bucket` limits the errors of all senders that share it. `random` gives unsigned 32-bit numbers. */
  constructor(
    output: Output,
    sources: ErrorSources,
    policy: ErrorPolicy,
    bucket: TokenBucket,
    random: () => number,
  ) {
    this.#output = output;
    this.#replies = new ReplyTable(policy);
    this.#policy = policy;
    this.#bucket = bucket;
    this.#sources4 = Uint32Array.from(sources.ipv4);
    this.#source6 = sources.ipv6;
    this.#random = random;
  }

  /**
   * A sender of ICMPv4 errors from one source through another output; both together keep to the one rate.
   * `identifications` gives those of its packets.
   */
  over(output: Output, source: number, identifications: () => number): ErrorSender {
    const sources = { ipv4: [source], ipv6: null };
    return new ErrorSender(output, sources, this.#policy, this.#bucket, identifications);
  }

  /**
   * Answers the packet in [at, end), dropped for `dropCode`, where an answer is due; `detail` is the MTU of
   * "too big" or the pointer of a parameter problem, else 0; `packet` is what was read of the frame.
   * Returns true when an error was queued.
   */
  answer(
    frame: DataView,
    at: number,
    end: number,
    packet: Packet,
    dropCode: number,
    detail: number,
    nowMs: number,
  ): boolean {
    const family = at < end ? frame.getUint8(at) >>> 4 : 0;
    if (family !== 4 && family !== 6) return false;
    const reply = this.#replies.replyTo(dropCode, family);
    if (reply === 0 || (family === 6 && this.#source6 === null)) return false;
    // "Protocol unreachable" would deny ICMP as a whole, and nobody is told about IGMP (RFC 7915 §4.2).
    const isControl = packet.kind === KIND_ICMP_OTHER || packet.protocol === ipv4.PROTOCOL_IGMP;
    if (dropCode === NO_PORT_FOR_SHARED_ADDRESS && isControl) return false;
    return this.#tell(frame, at, end, packet, reply, detail, nowMs);
  }

  /**
   * Tells the sender of the packet in [at, end) that nobody listens on its port (RFC 792, RFC 4443 §3.1); for drops
   * that `answer()` is silent about. Returns true when an error was queued.
   */
  portUnreachable(
    frame: DataView,
    at: number,
    end: number,
    packet: Packet,
    nowMs: number,
  ): boolean {
    const reply = this.#replies.portUnreachable(frame.getUint8(at) >>> 4);
    return reply !== 0 && this.#tell(frame, at, end, packet, reply, 0, nowMs);
  }

  /** Takes the right to send an ICMP error that somebody else writes; false when too many were sent. */
  take(nowMs: number): boolean {
    return this.#bucket.take(nowMs);
  }

  #tell(
    frame: DataView,
    at: number,
    end: number,
    packet: Packet,
    reply: number,
    detail: number,
    nowMs: number,
  ): boolean {
    const isIpv4 = frame.getUint8(at) >>> 4 === 4;
    const deserved = isIpv4
      ? deservesError4(frame, at, end)
      : deservesError6(frame, at, end, reply >>> 8);
    if (!deserved || !this.#bucket.take(nowMs)) return false;
    if (isIpv4) this.#send4(frame, at, packet, reply, detail);
    else this.#send6(frame, at, packet, reply, detail);
    return true;
  }

  #send4(frame: DataView, at: number, packet: Packet, reply: number, detail: number): void {
    const len = Math.min(ipv4.totalLen(frame, at), packet.segmentLen, MAX_QUOTE4_LEN);
    const slot = this.#output.borrow();
    const out = this.#output.frames[slot]!;
    const icmpAt = QUOTE4_AT - icmp.ERROR_HEADER_LEN;
    const end = QUOTE4_AT + len;
    quote(frame, at, packet, out, QUOTE4_AT, len);
    // The MTU of "fragmentation needed" is the low half of the word (RFC 1191 §4).
    icmp.writeHeader(out, icmpAt, reply >>> 8, reply & 0xff, detail);
    icmp.writeChecksum(out, icmpAt, end, 0);
    const header = this.#header;
    header.tos = ipv4.tos(frame, at) & DSCP_MASK;
    header.totalLen = end - HEADROOM;
    header.identification = this.#random() & 0xffff;
    const source = this.#sources4[this.#random() % this.#sources4.length]!;
    ipv4.writeHeader(out, HEADROOM, header, source, ipv4.source(frame, at));
    writeVnetNone(out, HEADROOM);
    this.#output.emit(slot, HEADROOM, end);
  }

  #send6(frame: DataView, at: number, packet: Packet, reply: number, detail: number): void {
    const source = this.#source6!;
    const len = Math.min(ipv6.HEADER_LEN + ipv6.payloadLen(frame, at), MAX_QUOTE6_LEN);
    const slot = this.#output.borrow();
    const out = this.#output.frames[slot]!;
    const icmpAt = QUOTE6_AT - icmp.ERROR_HEADER_LEN;
    const end = QUOTE6_AT + len;
    const trafficClass = ipv6.trafficClass(frame, at) & DSCP_MASK;
    ipv6.readSource(frame, at, this.#destination6);
    quote(frame, at, packet, out, QUOTE6_AT, len);
    ipv6.writeFixed(out, HEADROOM, trafficClass, end - icmpAt, ipv6.NEXT_ICMPV6, OWN_TTL);
    ipv6.writeAddresses(out, HEADROOM, source, this.#destination6);
    icmp.writeHeader(out, icmpAt, reply >>> 8, reply & 0xff, detail);
    const addresses = sumAddress(source) + sumAddress(this.#destination6);
    icmp.writeChecksum(out, icmpAt, end, addresses + end - icmpAt + ipv6.NEXT_ICMPV6);
    writeVnetNone(out, HEADROOM);
    this.#output.emit(slot, HEADROOM, end);
  }
}

/** RFC 1812 §4.3.2.7: nothing about ICMP errors, multicast, later fragments, sources that are nobody. */
function deservesError4(frame: DataView, at: number, end: number): boolean {
  if (!ipv4.fits(frame, at, end)) return false;
  if (isMartianIpv4(ipv4.source(frame, at)) || isMartianIpv4(ipv4.destination(frame, at))) {
    return false;
  }
  if (ipv4.fragmentOffset(frame, at) !== 0) return false;
  if (ipv4.protocol(frame, at) !== ipv4.PROTOCOL_ICMP) return true;
  const icmpAt = at + ipv4.headerLen(frame, at);
  return icmpAt < end && icmp.isQuery4(icmp.type(frame, icmpAt));
}

/** RFC 4443 §2.4(e): as in IPv4, but "too big" is told about multicast, too. */
function deservesError6(frame: DataView, at: number, end: number, type: number): boolean {
  if (!ipv6.fits(frame, at, end)) return false;
  if (ipv6.hasMartianSource(frame, at)) return false;
  if (ipv6.isMulticastDestination(frame, at) && type !== icmp.V6_TOO_BIG) return false;
  let next = ipv6.nextHeader(frame, at);
  let cursor = at + ipv6.HEADER_LEN;
  for (let i = 0; i < MAX_EXTENSIONS && ipv6.isExtension(next); i++) {
    if (end - cursor < ipv6.MIN_EXTENSION_LEN) return false;
    if (next === ipv6.NEXT_FRAGMENT && ipv6.fragmentOffset(frame, cursor) !== 0) return false;
    const len = ipv6.extensionLen(frame, cursor, next);
    next = frame.getUint8(cursor);
    cursor += len;
  }
  if (next !== ipv6.NEXT_ICMPV6) return !ipv6.isExtension(next);
  return cursor < end && icmp.isInformational6(icmp.type(frame, cursor));
}

/**
 * Copies the first bytes of the dropped packet. What the kernel left partial, or would have cut, is made what
 * the sender will find in its own packet: a complete checksum, the lengths of one segment.
 */
function quote(
  from: DataView,
  fromAt: number,
  packet: Packet,
  to: DataView,
  toAt: number,
  len: number,
): void {
  copyBytes(from, fromAt, to, toAt, len);
  if (!packet.partial) return;
  const isUdp = packet.protocol === ipv4.PROTOCOL_UDP;
  const transportAt = toAt + packet.transportAt - fromAt;
  const checksumAt = transportAt + (isUdp ? udp.OFF_CHECKSUM : tcp.OFF_CHECKSUM);
  if (checksumAt + 2 <= toAt + len) to.setUint16(checksumAt, completeChecksum(from, packet));
  const missing = packet.len - packet.segmentLen;
  if (missing === 0) return;
  const ipAt = toAt + packet.at - fromAt;
  if (from.getUint8(packet.at) >>> 4 === 4) ipv4.writeTotalLen(to, ipAt, packet.segmentLen);
  else ipv6.writePayloadLen(to, ipAt, packet.segmentLen - ipv6.HEADER_LEN);
  if (isUdp) udp.writeLen(to, transportAt, udp.len(from, packet.transportAt) - missing);
}
