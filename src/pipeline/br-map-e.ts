/** The border relay of MAP-E, RFC 7597 §8.1 and RFC 2473. */
import { Foresight } from "../map/foresight.js";
import type { RuleTable } from "../map/rule-table.js";
import { NO_PORT } from "../translate/packet.js";
import { decapsulate, refuseDecapsulation } from "../translate/tunnel.js";
import {
  HAIRPIN_DISABLED,
  IPV4_DESTINATION_NO_RULE,
  IPV4_SOURCE_IN_DOMAIN,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { refuseMartians } from "./domain-pipeline.js";
import { foreseeRules } from "./foresee-rules.js";
import type { Hairpin } from "./hairpin.js";
import type { Parts } from "./parts.js";
import type { RuleHits } from "./rule-hits.js";
import { TunnelEnd, type TunnelOptions } from "./tunnel-end.js";

export class BrMapE extends TunnelEnd {
  readonly #table: RuleTable;
  readonly #foresight: Foresight | null;
  /** The BR takes packets to each; anycast or not, those to CEs have the first as their source (RFC 7597 §7.2). */
  readonly #addresses: readonly Uint32Array[];
  readonly #hairpin: Hairpin;
  readonly #hits: RuleHits;

  constructor(
    parts: Parts,
    options: TunnelOptions,
    table: RuleTable,
    addresses: readonly Uint32Array[],
    hairpin: Hairpin,
    hits: RuleHits,
  ) {
    super(parts, options);
    this.#table = table;
    this.#foresight = Foresight.of(table);
    this.#addresses = addresses;
    this.#hairpin = hairpin;
    this.#hits = hits;
    this.ends6.source.set(addresses[0]!);
  }

  foresee(count: number, lengths: Uint32Array): void {
    if (this.#foresight !== null) {
      foreseeRules(this.#foresight, this.parts.output, count, lengths);
    }
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
    // Only a CE may speak for the domain's addresses, and it comes through the tunnel.
    if (this.#table.coversIpv4(ipv4.source(frame, at))) return IPV4_SOURCE_IN_DOMAIN;
    return this.#toDomain(frame);
  }

  #judge6(frame: DataView, at: number, end: number): number {
    // The outer addresses come first: what is not for the tunnel end is not judged by its payload.
    const foreign = this.admitOuter(frame, at, end);
    if (foreign < 0) return foreign;
    if (!this.#isOurs(this.destination6)) return IPV6_DESTINATION_NOT_OURS;
    if (this.isErrorFromInside(frame)) return this.#relay(frame, at, end);
    const rule = this.#table.lookup6(this.source6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#hits.from = rule;
    const { packet } = this;
    const read = this.admitInner(frame) || this.resolveFragment(frame, this.#table.isShared(rule));
    if (read !== 0) return read;
    const source = ipv4.source(frame, packet.at);
    const destination = ipv4.destination(frame, packet.at);
    const unfit =
      this.#table.checkSource(rule, this.source6, source, packet.sourcePort) ||
      refuseMartians(source, destination) ||
      refuseDecapsulation(frame, this.outer, packet, this.limits);
    if (unfit < 0) return unfit;
    if (this.#table.coversIpv4(destination)) return this.#turn(frame, destination);
    const cut = this.prepareToSplit(frame, packet.segmentLen, this.limits.mtu4);
    if (cut !== 0) return cut;
    decapsulate(frame, this.outer, packet, this.limits);
    return this.forward4(packet.at, this.limits.mtu4);
  }

  /** CE to CE through the BR: out of one tunnel and into the other (RFC 7597 §8.1). */
  #turn(frame: DataView, destination: number): number {
    if (!this.#hairpin.enabled) return HAIRPIN_DISABLED;
    const refused = this.#mapDestination(destination) || this.refuseTunnel(frame, this.limits.mtu6);
    if (refused < 0) return refused;
    const cut = this.prepareForTunnel(frame, this.limits.mtu6);
    if (cut !== 0) return cut;
    decapsulate(frame, this.outer, this.packet, this.limits);
    this.#hairpin.count();
    return this.tunnel(frame, this.limits.mtu6);
  }

  /** From an IPv4 packet that was read to the CE behind its destination. */
  #toDomain(frame: DataView): number {
    const destination = ipv4.destination(frame, this.packet.at);
    if (this.packet.isFragment) {
      const unknown = this.resolveFragment(frame, this.#isShared4(destination));
      if (unknown !== 0) return unknown;
    }
    // RFC 7597 §8.3.1: an anycast BR does not learn path MTUs, so the configured one holds.
    const refused = this.#mapDestination(destination) || this.refuseTunnel(frame, this.limits.mtu6);
    if (refused < 0) return refused;
    const cut = this.prepareForTunnel(frame, this.limits.mtu6);
    return cut !== 0 ? cut : this.tunnel(frame, this.limits.mtu6);
  }

  /** An ICMPv6 error about a packet that we sent into the tunnel (RFC 7597 §8.2, RFC 2473 §8). */
  #relay(frame: DataView, at: number, end: number): number {
    const refused = this.readErrorFromInside(frame, at, end);
    if (refused < 0) return refused;
    const { packet, quote, quotedDestination6, ends4 } = this;
    const rule = this.#table.lookup6(quotedDestination6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#hits.from = rule;
    const ce = ipv4.destination(frame, quote.at);
    const sender = ipv4.source(frame, quote.at);
    const unfit =
      this.#table.checkSource(rule, quotedDestination6, ce, packet.sourcePort) ||
      refuseMartians(ce, sender) ||
      (this.#table.coversIpv4(sender) ? this.#mapDestination(sender) : 0) ||
      this.refuseRelay(frame);
    if (unfit < 0) return unfit;
    ends4.destination = sender;
    ends4.quotedSource = sender;
    ends4.quotedDestination = ce;
    const newAt = this.writeTunnelError(frame);
    if (!this.#table.coversIpv4(sender)) return this.forward(newAt);
    // The packet had come from another CE, so the error goes there: it fits, and needs no further check.
    packet.at = newAt;
    this.ends6.source.set(this.#addresses[0]!);
    return this.tunnelError(frame);
  }

  #isOurs(address: Uint32Array): boolean {
    for (let i = 0; i < this.#addresses.length; i++) {
      if (ipv6.sameAddress(address, this.#addresses[i]!)) return true;
    }
    return false;
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
