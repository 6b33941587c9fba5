/** The customer edge of MAP-E, RFC 7597 §8 and RFC 2473. */
import type { RuleTable } from "../map/rule-table.js";
import type { Nat44 } from "../nat44/nat44.js";
import type { Limits } from "../translate/limits.js";
import { readOffload } from "../translate/offload.js";
import {
  decapsulate,
  encapsulate,
  readTunnel,
  refuseDecapsulation,
  refuseEncapsulation,
  rewriteIpv4Destination,
  rewriteIpv4Source,
} from "../translate/tunnel.js";
import {
  IPV4_DESTINATION_NOT_OURS,
  IPV6_DESTINATION_NOT_OURS,
  IPV6_SOURCE_NOT_IN_DOMAIN,
  MALFORMED_IPV6,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as ipv6 from "../wire/ipv6.js";
import { CePipeline } from "./ce-pipeline.js";
import type { CeSelf } from "./ce-self.js";
import { refuseMartians } from "./domain-pipeline.js";
import type { PacketIo } from "./packet-io.js";

export class CeMapE extends CePipeline {
  /** The forwarding mapping rules: empty in hub and spoke (RFC 7597 §5). */
  readonly #fmrs: RuleTable;
  /** Packets go to the first, and come from any (RFC 7598 §4.2). */
  readonly #brAddresses: readonly Uint32Array[];

  constructor(
    limits: Limits,
    io: PacketIo,
    self: CeSelf,
    nat44: Nat44 | null,
    counters: Float64Array,
    fmrs: RuleTable,
    brAddresses: readonly Uint32Array[],
  ) {
    super(limits, io, self, nat44, counters);
    this.#fmrs = fmrs;
    this.#brAddresses = brAddresses;
  }

  protected override fromIpv4(frame: DataView, at: number, end: number, nowMs: number): number {
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    const unfit =
      this.refuseLanSource(ipv4.source(frame, at)) ||
      this.#findTunnelEnd(ipv4.destination(frame, at)) ||
      refuseEncapsulation(frame, this.packet, this.limits) ||
      this.mapOutbound(frame, nowMs);
    if (unfit < 0) return unfit;
    if (this.nat44 !== null) rewriteIpv4Source(frame, this.packet, this.self.ipv4);
    const own = this.self.mapIpv6;
    return encapsulate(frame, this.packet, this.limits, own, this.newDestination6);
  }

  protected override fromIpv6(frame: DataView, at: number, end: number, nowMs: number): number {
    const packet = this.packet;
    // The outer addresses come first: what is not for the tunnel end is not judged by its payload.
    const foreign = this.#admitOuter(frame, at, end);
    if (foreign < 0) return foreign;
    const refused = readTunnel(frame, at, end, packet) || readOffload(frame, at, packet);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, packet.at);
    const destination = ipv4.destination(frame, packet.at);
    const unfit =
      this.#checkSource(source) ||
      refuseMartians(source, destination) ||
      (this.self.ownsIpv4(destination) ? 0 : IPV4_DESTINATION_NOT_OURS) ||
      this.refusePort() ||
      refuseDecapsulation(frame, at, packet, this.limits);
    if (unfit < 0) return unfit;
    const handle = this.mapInbound(source, nowMs);
    if (handle < 0) return handle;
    if (this.nat44 !== null) {
      rewriteIpv4Destination(frame, packet, this.nat44.insideAddress(handle));
    }
    return decapsulate(frame, at, packet, this.limits);
  }

  #admitOuter(frame: DataView, at: number, end: number): number {
    if (!ipv6.fits(frame, at, end)) return MALFORMED_IPV6;
    const martian = this.readAddresses(frame, at);
    if (martian < 0) return martian;
    return this.self.ownsIpv6(this.destination6) ? 0 : IPV6_DESTINATION_NOT_OURS;
  }

  /** An FMR's CE, else the BR (RFC 7597 §5.4); into `newDestination6`. Returns 0 or a drop code. */
  #findTunnelEnd(destination: number): number {
    const port = this.packet.destinationPort;
    const fmr = this.#fmrs.lookup4(destination, port);
    if (fmr >= 0) return this.#fmrs.mapAddress(fmr, destination, port, this.newDestination6);
    this.newDestination6.set(this.#brAddresses[0]!);
    return 0;
  }

  /** What comes from a BR is taken as it is; a CE must send from what its address encodes (RFC 7597 §8.1). */
  #checkSource(source: number): number {
    for (let i = 0; i < this.#brAddresses.length; i++) {
      if (ipv6.sameAddress(this.source6, this.#brAddresses[i]!)) return 0;
    }
    const fmr = this.#fmrs.lookup6(this.source6);
    if (fmr < 0) return IPV6_SOURCE_NOT_IN_DOMAIN;
    return this.#fmrs.checkSource(fmr, this.source6, source, this.packet.sourcePort);
  }
}
