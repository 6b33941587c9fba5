/**
 * The IPv4 side of a CE: its own address and port set, what its LAN may send from, and NAT44 between them; first on the
 * way out, last on the way in (RFC 7597 §8).
 */
import { counterIndex } from "../counters.js";
import type { Nat44 } from "../nat44/nat44.js";
import type { Quote } from "../translate/icmp/quote.js";
import { NO_PORT, type Packet } from "../translate/packet.js";
import {
  DESTINATION_PORT_NOT_OURS,
  NAT44_SOURCE_NOT_LOCAL,
  NAT44_UNSUPPORTED_PROTOCOL,
  NO_PORT_FOR_SHARED_ADDRESS,
  SOURCE_ADDRESS_MISMATCH,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import type { CeSelf } from "./ce-self.js";

const NAT44_MAPPINGS_TCP = counterIndex("nat44_mappings_tcp");
const NAT44_MAPPINGS_UDP = counterIndex("nat44_mappings_udp");
const NAT44_MAPPINGS_ICMP = counterIndex("nat44_mappings_icmp");
const NAT44_SESSIONS = counterIndex("nat44_sessions");

export class LanSide {
  readonly self: CeSelf;
  readonly #nat44: Nat44 | null;
  readonly #counters: Float64Array;
  /** Where the packet that was mapped inbound last goes; unsigned 32-bit. */
  inside = 0;

  constructor(self: CeSelf, nat44: Nat44 | null, counters: Float64Array) {
    this.self = self;
    this.#nat44 = nat44;
    this.#counters = counters;
  }

  get hasNat44(): boolean {
    return this.#nat44 !== null;
  }

  /** Ends what is due in NAT44 and publishes its gauges. */
  tick(nowMs: number): void {
    const nat44 = this.#nat44;
    if (nat44 === null) return;
    nat44.expire(nowMs);
    this.#counters[NAT44_MAPPINGS_TCP] = nat44.mappings(ipv4.PROTOCOL_TCP);
    this.#counters[NAT44_MAPPINGS_UDP] = nat44.mappings(ipv4.PROTOCOL_UDP);
    this.#counters[NAT44_MAPPINGS_ICMP] = nat44.mappings(ipv4.PROTOCOL_ICMP);
    this.#counters[NAT44_SESSIONS] = nat44.sessions;
  }

  /** Returns 0, or why a packet from the LAN may not use this domain. */
  refuseSource(source: number): number {
    if (this.#nat44 !== null) return this.self.isLocal(source) ? 0 : NAT44_SOURCE_NOT_LOCAL;
    return this.self.ownsIpv4(source) ? 0 : SOURCE_ADDRESS_MISMATCH;
  }

  /** The IPv4 source that a packet from the LAN leaves with. */
  outside(source: number): number {
    return this.#nat44 === null ? source : this.self.ipv4;
  }

  /**
   * Finds or makes the mapping of the packet from the LAN and sets its new source port. The last check of all, so that
   * no refused packet takes a port. Returns 0 or a drop code.
   */
  mapOutbound(frame: DataView, packet: Packet, nowMs: number): number {
    const nat44 = this.#nat44;
    if (nat44 === null) return 0;
    if (packet.sourcePort === NO_PORT) return NAT44_UNSUPPORTED_PROTOCOL;
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

  /** As `mapOutbound()`, of an ICMP error: the packet that it quotes had come in through a mapping (RFC 5508 §4.2). */
  mapErrorOutbound(frame: DataView, quote: Quote): number {
    const nat44 = this.#nat44;
    if (nat44 === null) return 0;
    const inside = ipv4.destination(frame, quote.at);
    const port = nat44.peekOutbound(quote.protocol, inside, quote.destinationPort);
    if (port < 0) return port;
    quote.newDestinationPort = port;
    return 0;
  }

  /** Returns 0, or why the packet's destination port is not one that this CE may be spoken to on (RFC 7599 §8.2). */
  refusePort(packet: Packet): number {
    const port = packet.destinationPort;
    if (port === NO_PORT) return this.self.isShared ? NO_PORT_FOR_SHARED_ADDRESS : 0;
    return this.self.ports.contains(port) ? 0 : DESTINATION_PORT_NOT_OURS;
  }

  /**
   * Finds the mapping of a packet from `remote` to `own`, sets its new destination port, and `inside`. The last check of
   * all. Returns 0 or a drop code.
   */
  mapInbound(packet: Packet, remote: number, own: number, nowMs: number): number {
    const nat44 = this.#nat44;
    this.inside = own;
    if (nat44 === null) return 0;
    if (packet.destinationPort === NO_PORT) return NAT44_UNSUPPORTED_PROTOCOL;
    const handle = nat44.inbound(
      packet.protocol,
      packet.destinationPort,
      remote,
      packet.sourcePort,
      packet.tcpFlags,
      nowMs,
    );
    if (handle < 0) return handle;
    this.inside = nat44.insideAddress(handle);
    packet.newDestinationPort = nat44.insidePort(handle);
    return 0;
  }

  /** As `mapInbound()`, of an ICMP error: the packet that it quotes had gone out to `remote` through a mapping. */
  mapErrorInbound(quote: Quote, remote: number, own: number): number {
    const nat44 = this.#nat44;
    this.inside = own;
    if (nat44 === null) return 0;
    const { protocol, sourcePort, destinationPort } = quote;
    const handle = nat44.peekInbound(protocol, sourcePort, remote, destinationPort);
    if (handle < 0) return handle;
    this.inside = nat44.insideAddress(handle);
    quote.newSourcePort = nat44.insidePort(handle);
    return 0;
  }
}
