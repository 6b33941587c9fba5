/** The border relay of MAP-T, RFC 7599 §8.3 and §8.4. */
import type { Dmr } from "../map/dmr.js";
import type { RuleTable } from "../map/rule-table.js";
import { rewriteIpv6Addresses } from "../translate/hairpin.js";
import { ipv4ToIpv6, refuseIpv4ToIpv6 } from "../translate/ipv4-to-ipv6.js";
import { type Ipv6ToIpv4, refuseIpv6ToIpv4 } from "../translate/ipv6-to-ipv4.js";
import type { Limits } from "../translate/limits.js";
import {
  HAIRPIN_DISABLED,
  IPV4_DESTINATION_NO_RULE,
  IPV4_SOURCE_IN_DOMAIN,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  NON_GLOBAL_IPV4,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import { DomainPipeline, refuseMartians } from "./domain-pipeline.js";
import type { Hairpin } from "./hairpin.js";
import type { PacketIo } from "./packet-io.js";

export class BrMapT extends DomainPipeline {
  readonly #table: RuleTable;
  readonly #dmr: Dmr;
  readonly #toIpv4: Ipv6ToIpv4;
  readonly #hairpin: Hairpin;

  constructor(
    limits: Limits,
    io: PacketIo,
    table: RuleTable,
    dmr: Dmr,
    toIpv4: Ipv6ToIpv4,
    hairpin: Hairpin,
  ) {
    super(limits, io);
    this.#table = table;
    this.#dmr = dmr;
    this.#toIpv4 = toIpv4;
    this.#hairpin = hairpin;
  }

  override tick(): void {
    // A border relay keeps no state.
  }

  protected override fromIpv4(frame: DataView, at: number, end: number): number {
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, at);
    // Only a CE may speak for the domain's addresses, and it comes over IPv6.
    if (this.#table.coversIpv4(source)) return IPV4_SOURCE_IN_DOMAIN;
    const unmapped =
      this.#mapDestination(ipv4.destination(frame, at)) ||
      this.#dmr.embed(source, this.newSource6) ||
      refuseIpv4ToIpv6(frame, this.packet, this.limits);
    if (unmapped < 0) return unmapped;
    return ipv4ToIpv6(frame, this.packet, this.limits, this.newSource6, this.newDestination6);
  }

  protected override fromIpv6(frame: DataView, at: number, end: number): number {
    const refused = this.admitIpv6(frame, at, end);
    if (refused < 0) return refused;
    if (!this.#dmr.matches(this.destination6)) return IPV6_DESTINATION_NOT_OURS;
    const rule = this.#table.lookup6(this.source6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    const source = this.#table.embeddedIpv4(rule, this.source6);
    const destination = this.#dmr.extract(this.destination6);
    const spoofed = this.#table.checkSource(rule, this.source6, source, this.packet.sourcePort);
    const unfit =
      spoofed ||
      refuseMartians(source, destination) ||
      (this.#dmr.admits(destination) ? 0 : NON_GLOBAL_IPV4) ||
      refuseIpv6ToIpv4(frame, this.packet, this.limits);
    if (unfit < 0) return unfit;
    if (this.#table.coversIpv4(destination)) return this.#turn(frame, source, destination);
    return this.#toIpv4.rewrite(
      frame,
      this.packet,
      this.source6,
      this.destination6,
      source,
      destination,
    );
  }

  /** CE to CE through the BR: translated twice at once, so the packet stays IPv6 (RFC 7599 §8.3, §8.4). */
  #turn(frame: DataView, source: number, destination: number): number {
    if (!this.#hairpin.enabled) return HAIRPIN_DISABLED;
    const unmapped = this.#mapDestination(destination) || this.#dmr.embed(source, this.newSource6);
    if (unmapped < 0) return unmapped;
    this.#hairpin.count();
    return rewriteIpv6Addresses(
      frame,
      this.packet,
      this.limits,
      this.source6,
      this.destination6,
      this.newSource6,
      this.newDestination6,
    );
  }

  /** Writes the MAP address behind an IPv4 destination into `newDestination6`. Returns 0 or a drop code. */
  #mapDestination(destination: number): number {
    const port = this.packet.destinationPort;
    const rule = this.#table.lookup4(destination, port);
    if (rule < 0) return IPV4_DESTINATION_NO_RULE;
    return this.#table.mapAddress(rule, destination, port, this.newDestination6);
  }
}
