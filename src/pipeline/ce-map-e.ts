/** The customer edge of MAP-E, RFC 7597 §8 and RFC 2473. */
import type { RuleTable } from "../map/rule-table.js";
import type { ErrorSender } from "../translate/error-sender.js";
import { refuseErrorInIpv4, rewriteErrorInIpv4 } from "../translate/icmp/error-in-ipv4.js";
import { KIND_ICMP_ERROR, NO_PORT } from "../translate/packet.js";
import { PathMtu } from "../translate/path-mtu.js";
import { refuseOptions } from "../translate/read-ipv4.js";
import { readIpv6Headers } from "../translate/read-ipv6.js";
import {
  decapsulate,
  refuseDecapsulation,
  rewriteIpv4Destination,
  rewriteIpv4Source,
} from "../translate/tunnel.js";
import { TunnelOutput } from "../translate/tunnel-output.js";
import {
  IPV4_DESTINATION_NOT_OURS,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  MARTIAN_IPV6_SOURCE,
} from "../verdict.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { refuseMartians } from "./domain-pipeline.js";
import { LanHairpin } from "./lan-hairpin.js";
import type { LanSide } from "./lan-side.js";
import type { Parts } from "./parts.js";
import { TunnelEnd, type TunnelOptions } from "./tunnel-end.js";

export class CeMapE extends TunnelEnd {
  readonly #lan: LanSide;
  readonly #hairpin: LanHairpin;
  /** The forwarding mapping rules: empty in hub and spoke (RFC 7597 §5). */
  readonly #fmrs: RuleTable;
  /** Packets go to the first, and come from any (RFC 7598 §4.2). */
  readonly #brAddresses: readonly Uint32Array[];
  readonly #paths: PathMtu;
  /** Sends ICMPv4 errors of the CE's own into a tunnel, whose ends are those of `#tunnel`. */
  readonly #errorsInside: ErrorSender;
  readonly #tunnel: TunnelOutput;
  /** MTU of the path that the packet at hand takes. */
  #mtu6: number;
  /** True where the packet from the LAN at hand goes back there. */
  #isTurned = false;

