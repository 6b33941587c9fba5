/** The border relay of MAP-T, RFC 7599 §8.3 and §8.4. */
import type { Dmr } from "../map/dmr.js";
import { Foresight } from "../map/foresight.js";
import type { RuleTable } from "../map/rule-table.js";
import { rewriteIpv6Addresses } from "../translate/hairpin.js";
import { refuseErrorInIpv6, rewriteErrorInIpv6 } from "../translate/icmp/error-in-ipv6.js";
import { ErrorToIpv4, refuseErrorToIpv4 } from "../translate/icmp/error-to-ipv4.js";
import { errorToIpv6, refuseErrorToIpv6 } from "../translate/icmp/error-to-ipv6.js";
import { ipv4ToIpv6, ipv6Len, ipv6Limit, refuseIpv4ToIpv6 } from "../translate/ipv4-to-ipv6.js";
import { Ipv6ToIpv4, refuseIpv6ToIpv4 } from "../translate/ipv6-to-ipv4.js";
import { KIND_ICMP_ERROR, KIND_ICMP_OTHER, NO_PORT, type Packet } from "../translate/packet.js";
import {
  HAIRPIN_DISABLED,
  ICMP_UNTRANSLATABLE,
  IPV4_DESTINATION_NO_RULE,
  IPV4_SOURCE_IN_DOMAIN,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  NON_GLOBAL_IPV4,
  TOO_BIG,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { DomainPipeline, refuseMartians } from "./domain-pipeline.js";
import { foreseeRules } from "./foresee-rules.js";
import type { Hairpin } from "./hairpin.js";
import { reportedMtuMapT } from "./map-t-mtu.js";
import type { Parts } from "./parts.js";
import type { RuleHits } from "./rule-hits.js";

/** Payload of a fragment that is not the last one, at least (RFC 8200 §4.5). */
const MIN_PIECE_LEN = 8;

export class BrMapT extends DomainPipeline {
  readonly #table: RuleTable;
  readonly #foresight: Foresight | null;
  readonly #dmr: Dmr;
  readonly #hairpin: Hairpin;
  readonly #hits: RuleHits;
  readonly #toIpv4: Ipv6ToIpv4;
  readonly #errorToIpv4: ErrorToIpv4;

  constructor(parts: Parts, table: RuleTable, dmr: Dmr, hairpin: Hairpin, hits: RuleHits) {
    super(parts);
    this.#table = table;
    this.#foresight = Foresight.of(table);
    this.#dmr = dmr;
    this.#hairpin = hairpin;
    this.#hits = hits;
    this.#toIpv4 = new Ipv6ToIpv4(parts.limits, parts.random());
    this.#errorToIpv4 = new ErrorToIpv4(parts.limits);
  }

  foresee(count: number, lengths: Uint32Array): void {
    if (this.#foresight !== null) {
      foreseeRules(this.#foresight, this.parts.output, count, lengths);
    }
  }

  protected override reportedMtu(family: number): number {
    return reportedMtuMapT(family, this.packet, this.limits, this.limits.mtu6);
  }

  protected override fromIpv4(frame: DataView, at: number, end: number): number {
    return this.#hits.judged(this.#judge4(frame, at, end));
  }

  protected override fromIpv6(frame: DataView, at: number, end: number): number {
    return this.#hits.judged(this.#judge6(frame, at, end));
  }

  #judge4(frame: DataView, at: number, end: number): number {
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    if (this.packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
    // Only a CE may speak for the domain's addresses, and it comes over IPv6.
    if (this.#table.coversIpv4(ipv4.source(frame, at))) return IPV4_SOURCE_IN_DOMAIN;
    return this.#toDomain(frame, at);
  }

  /** From an IPv4 packet that was read to the CE behind its destination. */
  #toDomain(frame: DataView, at: number): number {
    const { packet, limits, ends6 } = this;
    const destination = ipv4.destination(frame, at);
    if (packet.isFragment) {
      const unknown =
        this.reassembleIcmp(frame) || this.resolveFragment(frame, this.#isShared4(destination));
      if (unknown !== 0) return unknown;
    }
    const unmapped =
      this.#mapDestination(destination) || this.#dmr.embed(ipv4.source(frame, at), ends6.source);
    if (unmapped < 0) return unmapped;
    if (packet.kind === KIND_ICMP_ERROR) return this.#errorToDomain(frame);
    const unfit = refuseIpv4ToIpv6(frame, packet, limits, limits.mtu6);
    if (unfit < 0) return unfit;
    const limit = ipv6Limit(frame, packet, limits, limits.mtu6);
    const identification = packet.identification;
    const cut = this.prepareToSplit(frame, ipv6Len(packet), limit);
    if (cut !== 0) return cut;
    const newAt = ipv4ToIpv6(frame, packet, limits, ends6.source, ends6.destination);
    return this.forward6(newAt, limit, identification);
  }

  /** The quoted packet came from the CE that the error goes to (RFC 7599 §9). */
  #errorToDomain(frame: DataView): number {
    const { packet, quote, limits, ends6 } = this;
    const quoted = ipv4.destination(frame, quote.at);
    const refused =
      refuseErrorToIpv6(frame, packet, quote, limits) ||
      this.#dmr.embed(quoted, ends6.quotedDestination);
    if (refused < 0) return refused;
    ends6.quotedSource.set(ends6.destination);
    return this.forward(errorToIpv6(frame, packet, quote, limits, ends6));
  }

  #judge6(frame: DataView, at: number, end: number): number {
    const refused = this.admitIpv6(frame, at, end);
    if (refused < 0) return refused;
    if (!this.#dmr.matches(this.destination6)) return IPV6_DESTINATION_NOT_OURS;
    if (this.packet.kind === KIND_ICMP_ERROR) return this.#errorFromDomain(frame);
    if (this.packet.kind === KIND_ICMP_OTHER) return ICMP_UNTRANSLATABLE;
    const rule = this.#table.lookup6(this.source6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#hits.from = rule;
    const unknown =
      this.reassembleIcmp(frame) || this.resolveFragment(frame, this.#table.isShared(rule));
    if (unknown !== 0) return unknown;
    const { packet, limits } = this;
    const source = this.#table.embeddedIpv4(rule, this.source6);
    const destination = this.#dmr.extract(this.destination6);
    const unfit =
      this.#table.checkEmbedded(rule, this.source6, source, packet.sourcePort) ||
      refuseMartians(source, destination) ||
      (this.#dmr.admits(destination) ? 0 : NON_GLOBAL_IPV4) ||
      refuseIpv6ToIpv4(frame, packet, limits);
    if (unfit < 0) return unfit;
    if (this.#table.coversIpv4(destination)) return this.#turn(frame, source, destination);
    const cut = this.prepareForIpv4(frame);
    if (cut !== 0) return cut;
    const { source6, destination6 } = this;
    return this.forward4(
      this.#toIpv4.rewrite(frame, packet, source6, destination6, source, destination),
      limits.mtu4,
    );
  }

  /**
   * An error from a CE, or from a router on the way to it, about a packet that came through us: what it quotes
   * must have gone to a CE's own address and port (RFC 7599 §8.3).
   */
  #errorFromDomain(frame: DataView): number {
    const { packet, quote, limits, quotedDestination6, ends4 } = this;
    const rule = this.#table.lookup6(quotedDestination6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#hits.from = rule;
    const ce = this.#table.embeddedIpv4(rule, quotedDestination6);
    const destination = this.#dmr.extract(this.destination6);
    const refused =
      this.#table.checkEmbedded(rule, quotedDestination6, ce, packet.sourcePort) ||
      refuseMartians(ce, destination);
    if (refused < 0) return refused;
    const isFromCe = ipv6.sameAddress(this.source6, quotedDestination6);
    const source = isFromCe ? ce : this.errorSource4();
    if (this.#table.coversIpv4(destination)) return this.#turnError(frame, source, destination, ce);
    const unfit = refuseErrorToIpv4(frame, packet, quote, limits);
    if (unfit < 0) return unfit;
    ends4.source = source;
    ends4.destination = destination;
    ends4.quotedSource = destination;
    ends4.quotedDestination = ce;
    const identification = this.#toIpv4.takeIdentification(packet, ends4.source, ends4.destination);
    return this.forward(this.#errorToIpv4.rewrite(frame, packet, quote, ends4, identification));
  }

  /** An error about a packet from CE to CE: translated twice at once, like the packet was. */
  #turnError(frame: DataView, source: number, destination: number, ce: number): number {
    const { packet, quote, limits, ends6 } = this;
    if (!this.#hairpin.enabled) return HAIRPIN_DISABLED;
    const refused =
      this.#mapDestination(destination) ||
      this.#dmr.embed(source, ends6.source) ||
      this.#dmr.embed(ce, ends6.quotedDestination) ||
      refuseErrorInIpv6(frame, packet, quote, limits);
    if (refused < 0) return refused;
    ends6.quotedSource.set(ends6.destination);
    this.#hairpin.count();
    return this.forward(rewriteErrorInIpv6(frame, packet, quote, limits, ends6));
  }

  /** CE to CE through the BR: translated twice at once, so the packet stays IPv6 (RFC 7599 §8.3, §8.4). */
  #turn(frame: DataView, source: number, destination: number): number {
    const { packet, limits, ends6 } = this;
    if (!this.#hairpin.enabled) return HAIRPIN_DISABLED;
    const unmapped = this.#mapDestination(destination) || this.#dmr.embed(source, ends6.source);
    if (unmapped < 0) return unmapped;
    // What came in one piece must go in one; and headers alone may fill every piece.
    if (packet.segmentLen > limits.mtu6 && !mayCut(packet, limits.mtu6)) return TOO_BIG;
    this.#hairpin.count();
    rewriteIpv6Addresses(
      frame,
      packet,
      limits,
      this.source6,
      this.destination6,
      ends6.source,
      ends6.destination,
    );
    return this.forward6(packet.at, limits.mtu6, this.parts.random());
  }

  #isShared4(destination: number): boolean {
    const rule = this.#table.lookup4(destination, NO_PORT);
    return rule >= 0 && this.#table.isShared(rule);
  }

  /** Writes the MAP address behind an IPv4 destination into `ends6.destination`. Returns 0 or a drop code. */
  #mapDestination(destination: number): number {
    const port = this.packet.destinationPort;
    const rule = this.#table.lookup4(destination, port);
    if (rule < 0) return IPV4_DESTINATION_NO_RULE;
    this.#hits.to = rule;
    return this.#table.mapAddress(rule, destination, port, this.ends6.destination);
  }
}

/** True where fragments of the datagram, put together here, have room for a payload behind its extension headers. */
function mayCut(packet: Packet, mtu6: number): boolean {
  const headersLen = packet.transportAt - packet.at + ipv6.FRAGMENT_HEADER_LEN;
  return packet.wasFragmented && headersLen + MIN_PIECE_LEN <= mtu6;
}
