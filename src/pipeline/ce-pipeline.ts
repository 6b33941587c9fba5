/** What both kinds of CE do on their IPv4 side: NAT44 first on the way out, last on the way in (RFC 7597 §8). */
import { counterIndex } from "../counters.js";
import type { Nat44 } from "../nat44/nat44.js";
import type { Limits } from "../translate/limits.js";
import {
  DESTINATION_PORT_NOT_OURS,
  NAT44_SOURCE_NOT_LOCAL,
  SOURCE_ADDRESS_MISMATCH,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import type { CeSelf } from "./ce-self.js";
import { DomainPipeline } from "./domain-pipeline.js";
import type { PacketIo } from "./packet-io.js";

const NAT44_MAPPINGS_TCP = counterIndex("nat44_mappings_tcp");
const NAT44_MAPPINGS_UDP = counterIndex("nat44_mappings_udp");
const NAT44_MAPPINGS_ICMP = counterIndex("nat44_mappings_icmp");
const NAT44_SESSIONS = counterIndex("nat44_sessions");

export abstract class CePipeline extends DomainPipeline {
  protected readonly self: CeSelf;
  protected readonly nat44: Nat44 | null;
  readonly #counters: Float64Array;

  constructor(
    limits: Limits,
    io: PacketIo,
    self: CeSelf,
    nat44: Nat44 | null,
    counters: Float64Array,
  ) {
    super(limits, io);
    this.self = self;
    this.nat44 = nat44;
    this.#counters = counters;
  }

  /** Ends what is due in NAT44 and publishes its gauges. */
  override tick(nowMs: number): void {
    const nat44 = this.nat44;
    if (nat44 === null) return;
    nat44.expire(nowMs);
    this.#counters[NAT44_MAPPINGS_TCP] = nat44.mappings(ipv4.PROTOCOL_TCP);
    this.#counters[NAT44_MAPPINGS_UDP] = nat44.mappings(ipv4.PROTOCOL_UDP);
    this.#counters[NAT44_MAPPINGS_ICMP] = nat44.mappings(ipv4.PROTOCOL_ICMP);
    this.#counters[NAT44_SESSIONS] = nat44.sessions;
  }

  /** Returns 0, or why a packet from the LAN may not use this domain. */
  protected refuseLanSource(source: number): number {
    if (this.nat44 !== null) return this.self.isLocal(source) ? 0 : NAT44_SOURCE_NOT_LOCAL;
    return this.self.ownsIpv4(source) ? 0 : SOURCE_ADDRESS_MISMATCH;
  }

  /**
   * Finds or makes the NAT44 mapping of the packet from the LAN at packet.at and sets the packet's new source
   * port. The last check of all, so that no refused packet takes a port. Returns 0 or a drop code.
   */
  protected mapOutbound(frame: DataView, nowMs: number): number {
    const { packet, nat44 } = this;
    if (nat44 === null) return 0;
    const port = nat44.outbound(
      packet.protocol,
      ipv4.source(frame, packet.at),
      packet.sourcePort,
      ipv4.destination(frame, packet.at),
      packet.destinationPort,
      packet.tcpFlags,
      nowMs,
    );
    if (port < 0) return port;
    packet.newSourcePort = port;
    return 0;
  }

  /** Returns 0, or why the port is not one that this CE may be spoken to on (RFC 7599 §8.2). */
  protected refusePort(): number {
    return this.self.ports.contains(this.packet.destinationPort) ? 0 : DESTINATION_PORT_NOT_OURS;
  }

  /**
   * Finds the NAT44 mapping of a packet from `remote`; the last check of all. Returns its handle (0 without
   * NAT44) or a drop code, and sets the packet's new destination port.
   */
  protected mapInbound(remote: number, nowMs: number): number {
    const { packet, nat44 } = this;
    if (nat44 === null) return 0;
    const handle = nat44.inbound(
      packet.protocol,
      packet.destinationPort,
      remote,
      packet.sourcePort,
      packet.tcpFlags,
      nowMs,
    );
    if (handle >= 0) packet.newDestinationPort = nat44.insidePort(handle);
    return handle;
  }
}
