/** What the four paths have in common: the way in, the way out, and the checks that every packet gets. */
import { counterIndex, dropIndex } from "../counters.js";
import { completeAndClear } from "../translate/complete.js";
import { splitIpv4 } from "../translate/fragment/split-ipv4.js";
import { splitIpv6 } from "../translate/fragment/split-ipv6.js";
import { ErrorEnds4, ErrorEnds6 } from "../translate/icmp/ends.js";
import { Quote, readQuote4, readQuote6 } from "../translate/icmp/quote.js";
import type { Limits } from "../translate/limits.js";
import { isMartianIpv4 } from "../translate/martian.js";
import { readOffload } from "../translate/offload.js";
import { KIND_ICMP_ERROR, Packet, setPorts } from "../translate/packet.js";
import { readIpv4 } from "../translate/read-ipv4.js";
import { readIpv6 } from "../translate/read-ipv6.js";
import {
  MALFORMED_QUOTE,
  MARTIAN_IPV4_DESTINATION,
  MARTIAN_IPV4_SOURCE,
  MARTIAN_IPV6_SOURCE,
  NOT_IP,
  TOO_BIG,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { ABSORBED, FORWARDED, type PacketIo, type Pipeline } from "./packet-io.js";
import type { Parts } from "./parts.js";

const CREATED_PACKETS = counterIndex("created_packets");
const ABSORBED_PACKETS = counterIndex("absorbed_packets");
const ICMP_ERRORS_SENT = counterIndex("icmp_errors_sent");

export abstract class DomainPipeline implements Pipeline {
  protected readonly parts: Parts;
  protected readonly limits: Limits;
  protected readonly packet = new Packet();
  /** The packet that an ICMP error quotes; valid while packet.kind is KIND_ICMP_ERROR. */
  protected readonly quote = new Quote();
  /** Scratch: the IPv6 addresses of the packet that is read. */
  protected readonly source6 = new Uint32Array(4);
  protected readonly destination6 = new Uint32Array(4);
  /** Scratch: the addresses of the packet that is written. */
  protected readonly ends6 = new ErrorEnds6();
  protected readonly ends4 = new ErrorEnds4();
  /** Slot, bounds and time of the packet at hand. */
  protected slot = 0;
  protected outerAt = 0;
  protected outerEnd = 0;
  protected nowMs = 0;
  readonly #io: PacketIo;

  constructor(parts: Parts) {
    this.parts = parts;
    this.limits = parts.limits;
    this.#io = parts.output;
  }

  process(slot: number, at: number, end: number, nowMs: number): number {
    const frame = this.#io.frames[slot]!;
    this.slot = slot;
    this.outerAt = at;
    this.outerEnd = end;
    this.nowMs = nowMs;
    const version = at < end ? frame.getUint8(at) >>> 4 : 0;
    let verdict = NOT_IP;
    if (version === 4) verdict = this.fromIpv4(frame, at, end);
    else if (version === 6) verdict = this.fromIpv6(frame, at, end);
    if (verdict < 0) this.#answer(frame, at, end, version, verdict);
    return verdict;
  }

  abstract tick(nowMs: number): void;

  /** A packet from the IPv4 side. Returns a verdict. */
  protected abstract fromIpv4(frame: DataView, at: number, end: number): number;

  /** A packet from the provider's network. Returns a verdict. */
  protected abstract fromIpv6(frame: DataView, at: number, end: number): number;

  /** The MTU that a sender is told whose packet, of the family, was too big. */
  protected abstract reportedMtu(family: number): number;

  #answer(frame: DataView, at: number, end: number, family: number, verdict: number): void {
    const detail = verdict === TOO_BIG ? this.reportedMtu(family) : this.packet.pointer;
    if (this.parts.errors.answer(frame, at, end, this.packet, verdict, detail, this.nowMs)) {
      this.count(CREATED_PACKETS, 1);
      this.count(ICMP_ERRORS_SENT, 1);
    }
  }

  protected count(index: number, amount: number): void {
    this.parts.counters[index]! += amount;
  }

  /** Judges a packet of our own making in its place; its drop is counted here, since nobody read it. */
  protected inject(slot: number, at: number, end: number): void {
    const isIpv6 = this.#io.frames[slot]!.getUint8(at) >>> 4 === 6;
    const verdict = this.process(slot, at, end, this.nowMs);
    if (verdict < 0) this.count(dropIndex(verdict, isIpv6 ? 6 : 4), 1);
  }

  /** Emits the packet from `at` on. */
  protected forward(at: number): number {
    this.#io.emit(this.slot, at, this.packet.end);
    return FORWARDED;
  }

  /** Reads an IPv4 packet from the IPv4 side with its virtio header and quote. Returns 0 or a drop code. */
  protected admitIpv4(frame: DataView, at: number, end: number): number {
    const { packet } = this;
    return (
      readIpv4(frame, at, end, packet) ||
      readOffload(frame, at, packet) ||
      this.#refuseMartians(frame, at) ||
      this.readError4(frame)
    );
  }

  /** Reads an IPv6 packet with its transport header, virtio header, addresses and quote. Returns 0 or a drop code. */
  protected admitIpv6(frame: DataView, at: number, end: number): number {
    const { packet } = this;
    return (
      readIpv6(frame, at, end, packet) ||
      readOffload(frame, at, packet) ||
      this.readAddresses(frame, at) ||
      this.readError6(frame)
    );
  }

  /** The quote of an ICMPv4 error, whose ports stand for its own: it goes where the quoted packet came from. */
  protected readError4(frame: DataView): number {
    const { packet, quote } = this;
    if (packet.kind !== KIND_ICMP_ERROR || packet.isFragment) return 0;
    const refused = readQuote4(frame, packet, quote);
    if (refused < 0) return refused;
    if (ipv4.source(frame, quote.at) !== ipv4.destination(frame, packet.at)) return MALFORMED_QUOTE;
    setPorts(packet, quote.destinationPort, quote.sourcePort);
    return 0;
  }

  /** As `readError4()`, of an ICMPv6 error; the outer addresses have been read. */
  protected readError6(frame: DataView): number {
    const { packet, quote } = this;
    if (packet.kind !== KIND_ICMP_ERROR || packet.isFragment) return 0;
    const refused = readQuote6(frame, packet, quote);
    if (refused < 0) return refused;
    ipv6.readSource(frame, quote.at, this.ends6.quotedSource);
    if (!ipv6.sameAddress(this.ends6.quotedSource, this.destination6)) return MALFORMED_QUOTE;
    ipv6.readDestination(frame, quote.at, this.ends6.quotedDestination);
    setPorts(packet, quote.destinationPort, quote.sourcePort);
    return 0;
  }

  /** Copies both IPv6 addresses into scratch. Returns 0, or the drop code of an impossible source. */
  protected readAddresses(frame: DataView, at: number): number {
    ipv6.readSource(frame, at, this.source6);
    ipv6.readDestination(frame, at, this.destination6);
    return ipv6.isMartianSource(this.source6) ? MARTIAN_IPV6_SOURCE : 0;
  }

  /** RFC 7915 §4.1 lets ICMP errors pass with any source: the router that sends one may have no better. */
  #refuseMartians(frame: DataView, at: number): number {
    const source = this.packet.kind === KIND_ICMP_ERROR ? 1 << 24 : ipv4.source(frame, at);
    return refuseMartians(source, ipv4.destination(frame, at));
  }

  /** A source for an ICMPv4 error from a node without IPv4 address (RFC 6791 §3.2). */
  protected errorSource4(): number {
    const { errorSources4, random } = this.parts;
    return errorSources4[random() % errorSources4.length]!;
  }

  /**
   * Before the rewrite of a packet whose IPv6 form has `len` bytes (of each segment): completes what pieces of at
   * most `limit` bytes need. Returns 0, or ABSORBED when a super-packet was cut up and its segments were judged.
   */
  protected prepareToSplit(frame: DataView, len: number, limit: number): number {
    const { packet } = this;
    if (len <= limit || !packet.partial) return 0;
    if (packet.isSuper) return this.segment(frame);
    completeAndClear(frame, this.outerAt, packet);
    return 0;
  }

  /** Cuts the super-packet at hand into the packets that it stands for, and judges each. */
  protected segment(frame: DataView): number {
    const { segmenter } = this.parts;
    const { outerAt, packet } = this;
    this.count(CREATED_PACKETS, packet.segments);
    this.count(ABSORBED_PACKETS, 1);
    segmenter.cut(frame, outerAt, packet, this.#segments);
    return ABSORBED;
  }

  /** Emits the IPv6 packet from `at` on, in fragments where it is longer than `limit`. */
  protected forward6(frame: DataView, at: number, limit: number, identification: number): number {
    const { packet } = this;
    if (packet.isSuper || packet.end - at <= limit) return this.forward(at);
    return this.countPieces(splitIpv6(this.#io, this.slot, at, packet.end, limit, identification));
  }

  /** Emits the IPv4 packet from `at` on, in fragments where it is longer than `limit`. */
  protected forward4(at: number, limit: number): number {
    const { packet } = this;
    if (packet.isSuper || packet.end - at <= limit) return this.forward(at);
    return this.countPieces(splitIpv4(this.#io, this.slot, at, packet.end, limit));
  }

  protected countPieces(pieces: number): number {
    this.count(CREATED_PACKETS, pieces - 1);
    return FORWARDED;
  }
}

/** The drop code of an IPv4 address that is never forwarded, or 0. Addresses are unsigned 32-bit. */
export function refuseMartians(source: number, destination: number): number {
  if (isMartianIpv4(source)) return MARTIAN_IPV4_SOURCE;
  return isMartianIpv4(destination) ? MARTIAN_IPV4_DESTINATION : 0;
}
