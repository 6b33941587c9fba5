/** What both ends of a MAP-E tunnel do: outer headers off and on, outer fragments, errors from inside the tunnel. */

import type { FragmentKey } from "../translate/fragment/fragment-key.js";
import { Ipv4Splitter } from "../translate/fragment/split-ipv4.js";
import { Quote, readTunnelQuote } from "../translate/icmp/quote.js";
import { refuseTunnelError, TunnelError } from "../translate/icmp/tunnel-error.js";
import { readOffload, writeOffload, writeVnetNone } from "../translate/offload.js";
import { Packet, resetPacket, setPorts } from "../translate/packet.js";
import { readIpv4 } from "../translate/read-ipv4.js";
import { readIpv6, readIpv6Headers } from "../translate/read-ipv6.js";
import {
  enterTunnel,
  putOuterHeader,
  refuseEncapsulation,
  tunnelLen,
} from "../translate/tunnel.js";
import { TunnelOutput } from "../translate/tunnel-output.js";
import { ICMP_RATE_LIMITED, NOT_ENCAPSULATED } from "../verdict.js";
import * as icmp from "../wire/icmp.js";
import * as ipv6 from "../wire/ipv6.js";
import { VNET_HEADER_LEN } from "../wire/virtio.js";
import { DomainPipeline } from "./domain-pipeline.js";
import type { Parts } from "./parts.js";

export interface TunnelOptions {
  /** Fragments before (inner) or after (outer) the tunnel header goes on (RFC 2473 §7.2, RFC 4459 §3.4). */
  readonly fragmentation: "outer" | "inner";
}

export abstract class TunnelEnd extends DomainPipeline {
  /** The outer headers of the tunnel packet at hand. */
  protected readonly outer = new Packet();
  readonly #tunnelQuote = new Quote();
  readonly #tunnelError: TunnelError;
  readonly #inner: TunnelOutput;
  readonly #innerSplitter: Ipv4Splitter;
  readonly #fragmentsInside: boolean;

  constructor(parts: Parts, options: TunnelOptions) {
    super(parts);
    this.#tunnelError = new TunnelError(parts.limits);
    this.#inner = new TunnelOutput(parts.output, parts.limits);
    this.#innerSplitter = new Ipv4Splitter(this.#inner, VNET_HEADER_LEN + ipv6.HEADER_LEN);
    this.#fragmentsInside = options.fragmentation === "inner";
  }

  /** An ICMPv6 error goes to a tunnel end as told by the family, so both take an IPv6 header off or put it on. */
  protected override reportedMtu(family: number): number {
    const { mtu4, mtu6 } = this.limits;
    // What is turned around to another CE must fit a tunnel again.
    return family === 6 ? Math.min(mtu4 + ipv6.HEADER_LEN, mtu6) : mtu6 - ipv6.HEADER_LEN;
  }

  /** Reads the outer headers and addresses. Returns 0 or a drop code. */
  protected admitOuter(frame: DataView, at: number, end: number): number {
    // What is refused for its outer headers has no inner ones: an answer must not know those of the packet before.
    resetPacket(this.packet);
    const refused = readIpv6Headers(frame, at, end, this.outer);
    this.packet.pointer = this.outer.pointer;
    return refused || this.readAddresses(frame, at);
  }

  /** True for an ICMPv6 error, not echo and the like; the outer headers have been read. */
  protected isErrorFromInside(frame: DataView): boolean {
    const { protocol, isFragment, transportAt, end } = this.outer;
    if (protocol !== ipv6.NEXT_ICMPV6 || isFragment || transportAt === end) return false;
    return icmp.isError6(icmp.type(frame, transportAt));
  }

  /** Reads the inner packet, after outer reassembly where that is due. Returns 0 or a verdict. */
  protected admitInner(frame: DataView): number {
    const { outer, packet } = this;
    if (outer.isFragment && mayHoldIpv4(outer.protocol)) return this.reassembleOuter(frame, outer);
    if (outer.protocol !== ipv6.NEXT_IPV4) return NOT_ENCAPSULATED;
    const refused = readIpv4(frame, outer.transportAt, outer.end, packet);
    packet.outerAt = outer.at;
    const unread = refused || readOffload(frame, outer.at, packet);
    return unread < 0 ? unread : this.readError4(frame);
  }

