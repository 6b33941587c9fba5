/** What the four paths have in common: the way in, the way out, and the checks that every packet gets. */
import { counterIndex, dropIndex } from "../counters.js";
import type { ErrorSender } from "../translate/error-sender.js";
import { completeAndClear } from "../translate/fragment/complete-and-clear.js";
import { FragmentKey } from "../translate/fragment/fragment-key.js";
import { Ipv4Splitter } from "../translate/fragment/split-ipv4.js";
import { Ipv6Splitter } from "../translate/fragment/split-ipv6.js";
import { ErrorEnds4, ErrorEnds6 } from "../translate/icmp/ends.js";
import { Quote, readQuote4, readQuote6 } from "../translate/icmp/quote.js";
import { exceedsIpv4, ipv4Len } from "../translate/ipv6-to-ipv4.js";
import type { Limits } from "../translate/limits.js";
import { isMartianIpv4 } from "../translate/martian.js";
import { readOffload } from "../translate/offload.js";
import { KIND_ICMP_ERROR, Packet, resetPacket, setPorts } from "../translate/packet.js";
import { readIpv4 } from "../translate/read-ipv4.js";
import { readIpv6 } from "../translate/read-ipv6.js";
import {
  FRAGMENT_TIMEOUT,
  MALFORMED_QUOTE,
  MARTIAN_IPV4_DESTINATION,
  MARTIAN_IPV4_SOURCE,
  MARTIAN_IPV6_SOURCE,
  NOT_IP,
  TOO_BIG,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import * as virtio from "../wire/virtio.js";
import { Fragments, type Judge } from "./fragments.js";
import type { LanHairpin } from "./lan-hairpin.js";
import { FROM_FRAGMENTS, FROM_SEGMENTS, FROM_WAITING, type Observer } from "./observer.js";
import { FORWARDED, type Output, type Pipeline } from "./packet-io.js";
import type { Parts } from "./parts.js";

const CREATED_PACKETS = counterIndex("created_packets");
const ICMP_ERRORS_SENT = counterIndex("icmp_errors_sent");

export abstract class DomainPipeline implements Pipeline, Judge {
  protected readonly parts: Parts;
  protected readonly limits: Limits;
  /** True where there are identifications of ours to be given. */
  protected readonly renumbers: boolean;
  protected readonly packet = new Packet();
  /** The packet that an ICMP error quotes; valid while packet.kind is KIND_ICMP_ERROR. */
  protected readonly quote = new Quote();
  /** Scratch: the IPv6 addresses of the packet that is read. */
  protected readonly source6 = new Uint32Array(4);
  protected readonly destination6 = new Uint32Array(4);
  /** Scratch: the IPv6 addresses that an ICMPv6 error quotes. */
  protected readonly quotedSource6 = new Uint32Array(4);
  protected readonly quotedDestination6 = new Uint32Array(4);
  /** Scratch: the addresses of the packet that is written. */
  protected readonly ends6 = new ErrorEnds6();
  protected readonly ends4 = new ErrorEnds4();
  /** Slot and time of the packet at hand. */
  protected slot = 0;
  protected nowMs = 0;
  /** True where the packet at hand was put together here. */
  #isReassembled = false;
  /** True where the packet at hand is a fragment that waited, whose ports are known. */
  #isResumed = false;
  readonly #key = new FragmentKey();
  /** One that came before, and is told about while another may be at hand. */
  readonly #formerPacket = new Packet();
  readonly #fragments: Fragments;
  readonly #splitter4: Ipv4Splitter;
  readonly #splitter6: Ipv6Splitter;
  readonly #io: Output;
  #observer: Observer | null = null;

  constructor(parts: Parts) {
    this.parts = parts;
    this.limits = parts.limits;
    this.renumbers = parts.fragments.identifications !== null;
    this.#io = parts.output;
    const { output, counters, random } = parts;
    this.#fragments = new Fragments(output, counters, random, parts.fragments, this);
    this.#splitter4 = new Ipv4Splitter(parts.output);
    this.#splitter6 = new Ipv6Splitter(parts.output);
  }

  process(slot: number, at: number, end: number, nowMs: number): number {
    const frame = this.#io.frames[slot]!;
    this.slot = slot;
    this.nowMs = nowMs;
    const version = at < end ? frame.getUint8(at) >>> 4 : 0;
    let verdict = NOT_IP;
    if (version === 4) verdict = this.fromIpv4(frame, at, end);
    else if (version === 6) verdict = this.fromIpv6(frame, at, end);
    if (verdict < 0) this.#answer(frame, at, end, this.packet, verdict);
    // After the first fragment, not before: a datagram leaves in the order of its offsets.
    if (this.#fragments.hasReady && !this.#isResumed) this.#fragments.releaseReady();
    return verdict;
  }

  tick(nowMs: number): void {
    this.nowMs = nowMs;
    this.#fragments.expire(nowMs);
  }

  retire(): void {
    this.#fragments.expire(Number.POSITIVE_INFINITY);
  }

  observe(observer: Observer | null): void {
    this.#observer = observer;
    this.#fragments.observe(observer);
  }

  /** A packet from the IPv4 side. Returns a verdict. */
  protected abstract fromIpv4(frame: DataView, at: number, end: number): number;

  /** A packet from the provider's network. Returns a verdict. */
  protected abstract fromIpv6(frame: DataView, at: number, end: number): number;

  /** The MTU that a sender is told whose packet, of the family, was too big. */
  protected abstract reportedMtu(family: number): number;

  #answer(frame: DataView, at: number, end: number, packet: Packet, verdict: number): void {
    const family = at < end ? frame.getUint8(at) >>> 4 : 0;
    const detail = verdict === TOO_BIG ? this.reportedMtu(family) : packet.pointer;
    this.#countError(this.parts.errors.answer(frame, at, end, packet, verdict, detail, this.nowMs));
  }

  #countError(sent: boolean): void {
    if (!sent) return;
    this.count(CREATED_PACKETS, 1);
    this.count(ICMP_ERRORS_SENT, 1);
  }

  /** Tells the sender of a packet that was dropped some time ago that its port is nobody's. */
  protected tellPortUnreachable(
    errors: ErrorSender,
    frame: DataView,
    at: number,
    end: number,
  ): void {
    const packet = this.#formerPacket;
    resetPacket(packet);
    packet.segmentLen = end - at;
    this.#countError(errors.portUnreachable(frame, at, end, packet, this.nowMs));
  }

  protected count(index: number, amount: number): void {
    this.parts.counters[index]! += amount;
  }

  segment(slot: number, at: number, end: number): void {
    this.#inject(slot, at, end, FROM_SEGMENTS);
  }

  reassembled(slot: number, at: number, end: number): void {
    this.#isReassembled = true;
    // A fault in this packet is not one of those behind it. Few packets come this way.
    try {
      this.#inject(slot, at, end, FROM_FRAGMENTS);
    } finally {
      this.#isReassembled = false;
    }
  }

  resumed(slot: number, at: number, end: number): void {
    this.#isResumed = true;
    try {
      this.#inject(slot, at, end, FROM_WAITING);
    } finally {
      this.#isResumed = false;
    }
  }

  timedOut(slot: number, at: number, end: number): void {
    const packet = this.#formerPacket;
    resetPacket(packet);
    packet.segmentLen = end - at;
    this.#answer(this.#io.frames[slot]!, at, end, packet, FRAGMENT_TIMEOUT);
  }

  /** Judges a packet of our own making; its drop is counted here, since nobody read it from the device. */
  #inject(slot: number, at: number, end: number, origin: number): void {
    const observer = this.#observer;
    const isIpv6 = this.#io.frames[slot]!.getUint8(at) >>> 4 === 6;
    if (observer !== null) observer.entered(slot, at, end, origin);
    const verdict = this.process(slot, at, end, this.nowMs);
    if (verdict < 0) this.count(dropIndex(verdict, isIpv6 ? 6 : 4), 1);
    if (observer !== null) observer.left(verdict);
  }

  /**
   * Finds the ports that a fragment at hand has by its datagram. `needsPorts`: the address is shared, or NAT44 is on.
   * Returns 0, a drop code, HELD while the first fragment is not there, or ABSORBED.
   */
  protected resolveFragment(frame: DataView, needsPorts: boolean): number {
    const { packet } = this;
    if (!packet.isFragment || !needsPorts || !hasPorts(packet.protocol)) return 0;
    const key = this.#key;
    this.setFragmentKey(frame, key);
    return this.#isResumed
      ? this.#fragments.resume(frame, packet, key, this.nowMs)
      : this.#fragments.findPorts(frame, packet, key, this.nowMs);
  }

  /** The identification that the fragment at hand leaves with, by its datagram. */
  protected outsideIdentification(): number {
    const { identification } = this.#fragments;
    return identification < 0 ? this.packet.identification : identification;
  }

  /** The identification for the fragments of the whole packet at hand, which is cut here. */
  protected newIdentification(): number {
    return this.parts.fragments.identifications?.next() ?? this.packet.identification;
  }

  /**
   * True where the IPv4 packet at hand gets an identification of ours: it is, or may become, fragments, and other hosts
   * behind this NAT may use the same one (RFC 6864 §4.1, RFC 7857 §10).
   */
  protected isRenumbered(frame: DataView): boolean {
    const { packet } = this;
    return this.renumbers && (packet.isFragment || !ipv4.dontFragment(frame, packet.at));
  }

  /** Writes that identification, the same into all fragments of a datagram. No super-packet: see `cutToRenumber()`. */
  protected renumber(frame: DataView): void {
    if (!this.isRenumbered(frame)) return;
    const isFragment = this.packet.isFragment;
    const identification = isFragment ? this.outsideIdentification() : this.newIdentification();
    ipv4.replaceIdentification(frame, this.packet.at, identification);
  }

  /** Cuts a super-packet whose segments get identifications each of its own. Returns 0 or ABSORBED. */
  protected cutToRenumber(frame: DataView): number {
    return this.packet.isSuper && this.isRenumbered(frame) ? this.cutSegments(frame) : 0;
  }

  /** The key of the fragment at hand; a tunnel end's has the far end in it. */
  protected setFragmentKey(frame: DataView, key: FragmentKey): void {
    const { packet } = this;
    if (frame.getUint8(packet.at) >>> 4 === 4) key.setIpv4(frame, packet);
    else key.setIpv6(frame, packet, packet.protocol);
  }

  /** Puts fragmented ICMP together: its checksum changes with the family, over bytes that a fragment lacks (RFC 7915 §1.2). */
  protected reassembleIcmp(frame: DataView): number {
    const { packet } = this;
    if (!packet.isFragment || packet.protocol !== ipv4.PROTOCOL_ICMP) return 0;
    this.setFragmentKey(frame, this.#key);
    return this.#fragments.reassemble(frame, packet, this.#key, this.nowMs);
  }

  /** Puts outer fragments together, whose headers `outer` has (RFC 2473 §7). Returns a verdict. */
  protected reassembleOuter(frame: DataView, outer: Packet): number {
    this.#key.setIpv6(frame, outer, 0);
    return this.#fragments.reassemble(frame, outer, this.#key, this.nowMs);
  }

  /** Sends the packet from the LAN at hand back there. Returns a verdict. */
  protected turnAround(frame: DataView, hairpin: LanHairpin): number {
    const { packet, quote, limits } = this;
    const unfit = hairpin.refuse(frame, packet, quote, this.nowMs);
    if (unfit < 0) return unfit;
    const cut =
      this.cutToRenumber(frame) || this.prepareToSplit(frame, packet.segmentLen, limits.mtu4);
    if (cut !== 0) return cut;
    this.renumber(frame);
    hairpin.rewrite(frame, packet, quote);
    return this.forward4(packet.at, limits.mtu4);
  }

  /** Emits the packet from `at` on. */
  protected forward(at: number): number {
    this.#io.emit(this.slot, at, this.packet.end);
    return FORWARDED;
  }

  /** Reads an IPv4 packet from the IPv4 side with its virtio header and quote. Returns 0 or a drop code. */
  protected admitIpv4(frame: DataView, at: number, end: number): number {
    const { packet } = this;
    // First of all: the compiler then knows on every way from here what `frame` is, and does not ask at each field.
    const isPlain = virtio.isNone(frame, at);
    const refused =
      readIpv4(frame, at, end, packet) || (isPlain ? 0 : readOffload(frame, at, packet));
    packet.wasFragmented = this.#isReassembled;
    return refused || this.#refuseMartians(frame, at) || this.readError4(frame);
  }

  /** Reads an IPv6 packet with its transport header, virtio header, addresses and quote. Returns 0 or a drop code. */
  protected admitIpv6(frame: DataView, at: number, end: number): number {
    const { packet } = this;
    const isPlain = virtio.isNone(frame, at); // As in `admitIpv4()`.
    const refused =
      readIpv6(frame, at, end, packet) || (isPlain ? 0 : readOffload(frame, at, packet));
    packet.wasFragmented = this.#isReassembled;
    return refused || this.readAddresses(frame, at) || this.readError6(frame);
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
    const refused = readQuote6(frame, packet, quote) || this.readQuotedAddresses(frame, quote);
    if (refused < 0) return refused;
    setPorts(packet, quote.destinationPort, quote.sourcePort);
    return 0;
  }

  /** Copies the IPv6 addresses of a quote into scratch. Returns 0, or a drop code where the error went to somebody else. */
  protected readQuotedAddresses(frame: DataView, quote: Quote): number {
    ipv6.readSource(frame, quote.at, this.quotedSource6);
    ipv6.readDestination(frame, quote.at, this.quotedDestination6);
    return ipv6.sameAddress(this.quotedSource6, this.destination6) ? 0 : MALFORMED_QUOTE;
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
   * Before the rewrite of a packet that becomes `len` bytes long (each segment of it): completes what pieces of at most
   * `limit` bytes need. Returns 0, or ABSORBED when a super-packet was cut up and its segments were judged.
   */
  protected prepareToSplit(frame: DataView, len: number, limit: number): number {
    const { packet } = this;
    if (len <= limit || !packet.partial) return 0;
    if (packet.isSuper) return this.cutSegments(frame);
    completeAndClear(frame, packet);
    return 0;
  }

  /** As `prepareToSplit()`, of an IPv6 packet that becomes IPv4. */
  protected prepareForIpv4(frame: DataView): number {
    const { packet } = this;
    if (packet.isSuper && exceedsIpv4(packet)) return this.cutSegments(frame);
    return this.prepareToSplit(frame, ipv4Len(packet), this.limits.mtu4);
  }

  /** Cuts the super-packet at hand into the packets that it stands for, and judges each. */
  protected cutSegments(frame: DataView): number {
    return this.#fragments.segment(frame, this.packet);
  }

  /** Emits the IPv6 packet from `at` on, in fragments where it is longer than `limit`. */
  protected forward6(at: number, limit: number, identification: number): number {
    const { end, isSuper } = this.packet;
    if (isSuper || end - at <= limit) return this.forward(at);
    return this.countPieces(this.#splitter6.split(this.slot, at, end, limit, identification));
  }

  /** Emits the IPv4 packet from `at` on, in fragments where it is longer than `limit`. */
  protected forward4(at: number, limit: number): number {
    const { end, isSuper } = this.packet;
    if (isSuper || end - at <= limit) return this.forward(at);
    return this.countPieces(this.#splitter4.split(this.slot, at, end, limit));
  }

  protected countPieces(pieces: number): number {
    this.count(CREATED_PACKETS, pieces - 1);
    return FORWARDED;
  }
}

/** Other protocols have no ports to be found, and go by their addresses alone. */
function hasPorts(protocol: number): boolean {
  return (
    protocol === ipv4.PROTOCOL_TCP ||
    protocol === ipv4.PROTOCOL_UDP ||
    protocol === ipv4.PROTOCOL_ICMP
  );
}

/** The drop code of an IPv4 address that is never forwarded, or 0. Addresses are unsigned 32-bit. */
export function refuseMartians(source: number, destination: number): number {
  if (isMartianIpv4(source)) return MARTIAN_IPV4_SOURCE;
  return isMartianIpv4(destination) ? MARTIAN_IPV4_DESTINATION : 0;
}