  constructor(
    parts: Parts,
    options: TunnelOptions,
    lan: LanSide,
    fmrs: RuleTable,
    brAddresses: readonly Uint32Array[],
  ) {
    super(parts, options);
    this.#lan = lan;
    this.#hairpin = new LanHairpin(lan, parts.limits, parts.counters, this.ends4);
    this.#fmrs = fmrs;
    this.#brAddresses = brAddresses;
    this.#tunnel = new TunnelOutput(parts.output, parts.limits);
    this.#tunnel.source.set(lan.self.mapIpv6);
    const { identifications } = parts.fragments;
    this.#errorsInside = parts.errors.over(
      this.#tunnel,
      lan.self.ipv4,
      identifications === null ? parts.random : () => identifications.next(),
    );
    this.#paths = new PathMtu(parts.limits.mtu6, parts.random());
    this.#mtu6 = parts.limits.mtu6;
  }

  override tick(nowMs: number): void {
    super.tick(nowMs);
    this.#lan.tick(nowMs);
    const { syns } = this.#lan;
    for (let syn = syns.takeDue(nowMs); syn >= 0; syn = syns.takeDue(nowMs)) {
      this.#tellAboutSyn(syns.frames[syn]!, syns.end(syn));
    }
  }

  /** The SYN came from the LAN, or out of a tunnel that the error goes back into (RFC 5382 §4.3). */
  #tellAboutSyn(frame: DataView, end: number): void {
    if (frame.getUint8(0) >>> 4 === 4) {
      this.tellPortUnreachable(this.parts.errors, frame, 0, end);
      return;
    }
    const { outer } = this;
    if (readIpv6Headers(frame, 0, end, outer) < 0) return;
    ipv6.readSource(frame, 0, this.#tunnel.destination);
    this.tellPortUnreachable(this.#errorsInside, frame, outer.transportAt, outer.end);
  }

  protected override reportedMtu(family: number): number {
    if (family === 4 && this.#isTurned) return this.limits.mtu4;
    return family === 4 ? this.#mtu6 - ipv6.HEADER_LEN : super.reportedMtu(family);
  }

  protected override fromIpv4(frame: DataView, at: number, end: number): number {
    const { packet, ends6 } = this;
    this.#isTurned = false;
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, at);
    const foreign = this.#lan.refuseSource(source);
    if (foreign < 0) return foreign;
    const destination = ipv4.destination(frame, at);
    if (packet.isFragment) {
      const fmr = this.#fmrs.lookup4(destination, NO_PORT);
      const unknown = this.resolveFragment(frame, this.#needsPorts(fmr));
      if (unknown !== 0) return unknown;
    }
    this.#isTurned = this.#lan.turnsAround(destination, packet, this.quote);
    if (this.#isTurned) return this.turnAround(frame, this.#hairpin);
    const unmapped = this.#findTunnelEnd(destination);
    if (unmapped < 0) return unmapped;
    this.#mtu6 = this.#paths.get(ends6.destination, this.nowMs);
    const isError = packet.kind === KIND_ICMP_ERROR;
    const unfit =
      this.#refuseRouted(frame) ||
      this.refuseTunnel(frame, this.#mtu6) ||
      (isError ? this.#mapError(frame) : this.#lan.mapOutbound(frame, packet, this.nowMs));
    if (unfit < 0) return unfit;
    const cut =
      (this.renumbers ? this.cutToRenumber(frame) : 0) || this.prepareForTunnel(frame, this.#mtu6);
    if (cut !== 0) return cut;
    if (this.renumbers) this.renumber(frame);
    if (this.#lan.hasNat44) {
      if (isError) this.#rewriteError(frame);
      else rewriteIpv4Source(frame, packet, this.#lan.self.ipv4);
    }
    ipv6.copyAddress(this.#lan.self.mapIpv6, ends6.source);
    return this.tunnel(frame, this.#mtu6);
  }

  /** True where a packet from or to the CEs of a forwarding rule (-1: none) is judged by its ports. */
  #needsPorts(fmr: number): boolean {
    return this.#lan.hasNat44 || (fmr >= 0 && this.#fmrs.isShared(fmr));
  }

  /** RFC 5508 §7.3: NAT44 sends no ICMP out on a way that its sender has laid down. Returns 0 or a drop code. */
  #refuseRouted(frame: DataView): number {
    const isIcmp = this.packet.protocol === ipv4.PROTOCOL_ICMP;
    return this.#lan.hasNat44 && isIcmp ? refuseOptions(frame, this.packet) : 0;
  }

  /** An error from the LAN quotes what the LAN host got (RFC 5508 §4.2). Returns 0 or a drop code. */
  #mapError(frame: DataView): number {
    if (!this.#lan.hasNat44) return 0;
    return refuseErrorInIpv4(this.quote) || this.#lan.mapErrorOutbound(frame, this.quote);
  }

  #rewriteError(frame: DataView): void {
    const { packet, quote, ends4 } = this;
    ends4.source = this.#lan.self.ipv4;
    ends4.destination = ipv4.destination(frame, packet.at);
    ends4.quotedSource = ipv4.source(frame, quote.at);
    ends4.quotedDestination = this.#lan.self.ipv4;
    rewriteErrorInIpv4(frame, packet, quote, ends4);
  }

  protected override fromIpv6(frame: DataView, at: number, end: number): number {
    const { packet } = this;
    // The outer addresses come first: what is not for the tunnel end is not judged by its payload.
    const foreign = this.admitOuter(frame, at, end);
    if (foreign < 0) return foreign;
    if (!this.#lan.self.ownsIpv6(this.destination6)) return IPV6_DESTINATION_NOT_OURS;
    // RFC 7597 §10: nobody else may speak for us, and we do not speak to ourselves.
    if (this.#lan.self.ownsIpv6(this.source6)) return MARTIAN_IPV6_SOURCE;
    if (this.isErrorFromInside(frame)) return this.#relay(frame, at, end);
    const isFromBr = this.#isBr(this.source6);
    const fmr = isFromBr ? -1 : this.#fmrs.lookup6(this.source6);
    if (!isFromBr && fmr < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    const read = this.admitInner(frame) || this.resolveFragment(frame, this.#needsPorts(fmr));
    if (read !== 0) return read;
    const source = ipv4.source(frame, packet.at);
    // What comes from a BR is taken as it is; a CE must send from what its address encodes (RFC 7597 §8.1).
    const unfit =
      (isFromBr ? 0 : this.#fmrs.checkSource(fmr, this.source6, source, packet.sourcePort)) ||
      this.#refuseInner(frame, source) ||
      refuseDecapsulation(frame, this.outer, packet, this.limits);
    if (unfit < 0) return unfit;
    return packet.kind === KIND_ICMP_ERROR
      ? this.#errorToLan(frame)
      : this.#toLan(frame, source, ipv4.destination(frame, packet.at));
  }

  #refuseInner(frame: DataView, source: number): number {
    const { packet } = this;
    const destination = ipv4.destination(frame, packet.at);
    const isError = packet.kind === KIND_ICMP_ERROR;
    return (
      refuseMartians(isError ? destination : source, destination) ||
      (this.#lan.self.ownsIpv4(destination) ? 0 : IPV4_DESTINATION_NOT_OURS) ||
      this.#lan.refusePort(packet)
    );
  }

  #toLan(frame: DataView, remote: number, own: number): number {
    const { packet, limits } = this;
    const unmapped = this.#lan.mapInbound(frame, packet, remote, own, this.nowMs);
    if (unmapped < 0) return unmapped;
    const cut = this.prepareToSplit(frame, packet.segmentLen, limits.mtu4);
    if (cut !== 0) return cut;
    if (this.#lan.hasNat44) rewriteIpv4Destination(frame, packet, this.#lan.inside);
    decapsulate(frame, this.outer, packet, limits);
    return this.forward4(packet.at, limits.mtu4);
  }

  /** An ICMPv4 error that came through the tunnel, about a packet of ours. */
  #errorToLan(frame: DataView): number {
    const refused = this.#mapErrorInbound(frame);
    if (refused < 0) return refused;
    decapsulate(frame, this.outer, this.packet, this.limits);
    return this.forward(this.packet.at);
  }

  /** Rewrites the ICMPv4 error at hand for the LAN host whose packet it quotes. Returns 0 or a drop code. */
  #mapErrorInbound(frame: DataView): number {
    const { packet, quote, ends4 } = this;
    const own = ipv4.destination(frame, packet.at);
    const remote = ipv4.destination(frame, quote.at);
    const refused = refuseErrorInIpv4(quote) || this.#lan.mapErrorInbound(quote, remote, own);
    if (refused < 0) return refused;
    if (!this.#lan.hasNat44) return 0;
    ends4.source = ipv4.source(frame, packet.at);
    ends4.destination = this.#lan.inside;
    ends4.quotedSource = this.#lan.inside;
    ends4.quotedDestination = remote;
    rewriteErrorInIpv4(frame, packet, quote, ends4);
    return 0;
  }

  /** An ICMPv6 error about a packet that we sent into the tunnel (RFC 7597 §8.2, RFC 2473 §8). */
  #relay(frame: DataView, at: number, end: number): number {
    const refused = this.readErrorFromInside(frame, at, end);
    if (refused < 0) return refused;
    const { packet, quote, quotedDestination6, ends4 } = this;
    if (!this.#isBr(quotedDestination6) && this.#fmrs.lookup6(quotedDestination6) < 0) {
      return IPV6_SOURCE_NOT_IN_DOMAIN;
    }
    const own = ipv4.source(frame, quote.at);
    const remote = ipv4.destination(frame, quote.at);
    const unmapped =
      (this.#lan.self.ownsIpv4(own) ? 0 : IPV4_DESTINATION_NOT_OURS) ||
      this.#lan.refusePort(packet) ||
      this.#lan.mapErrorInbound(quote, remote, own);
    if (unmapped < 0) return unmapped;
    // Learnt also where the sender need not know: what it sends without DF is cut here.
    if (quote.type === icmp.V6_TOO_BIG) {
      this.#paths.learn(quotedDestination6, quote.mtu, this.nowMs);
    }
    const untold = this.refuseRelay(frame);
    if (untold < 0) return untold;
    ends4.destination = this.#lan.inside;
    ends4.quotedSource = this.#lan.inside;
    ends4.quotedDestination = remote;
    return this.forward(this.writeTunnelError(frame));
  }

  /**
   * An FMR's CE, else the BR (RFC 7597 §5.4); also to our own address, where NAT44 has not turned the packet around.
   * Into `ends6.destination`. Returns 0 or a drop code.
   */
  #findTunnelEnd(destination: number): number {
    const port = this.packet.destinationPort;
    const end = this.ends6.destination;
    const fmr = this.#fmrs.lookup4(destination, port);
    const refused = fmr < 0 ? 0 : this.#fmrs.mapAddress(fmr, destination, port, end);
    if (refused < 0) return refused;
    if (fmr < 0 || this.#lan.self.ownsIpv6(end)) {
      ipv6.copyAddress(this.#brAddresses[0]!, end);
    }
    return 0;
  }

  #isBr(address: Uint32Array): boolean {
    for (let i = 0; i < this.#brAddresses.length; i++) {
      if (ipv6.sameAddress(address, this.#brAddresses[i]!)) return true;
    }
    return false;
  }
}
