/**
 * The IPv4 side of a CE: its own address and port set, what its LAN may send from, and NAT44 between them; first on the
 * way out, last on the way in (RFC 7597 §8).
 */
import { counterIndex } from "../counters.js";
import type { Nat44 } from "../nat44/nat44.js";
import type { Quote } from "../translate/icmp/quote.js";
import { KIND_ICMP_ERROR, KIND_ICMP_OTHER, NO_PORT, type Packet } from "../translate/packet.js";
import {
  DESTINATION_PORT_NOT_OURS,
  NAT44_NO_MAPPING,
  NAT44_SOURCE_NOT_LOCAL,
  NAT44_UNSUPPORTED_PROTOCOL,
  NO_PORT_FOR_SHARED_ADDRESS,
  SOURCE_ADDRESS_MISMATCH,
} from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";
import type { CeSelf } from "./ce-self.js";
import type { MovedConnections } from "./moved-connections.js";
import { MAX_UNSOLICITED_SYNS, UnsolicitedSyns } from "./unsolicited-syns.js";

const NAT44_MAPPINGS_TCP = counterIndex("nat44_mappings_tcp");
const NAT44_MAPPINGS_UDP = counterIndex("nat44_mappings_udp");
const NAT44_MAPPINGS_ICMP = counterIndex("nat44_mappings_icmp");
const NAT44_SESSIONS = counterIndex("nat44_sessions");

/** 0.0.0.0, which no packet that was admitted goes to. */
const NOBODY = 0;

export class LanSide {
  readonly self: CeSelf;
  readonly #nat44: Nat44 | null;
  readonly #counters: Float64Array;
  /** The address that NAT44 hides the LAN behind. */
  readonly #external: number;
  /** SYNs that NAT44 refused, whose senders are to be told. */
  readonly syns: UnsolicitedSyns;
  #moved: MovedConnections | null;
  /** Where the packet that was mapped inbound last goes; unsigned 32-bit. */
  inside = 0;

  /** `moved`: connections of the former address, or null; `unreachables` false: nobody is told about refused SYNs. */
  constructor(
    self: CeSelf,
    nat44: Nat44 | null,
    counters: Float64Array,
    moved: MovedConnections | null,
    unreachables: boolean,
  ) {
    this.self = self;
    this.#nat44 = nat44;
    this.#counters = counters;
    this.#external = nat44 === null ? NOBODY : self.ipv4;
    this.syns = new UnsolicitedSyns(nat44 !== null && unreachables ? MAX_UNSOLICITED_SYNS : 0);
    this.#moved = moved;
  }

  get hasNat44(): boolean {
    return this.#nat44 !== null;
  }

