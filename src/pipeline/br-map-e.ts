/** The border relay of MAP-E, RFC 7597 §8.1 and RFC 2473. */
import type { RuleTable } from "../map/rule-table.js";
import type { Limits } from "../translate/limits.js";
import { readOffload } from "../translate/offload.js";
import {
  decapsulate,
  encapsulate,
  readTunnel,
  refuseDecapsulation,
  refuseEncapsulation,
} from "../translate/tunnel.js";
import {
  HAIRPIN_DISABLED,
  IPV4_DESTINATION_NO_RULE,
  IPV4_SOURCE_IN_DOMAIN,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  MALFORMED_IPV6,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { DomainPipeline, refuseMartians } from "./domain-pipeline.js";
import type { Hairpin } from "./hairpin.js";
import type { PacketIo } from "./packet-io.js";

export class BrMapE extends DomainPipeline {
  readonly #table: RuleTable;
  /** The BR's own address; anycast or not, packets to CEs have it as their source (RFC 7597 §7.2). */
  readonly #address: Uint32Array;
  readonly #hairpin: Hairpin;

  constructor(
    limits: Limits,
    io: PacketIo,
    table: RuleTable,
    address: Uint32Array,
    hairpin: Hairpin,
  ) {
    super(limits, io);
    this.#table = table;
    this.#address = address;
    this.#hairpin = hairpin;
  }

  override tick(): void {
    // A border relay keeps no state.
  }

  protected override fromIpv4(frame: DataView, at: number, end: number): number {
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    // Only a CE may speak for the domain's addresses, and it comes through the tunnel.
    if (this.#table.coversIpv4(ipv4.source(frame, at))) return IPV4_SOURCE_IN_DOMAIN;
    return this.#encapsulate(frame, ipv4.destination(frame, at));
  }

  protected override fromIpv6(frame: DataView, at: number, end: number): number {
    const packet = this.packet;
    // The outer addresses come first: what is not for the tunnel end is not judged by its payload.
    const foreign = this.#admitOuter(frame, at, end);
    if (foreign < 0) return foreign;
    const rule = this.#table.lookup6(this.source6);
    if (rule < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    const refused = readTunnel(frame, at, end, packet) || readOffload(frame, at, packet);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, packet.at);
    const destination = ipv4.destination(frame, packet.at);
    const spoofed = this.#table.checkSource(rule, this.source6, source, packet.sourcePort);
    const unfit =
      spoofed ||
      refuseMartians(source, destination) ||
      refuseDecapsulation(frame, at, packet, this.limits);
    if (unfit < 0) return unfit;
    if (!this.#table.coversIpv4(destination)) {
      return decapsulate(frame, at, packet, this.limits);
    }
    return this.#turn(frame, at, destination);
  }

  #admitOuter(frame: DataView, at: number, end: number): number {
    if (!ipv6.fits(frame, at, end)) return MALFORMED_IPV6;
    const martian = this.readAddresses(frame, at);
    if (martian < 0) return martian;
    return ipv6.sameAddress(this.destination6, this.#address) ? 0 : IPV6_DESTINATION_NOT_OURS;
  }

  /** CE to CE through the BR: out of one tunnel and into the other (RFC 7597 §8.1). */
  #turn(frame: DataView, outerAt: number, destination: number): number {
    if (!this.#hairpin.enabled) return HAIRPIN_DISABLED;
    const refused = this.#refuseTunnelTo(frame, destination);
    if (refused < 0) return refused;
    decapsulate(frame, outerAt, this.packet, this.limits);
    this.#hairpin.count();
    return this.#wrap(frame);
  }

  #encapsulate(frame: DataView, destination: number): number {
    const refused = this.#refuseTunnelTo(frame, destination);
    return refused < 0 ? refused : this.#wrap(frame);
  }

  /** Writes the CE's MAP address into `newDestination6`. Returns 0, or why the packet must not go there. */
  #refuseTunnelTo(frame: DataView, destination: number): number {
    const port = this.packet.destinationPort;
    const rule = this.#table.lookup4(destination, port);
    if (rule < 0) return IPV4_DESTINATION_NO_RULE;
    return (
      this.#table.mapAddress(rule, destination, port, this.newDestination6) ||
      refuseEncapsulation(frame, this.packet, this.limits)
    );
  }

  #wrap(frame: DataView): number {
    return encapsulate(frame, this.packet, this.limits, this.#address, this.newDestination6);
  }
}
