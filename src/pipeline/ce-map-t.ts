/** The customer edge of MAP-T, RFC 7599 §8.1 and §8.2. */
import type { Dmr } from "../map/dmr.js";
import type { RuleTable } from "../map/rule-table.js";
import { ErrorToIpv4, refuseErrorToIpv4 } from "../translate/icmp/error-to-ipv4.js";
import { errorToIpv6, refuseErrorToIpv6 } from "../translate/icmp/error-to-ipv6.js";
import { ipv4ToIpv6, ipv6Len, ipv6Limit, refuseIpv4ToIpv6 } from "../translate/ipv4-to-ipv6.js";
import { Ipv6ToIpv4, refuseIpv6ToIpv4 } from "../translate/ipv6-to-ipv4.js";
import { KIND_ICMP_ERROR, KIND_ICMP_OTHER, NO_PORT } from "../translate/packet.js";
import { PathMtu } from "../translate/path-mtu.js";
import {
  ICMP_UNTRANSLATABLE,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  MARTIAN_IPV6_SOURCE,
  NON_GLOBAL_IPV4,
} from "../verdict.js";
import * as icmp from "../wire/icmp.js";
import * as ipv4 from "../wire/ipv4.js";
import { DomainPipeline, refuseMartians } from "./domain-pipeline.js";
import { LanHairpin } from "./lan-hairpin.js";
import type { LanSide } from "./lan-side.js";
import { reportedMtuMapT } from "./map-t-mtu.js";
import type { Parts } from "./parts.js";

export class CeMapT extends DomainPipeline {
  readonly #lan: LanSide;
  readonly #hairpin: LanHairpin;
  /** The forwarding mapping rules: empty in hub and spoke (RFC 7599 §12.2). */
  readonly #fmrs: RuleTable;
  readonly #dmr: Dmr;
  readonly #toIpv4: Ipv6ToIpv4;
  readonly #errorToIpv4: ErrorToIpv4;
  readonly #paths: PathMtu;
  /** Scratch: the IPv4 address that the last checked IPv6 address stands for. */
  #remote = 0;
  /** MTU of the path that the packet at hand takes. */
  #mtu6: number;
  /** True where the packet from the LAN at hand goes back there. */
  #isTurned = false;

  constructor(parts: Parts, lan: LanSide, fmrs: RuleTable, dmr: Dmr) {
    super(parts);
    this.#lan = lan;
    this.#hairpin = new LanHairpin(lan, parts.limits, parts.counters, this.ends4);
    this.#fmrs = fmrs;
    this.#dmr = dmr;
    this.#toIpv4 = new Ipv6ToIpv4(parts.limits, parts.random());
    this.#errorToIpv4 = new ErrorToIpv4(parts.limits);
    this.#paths = new PathMtu(parts.limits.mtu6, parts.random());
    this.#mtu6 = parts.limits.mtu6;
  }

  override tick(nowMs: number): void {
    super.tick(nowMs);
    this.#lan.tick(nowMs);
    const { syns } = this.#lan;
    for (let syn = syns.takeDue(nowMs); syn >= 0; syn = syns.takeDue(nowMs)) {
      this.tellPortUnreachable(this.parts.errors, syns.frames[syn]!, 0, syns.end(syn));
    }
  }