  protected override setFragmentKey(frame: DataView, key: FragmentKey): void {
    if (this.packet.outerAt === this.packet.at) key.setIpv4(frame, this.packet);
    else key.setTunnelled(frame, this.packet, this.source6);
  }

  /** Returns 0, or why the packet at hand may not enter a tunnel whose path carries `mtu6`. */
  protected refuseTunnel(frame: DataView, mtu6: number): number {
    return refuseEncapsulation(frame, this.packet, this.limits, mtu6);
  }

  /** Before anything is written: see `prepareToSplit()`. */
  protected prepareForTunnel(frame: DataView, mtu6: number): number {
    return this.prepareToSplit(frame, tunnelLen(this.packet), mtu6);
  }

  /** Sends the IPv4 packet at hand into the tunnel from ends6.source to ends6.destination. */
  protected tunnel(frame: DataView, mtu6: number): number {
    const { packet, limits, ends6 } = this;
    enterTunnel(frame, packet, limits);
    if (this.#fragmentsInside && tunnelLen(packet) > mtu6) return this.#tunnelFragments(mtu6);
    const { at, end } = packet;
    const newAt = putOuterHeader(frame, at, end, limits, ends6.source, ends6.destination);
    writeOffload(frame, newAt, packet, true);
    if (packet.isSuper || end - newAt <= mtu6) return this.forward(newAt);
    // RFC 7597 §8.3.1: BRs that share an address must not choose the same identifications.
    return this.forward6(newAt, mtu6, this.parts.random());
  }

  /** Sends an ICMPv4 error of our own, from packet.at on, into the tunnel from ends6.source to ends6.destination. */
  protected tunnelError(frame: DataView): number {
    const { limits, ends6 } = this;
    const { at, end } = this.packet;
    const newAt = putOuterHeader(frame, at, end, limits, ends6.source, ends6.destination);
    writeVnetNone(frame, newAt);
    return this.forward(newAt);
  }

  #tunnelFragments(mtu6: number): number {
    const { packet, ends6 } = this;
    this.#inner.source.set(ends6.source);
    this.#inner.destination.set(ends6.destination);
    const limit = mtu6 - ipv6.HEADER_LEN;
    return this.countPieces(this.#innerSplitter.split(this.slot, packet.at, packet.end, limit));
  }

  /**
   * Reads the ICMPv6 error at hand, about a tunnel packet of ours: the IPv4 packet in that one becomes `quote`, and the
   * packet's ports are its own turned round. The far end that it went to is in `quotedDestination6`. Returns 0 or a drop code.
   */
  protected readErrorFromInside(frame: DataView, at: number, end: number): number {
    const { packet, quote } = this;
    const refused =
      readIpv6(frame, at, end, packet) ||
      readOffload(frame, at, packet) ||
      readTunnelQuote(frame, packet, this.#tunnelQuote, quote) ||
      this.readQuotedAddresses(frame, this.#tunnelQuote);
    if (refused < 0) return refused;
    setPorts(packet, quote.destinationPort, quote.sourcePort);
    return 0;
  }

  /** Returns 0, or why the sender of the packet inside is not told; writes nothing, but takes from the rate. */
  protected refuseRelay(frame: DataView): number {
    const refused = refuseTunnelError(frame, this.quote);
    if (refused < 0) return refused;
    return this.parts.errors.take(this.nowMs) ? 0 : ICMP_RATE_LIMITED;
  }

  /**
   * Tells the sender of the quoted IPv4 packet by an ICMPv4 error, whose source is ours; ends4 has the other addresses.
   * Returns the offset of the error; it has passed `refuseRelay()`.
   */
  protected writeTunnelError(frame: DataView): number {
    const { packet, quote, ends4 } = this;
    const identification = this.parts.random() & 0xffff;
    ends4.source = this.errorSource4();
    const tunnel = this.#tunnelQuote;
    return this.#tunnelError.rewrite(frame, packet, tunnel, quote, ends4, identification);
  }
}

/** The tunnel encapsulation limit is a destination option, and stands before or behind a Fragment Header (RFC 2473 §5.1). */
function mayHoldIpv4(next: number): boolean {
  return next === ipv6.NEXT_IPV4 || next === ipv6.NEXT_DESTINATION_OPTIONS;
}