  /** Ends what is due in NAT44 and publishes its gauges. */
  tick(nowMs: number): void {
    const nat44 = this.#nat44;
    if (nat44 === null) return;
    nat44.expire(nowMs);
    if (this.#moved?.expire(nowMs) === false) this.#moved = null;
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
    const moved = this.#moved === null ? 0 : this.#moved.refuse(frame, packet);
    if (moved < 0) return moved;
    const destination = ipv4.destination(frame, packet.at);
    const port = nat44.outbound(
      packet.protocol,
      ipv4.source(frame, packet.at),
      packet.sourcePort,
      destination,
      packet.destinationPort,
      packet.tcpFlags,
      nowMs,
    );
    if (port < 0) return port;
    packet.newSourcePort = port;
    if (!this.syns.isEmpty && (packet.tcpFlags & tcp.FLAG_SYN) !== 0) {
      this.syns.forget(port, destination, packet.destinationPort);
    }
    return 0;
  }

  /** As `mapOutbound()`, of an ICMP error: the packet that it quotes had come in through a mapping (RFC 5508 §4.2). */
  mapErrorOutbound(frame: DataView, quote: Quote): number {
    const nat44 = this.#nat44;
    if (nat44 === null) return 0;
    const inside = ipv4.destination(frame, quote.at);
    const remote = ipv4.source(frame, quote.at);
    const { protocol, sourcePort, destinationPort } = quote;
    const port = nat44.peekOutbound(protocol, inside, destinationPort, remote, sourcePort);
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
   * all; a SYN that it refuses is remembered. Returns 0 or a drop code.
   */
  mapInbound(frame: DataView, packet: Packet, remote: number, own: number, nowMs: number): number {
    const nat44 = this.#nat44;
    this.inside = own;
    if (nat44 === null) return 0;
    if (packet.destinationPort === NO_PORT) return NAT44_UNSUPPORTED_PROTOCOL;
    const { protocol, destinationPort, sourcePort, tcpFlags } = packet;
    const handle = nat44.inbound(protocol, destinationPort, remote, sourcePort, tcpFlags, nowMs);
    if (handle < 0) this.syns.remember(frame, packet, remote, sourcePort, nowMs);
    return this.#enter(nat44, packet, handle);
  }

  /** After `inbound()` gave a handle or a drop code: where the packet goes. */
  #enter(nat44: Nat44, packet: Packet, handle: number): number {
    if (handle < 0) return handle;
    this.inside = nat44.insideAddress(handle);
    packet.newDestinationPort = nat44.insidePort(handle);
    return 0;
  }

  /**
   * True where NAT44 turns the packet from the LAN around instead of sending it out: it goes to the address and to a
   * port that NAT44 itself gives out (RFC 4787 §6). Its ports are known, and its quote has been read.
   */
  turnsAround(destination: number, packet: Packet, quote: Quote): boolean {
    if (destination !== this.#external) return false;
    if (packet.protocol !== ipv4.PROTOCOL_ICMP) {
      return this.self.ports.contains(packet.destinationPort);
    }
    // Whatever identifier an echo message has here, outside it has one of ours.
    if (packet.kind !== KIND_ICMP_ERROR) return packet.kind !== KIND_ICMP_OTHER;
    return quote.isEcho || this.self.ports.contains(packet.destinationPort);
  }

  /**
   * Maps a packet that `turnsAround()` both ways: out, so that its receiver sees an external source, and in again with
   * that source as the remote end. As `mapOutbound()` and `mapInbound()` otherwise.
   */
  mapTurned(frame: DataView, packet: Packet, nowMs: number): number {
    const nat44 = this.#nat44;
    if (nat44 === null) return 0;
    const own = this.#external;
    const { protocol, sourcePort, destinationPort, tcpFlags } = packet;
    const isEcho = protocol === ipv4.PROTOCOL_ICMP;
    // A packet to nobody takes no port. One that is filtered does: it lets its receiver speak to its sender.
    if (!isEcho && this.#isToNobody(nat44, frame, packet)) {
      this.syns.remember(frame, packet, own, 0, nowMs);
      return NAT44_NO_MAPPING;
    }
    const unmapped = this.mapOutbound(frame, packet, nowMs);
    if (unmapped < 0) return unmapped;
    const source = packet.newSourcePort;
    // An echo message has one identifier, so outside it would be for whom it came from.
    const port = isEcho ? source : destinationPort;
    const handle = nat44.inbound(protocol, port, own, source, tcpFlags, nowMs);
    if (handle < 0) this.syns.remember(frame, packet, own, source, nowMs);
    if (isEcho) packet.newSourcePort = sourcePort;
    return this.#enter(nat44, packet, handle);
  }

  /** Of a packet that is turned around: true where no mapping takes it, whatever its external source will be. */
  #isToNobody(nat44: Nat44, frame: DataView, packet: Packet): boolean {
    const own = this.#external;
    const inside = ipv4.source(frame, packet.at);
    const { protocol, sourcePort, destinationPort } = packet;
    // A port that several connections share takes packets of these alone, so the source counts if there is one yet.
    const source = nat44.peekOutbound(protocol, inside, sourcePort, own, destinationPort);
    const remotePort = Math.max(source, 0);
    return nat44.peekInbound(protocol, destinationPort, own, remotePort) === NAT44_NO_MAPPING;
  }

  /** As `mapTurned()`, of an ICMP error: the packet that it quotes was turned around (RFC 5508 §4.2). */
  mapTurnedError(frame: DataView, quote: Quote): number {
    const { sourcePort, destinationPort, isEcho } = quote;
    const unmapped = this.mapErrorOutbound(frame, quote);
    if (unmapped < 0 || this.#nat44 === null) return unmapped;
    const external = quote.newDestinationPort;
    const port = isEcho ? external : sourcePort;
    const handle = this.#nat44.peekInbound(quote.protocol, port, this.#external, external);
    if (handle < 0) return handle;
    this.inside = this.#nat44.insideAddress(handle);
    quote.newSourcePort = this.#nat44.insidePort(handle);
    if (isEcho) quote.newDestinationPort = destinationPort;
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
