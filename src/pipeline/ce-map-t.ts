/** The customer edge of MAP-T, RFC 7599 §8.1 and §8.2. */
import type { Dmr } from "../map/dmr.js";
import type { RuleTable } from "../map/rule-table.js";
import type { Nat44 } from "../nat44/nat44.js";
import { ipv4ToIpv6, refuseIpv4ToIpv6 } from "../translate/ipv4-to-ipv6.js";
import { type Ipv6ToIpv4, refuseIpv6ToIpv4 } from "../translate/ipv6-to-ipv4.js";
import type { Limits } from "../translate/limits.js";
import { IPV6_DESTINATION_NOT_OURS, IPV6_SOURCE_NOT_IN_DOMAIN } from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import { CePipeline } from "./ce-pipeline.js";
import type { CeSelf } from "./ce-self.js";
import { refuseMartians } from "./domain-pipeline.js";
import type { PacketIo } from "./packet-io.js";

export class CeMapT extends CePipeline {
  /** The forwarding mapping rules: empty in hub and spoke (RFC 7599 §12.2). */
  readonly #fmrs: RuleTable;
  readonly #dmr: Dmr;
  readonly #toIpv4: Ipv6ToIpv4;
  /** Scratch: the IPv4 source that the last checked IPv6 source stands for. */
  #remote = 0;

  constructor(
    limits: Limits,
    io: PacketIo,
    self: CeSelf,
    nat44: Nat44 | null,
    counters: Float64Array,
    fmrs: RuleTable,
    dmr: Dmr,
    toIpv4: Ipv6ToIpv4,
  ) {
    super(limits, io, self, nat44, counters);
    this.#fmrs = fmrs;
    this.#dmr = dmr;
    this.#toIpv4 = toIpv4;
  }

  protected override fromIpv4(frame: DataView, at: number, end: number, nowMs: number): number {
    const refused = this.admitIpv4(frame, at, end);
    if (refused < 0) return refused;
    const source = ipv4.source(frame, at);
    const unfit =
      this.refuseLanSource(source) ||
      this.#mapDestination(ipv4.destination(frame, at)) ||
      refuseIpv4ToIpv6(frame, this.packet, this.limits) ||
      this.mapOutbound(frame, nowMs);
    if (unfit < 0) return unfit;
    this.self.writeMapAddress(source, this.newSource6);
    return ipv4ToIpv6(frame, this.packet, this.limits, this.newSource6, this.newDestination6);
  }

  protected override fromIpv6(frame: DataView, at: number, end: number, nowMs: number): number {
    const refused = this.admitIpv6(frame, at, end);
    if (refused < 0) return refused;
    if (!this.self.ownsIpv6(this.destination6)) return IPV6_DESTINATION_NOT_OURS;
    const own = this.self.ipv4Behind(this.destination6);
    const unfit =
      this.#checkSource() ||
      this.refusePort() ||
      refuseMartians(this.#remote, own) ||
      refuseIpv6ToIpv4(frame, this.packet, this.limits);
    if (unfit < 0) return unfit;
    const remote = this.#remote;
    const handle = this.mapInbound(remote, nowMs);
    if (handle < 0) return handle;
    const inside = this.nat44 === null ? own : this.nat44.insideAddress(handle);
    return this.#toIpv4.rewrite(
      frame,
      this.packet,
      this.source6,
      this.destination6,
      remote,
      inside,
    );
  }

  /** An FMR's CE, else through the DMR (RFC 7599 §8.1); into `newDestination6`. Returns 0 or a drop code. */
  #mapDestination(destination: number): number {
    const port = this.packet.destinationPort;
    const fmr = this.#fmrs.lookup4(destination, port);
    return fmr < 0
      ? this.#dmr.embed(destination, this.newDestination6)
      : this.#fmrs.mapAddress(fmr, destination, port, this.newDestination6);
  }

  /** The IPv6 source must be behind the DMR, or be a CE of an FMR with a port of its own (RFC 7599 §8.2). */
  #checkSource(): number {
    const fmr = this.#fmrs.lookup6(this.source6);
    if (fmr >= 0) {
      this.#remote = this.#fmrs.embeddedIpv4(fmr, this.source6);
      return this.#fmrs.checkSource(fmr, this.source6, this.#remote, this.packet.sourcePort);
    }
    if (!this.#dmr.matches(this.source6)) return IPV6_SOURCE_NOT_IN_DOMAIN;
    this.#remote = this.#dmr.extract(this.source6);
    return 0;
  }
}