  protected override reportedMtu(family: number): number {
    if (family === 4 && this.#isTurned) return this.limits.mtu4;
    return reportedMtuMapT(family, this.packet, this.limits, this.#mtu6);
  }

  protected override fromIpv4(frame: DataView, at: number, end: number): number {
    const { packet, limits, ends6 } = this;
    this.#isTurned = false;
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, at);
    const foreign = this.#lan.refuseSource(source);
    if (foreign < 0) return foreign;
    if (packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
    const destination = ipv4.destination(frame, at);
    if (packet.isFragment) {
      const unknown =
        this.reassembleIcmp(frame) ||
        this.resolveFragment(frame, this.#needsPorts(this.#fmrs.lookup4(destination, NO_PORT)));
      if (unknown !== 0) return unknown;
    }
    this.#isTurned = this.#lan.turnsAround(destination, packet, this.quote);
    if (this.#isTurned) return this.turnAround(frame, this.#hairpin);
    const unmapped = this.#mapAddress(destination, packet.destinationPort, ends6.destination);
    if (unmapped < 0) return unmapped;
    this.#lan.self.writeMapAddress(this.#lan.outside(source), ends6.source);
    if (packet.kind === KIND_ICMP_ERROR) return this.#errorFromLan(frame);
    this.#mtu6 = this.#paths.get(ends6.destination, this.nowMs);
    const unfit =
      refuseIpv4ToIpv6(frame, packet, limits, this.#mtu6) ||
      this.#lan.mapOutbound(frame, packet, this.nowMs);
    if (unfit < 0) return unfit;
    const limit = ipv6Limit(frame, packet, limits, this.#mtu6);
    const cut = this.prepareToSplit(frame, ipv6Len(packet), limit);
    if (cut !== 0) return cut;
    // RFC 7599 §10.3: so that no two CEs of one address send the same.
    if (packet.isFragment) packet.identification = this.outsideIdentification();
    else if (ipv6Len(packet) > limit) packet.identification = this.newIdentification();
    const { identification } = packet;
    const newAt = ipv4ToIpv6(frame, packet, limits, ends6.source, ends6.destination);
    return this.forward6(newAt, limit, identification);
  }

  /** An error from the LAN about a packet that came in; it quotes what the LAN host got (RFC 5508 §4.2). */
  #errorFromLan(frame: DataView): number {
    const { packet, quote, limits, ends6 } = this;
    const refused =
      refuseErrorToIpv6(frame, packet, quote, limits) || this.#lan.mapErrorOutbound(frame, quote);
    if (refused < 0) return refused;
    ends6.quotedSource.set(ends6.destination);
    const quoted = ipv4.destination(frame, quote.at);
    this.#lan.self.writeMapAddress(this.#lan.outside(quoted), ends6.quotedDestination);
    return this.forward(errorToIpv6(frame, packet, quote, limits, ends6));
  }

  protected override fromIpv6(frame: DataView, at: number, end: number): number {
    const { packet, limits, source6, destination6 } = this;
    const refused = this.admitIpv6(frame, at, end);
    if (refused < 0) return refused;
    if (!this.#lan.self.ownsIpv6(destination6)) return IPV6_DESTINATION_NOT_OURS;
    // RFC 7597 §10: nobody else may speak for us, and we do not speak to ourselves.
    if (this.#lan.self.ownsIpv6(source6)) return MARTIAN_IPV6_SOURCE;
    const own = this.#lan.self.ipv4Behind(destination6);
    if (packet.kind === KIND_ICMP_ERROR) return this.#errorToLan(frame, own);
    if (packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
    if (packet.isFragment) {
      const unknown =
        this.reassembleIcmp(frame) ||
        this.resolveFragment(frame, this.#needsPorts(this.#fmrs.lookup6(source6)));
      if (unknown !== 0) return unknown;
    }
    const unfit =
      this.#readRemote(source6, packet.sourcePort) ||
      this.#lan.refusePort(packet) ||
      refuseMartians(this.#remote, own) ||
      refuseIpv6ToIpv4(frame, packet, limits) ||
      this.#lan.mapInbound(frame, packet, this.#remote, own, this.nowMs);
    if (unfit < 0) return unfit;
    const cut = this.prepareForIpv4(frame);
    if (cut !== 0) return cut;
    const { inside } = this.#lan;
    return this.forward4(
      this.#toIpv4.rewrite(frame, packet, source6, destination6, this.#remote, inside),
      limits.mtu4,
    );
  }

  /** An error about a packet of ours, from its receiver or any router on the way (RFC 7599 §9). */
  #errorToLan(frame: DataView, own: number): number {
    const { packet, quote, quotedDestination6, ends4 } = this;
    const isKnown = this.#readRemote(this.source6, packet.sourcePort) === 0;
    const source = isKnown ? this.#remote : this.errorSource4();
    const unfit =
      this.#readRemote(quotedDestination6, quote.destinationPort) ||
      this.#lan.refusePort(packet) ||
      refuseErrorToIpv4(frame, packet, quote, this.limits) ||
      this.#lan.mapErrorInbound(quote, this.#remote, own);
    if (unfit < 0) return unfit;
    if (quote.type === icmp.V6_TOO_BIG) {
      this.#paths.learn(quotedDestination6, quote.mtu, this.nowMs);
    }
    ends4.source = source;
    ends4.destination = this.#lan.inside;
    ends4.quotedSource = this.#lan.inside;
    ends4.quotedDestination = this.#remote;
    const identification = this.#toIpv4.takeIdentification(packet, ends4.source, ends4.destination);
    return this.forward(this.#errorToIpv4.rewrite(frame, packet, quote, ends4, identification));
  }

  /** True where a packet from or to the CEs of a forwarding rule (-1: none) is judged by its ports. */
  #needsPorts(fmr: number): boolean {
    return this.#lan.hasNat44 || (fmr >= 0 && this.#fmrs.isShared(fmr));
  }

  /**
   * An FMR's CE, else through the DMR (RFC 7599 §8.1); also to our own address, where NAT44 has not turned the packet
   * around. Returns 0 or a drop code.
   */
  #mapAddress(address: number, port: number, out: Uint32Array): number {
    const fmr = this.#fmrs.lookup4(address, port);
    if (fmr < 0) return this.#dmr.embed(address, out);
    const refused = this.#fmrs.mapAddress(fmr, address, port, out);
    return refused === 0 && this.#lan.self.ownsIpv6(out) ? this.#dmr.embed(address, out) : refused;
  }

  /**
   * Reads the IPv4 address behind the far IPv6 address into `#remote`: behind the DMR, or a CE of an FMR with a port
   * of its own (RFC 7599 §8.2). Returns 0 or a drop code.
   */
  #readRemote(address: Uint32Array, port: number): number {
    const fmr = this.#fmrs.lookup6(address);
    if (fmr >= 0) {
      this.#remote = this.#fmrs.embeddedIpv4(fmr, address);
      return this.#fmrs.checkEmbedded(fmr, address, this.#remote, port);
    }
    if (!this.#dmr.matches(address)) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#remote = this.#dmr.extract(address);
    return this.#dmr.admits(this.#remote) ? 0 : NON_GLOBAL_IPV4;
  }
}
