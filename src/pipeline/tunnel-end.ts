/** What both ends of a MAP-E tunnel do: outer headers off and on, outer fragments, errors from inside the tunnel. */

import type { FragmentKey } from "../translate/fragment/fragment-key.js";
import { Ipv4Splitter } from "../translate/fragment/split-ipv4.js";
import { Relay, relayedType } from "../translate/icmp/relay.js";
import { readOffload, writeOffload } from "../translate/offload.js";
import { HEADROOM } from "../translate/output.js";
import { KIND_ICMP_ERROR, Packet } from "../translate/packet.js";
import { readIpv4 } from "../translate/read-ipv4.js";
import { readIpv6Headers } from "../translate/read-ipv6.js";
import {
  enterTunnel,
  putOuterHeader,
  refuseEncapsulation,
  tunnelLen,
} from "../translate/tunnel.js";
import { TunnelOutput } from "../translate/tunnel-output.js";
import { ICMP_UNTRANSLATABLE, NOT_ENCAPSULATED } from "../verdict.js";
import * as ipv6 from "../wire/ipv6.js";
import { DomainPipeline } from "./domain-pipeline.js";
import type { Parts } from "./parts.js";

export interface TunnelOptions {
  /** Fragments before (inner) or after (outer) the tunnel header goes on (RFC 2473 §7.2, RFC 4459 §3.4). */
  readonly fragmentation: "outer" | "inner";
}

export abstract class TunnelEnd extends DomainPipeline {
  /** The outer headers of the tunnel packet at hand. */
  protected readonly outer = new Packet();
  /** The far tunnel end that a relayed error's quote was sent to. */
  protected readonly quotedPeer = new Uint32Array(4);
  readonly #relay: Relay;
  readonly #inner: TunnelOutput;
  readonly #innerSplitter: Ipv4Splitter;
  readonly #fragmentsInside: boolean;

  constructor(parts: Parts, options: TunnelOptions) {
    super(parts);
    this.#relay = new Relay(parts.output);
    this.#inner = new TunnelOutput(parts.output, parts.limits);
    this.#innerSplitter = new Ipv4Splitter(this.#inner);
    this.#fragmentsInside = options.fragmentation === "inner";
  }

  /** An ICMPv6 error goes to a tunnel end as told by the family, so both take an IPv6 header off or put it on. */
  protected override reportedMtu(family: number): number {
    const { mtu4, mtu6 } = this.limits;
    return family === 6 ? mtu4 + ipv6.HEADER_LEN : mtu6 - ipv6.HEADER_LEN;
  }

  /** Reads the outer headers and addresses. Returns 0 or a drop code. */
  protected admitOuter(frame: DataView, at: number, end: number): number {
    return readIpv6Headers(frame, at, end, this.outer) || this.readAddresses(frame, at);
  }

  /** True for ICMPv6 that is no echo and the like; the outer headers have been read. */
  protected isErrorFromInside(): boolean {
    return this.outer.protocol === ipv6.NEXT_ICMPV6 && !this.outer.isFragment;
  }

  /** Reads the inner packet, after outer reassembly where that is due. Returns 0 or a verdict. */
  protected admitInner(frame: DataView): number {
    const { outer, packet } = this;
    if (outer.protocol !== ipv6.NEXT_IPV4) return NOT_ENCAPSULATED;
    if (outer.isFragment) return this.reassembleOuter(frame, outer);
    const refused = readIpv4(frame, outer.transportAt, outer.end, packet);
    packet.outerAt = outer.at;
    return refused || readOffload(frame, outer.at, packet) || this.readError4(frame);
  }

  protected override setFragmentKey(frame: DataView, key: FragmentKey): void {
    if (this.packet.outerAt === this.packet.at) key.setIpv4(frame, this.packet);
    else key.setTunnelled(frame, this.packet, this.source6);
  }

  /** Returns 0, or why the packet at hand may not enter a tunnel whose path carries `mtu6`. */
  protected refuseTunnel(frame: DataView, mtu6: number): number {
    return refuseEncapsulation(frame, this.packet, this.limits, mtu6);
  }

  /** Before anything is written: see `prepareToSplit()`. No device cuts super-packets inside a tunnel. */
  protected prepareForTunnel(frame: DataView, mtu6: number): number {
    if (this.packet.isSuper) return this.cutSegments(frame);
    return this.prepareToSplit(frame, tunnelLen(this.packet), mtu6);
  }

  /** Sends the IPv4 packet at hand into the tunnel from ends6.source to ends6.destination. */
  protected tunnel(frame: DataView, mtu6: number): number {
    const { packet, limits, ends6 } = this;
    enterTunnel(frame, packet, limits);
    if (this.#fragmentsInside && tunnelLen(packet) > mtu6) return this.#tunnelFragments(mtu6);
    const { at, end } = packet;
    const newAt = putOuterHeader(frame, at, end, limits, ends6.source, ends6.destination);
    writeOffload(frame, newAt, packet, false);
    // RFC 7597 §8.3.1: BRs that share an address must not choose the same identifications.
    return this.forward6(newAt, mtu6, this.parts.random());
  }

  #tunnelFragments(mtu6: number): number {
    const { packet, ends6 } = this;
    this.#inner.source.set(ends6.source);
    this.#inner.destination.set(ends6.destination);
    const limit = mtu6 - ipv6.HEADER_LEN;
    return this.countPieces(this.#innerSplitter.split(this.slot, packet.at, packet.end, limit));
  }

  /**
   * Turns the ICMPv6 error at hand into an ICMPv4 error in a slot of its own, at HEADROOM, and makes that the packet
   * at hand, with its quote; the tunnel end that the quoted packet went to is in `quotedPeer`. Returns the slot or a drop code.
   */
  protected relayError(frame: DataView, at: number, end: number): number {
    const { packet, quote } = this;
    const refused = this.admitIpv6(frame, at, end);
    if (refused < 0) return refused;
    if (packet.kind !== KIND_ICMP_ERROR) return NOT_ENCAPSULATED;
    const typeAndCode = relayedType(frame, quote);
    if (typeAndCode === 0) return ICMP_UNTRANSLATABLE;
    this.quotedPeer.set(this.ends6.quotedDestination);
    const identification = this.parts.random() & 0xffff;
    const source = this.errorSource4();
    const slot = this.#relay.write(frame, quote, typeAndCode, identification, source);
    const relayed = this.parts.output.frames[slot]!;
    const unread = readIpv4(relayed, HEADROOM, this.#relay.end, packet) || this.readError4(relayed);
    return unread < 0 ? unread : slot;
  }
}
