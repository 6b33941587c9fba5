/**
 * The CE's NAT44: port-restricted NAPT for TCP, UDP and ICMP echo over the port set of one shared
 * IPv4 address, or over all ports of a whole one (RFC 4787, RFC 5382, RFC 5508, RFC 7857).
 */
import type { PortSet } from "../map/port-set.js";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
  NAT44_UNSUPPORTED_PROTOCOL,
} from "../verdict.js";
import { HostTable } from "./host-table.js";
import { KeyHash } from "./keyed-table.js";
import { MappingTable } from "./mapping-table.js";
import { PeerTable } from "./peer-table.js";
import { PortPool } from "./port-pool.js";
import { PROTOCOL_SLOTS, SLOT_ICMP, SLOT_TCP, SLOT_UDP, slotOf } from "./protocol.js";
import { SessionTable } from "./session-table.js";
import type { Forward, Nat44Settings } from "./settings.js";
import * as tcp from "./tcp-state.js";

/**
 * Addresses are unsigned 32-bit, ports 0..65535; for ICMP echo the identifier is the port and the
 * remote port is ignored. `protocol` is 6, 17 or 1. Results below zero are drop codes. Nothing is
 * allocated after the constructor, and every call takes constant time, but for `expire()`, which
 * looks at SWEEP_LIMIT sessions at most.
 *
 * Only outbound packets make state or keep it alive. Inbound ones advance the state of a TCP
 * connection, which sets its timer anew, and nothing else: who is outside gets no port, and a
 * session only by being answered (RFC 4787 §4.3). A forward's mapping has no sessions at all.
 * What a packet made stays even when the caller drops that packet later: it is an idle session
 * that times out, and a retry finds the same port.
 *
 * Memory: 71 bytes a mapping (its host included) and 49 a session, 77 with address-dependent
 * filtering, give or take the rounding of hash buckets to a power of two; 0.8 MiB besides, and
 * 15 bytes a port of the set.
 */
export class Nat44 {
  /** Which parts of the remote end the filter looks at (RFC 4787 §5). */
  readonly #filtersAddress: boolean;
  readonly #filtersPort: boolean;
  readonly #random: () => number;
  readonly #mappings: MappingTable;
  readonly #sessions: SessionTable;
  readonly #hosts: HostTable;
  /** Only where a TCP session says less than the filter needs. */
  readonly #peers: PeerTable | null;
  /** By protocol slot. */
  readonly #pools: readonly PortPool[];
  readonly #maxPortsPerHost: number;
  /** Idle time, ms: by TCP state, and by protocol slot for the others. */
  readonly #tcpTimeouts: Float64Array;
  readonly #timeouts: Float64Array;

  /**
   * `random` gives uniform unsigned 32-bit numbers that nobody can foresee; they choose ports
   * (RFC 6056 §3.1). Throws RangeError for forwards that `settings` should never hold: outside the
   * port set, on port 0, or twice for one external port or one inside endpoint.
   */
  constructor(settings: Nat44Settings, ports: PortSet, random: () => number) {
    const hash = new KeyHash(random);
    const { maxMappings, maxSessions, filtering, timeoutsMs } = settings;
    this.#filtersAddress = filtering !== "endpoint-independent";
    this.#filtersPort = filtering === "address-and-port-dependent";
    this.#random = random;
    this.#mappings = new MappingTable(maxMappings, hash);
    this.#sessions = new SessionTable(maxSessions, hash);
    this.#hosts = new HostTable(maxMappings, hash);
    this.#peers = filtering === "address-dependent" ? new PeerTable(maxSessions, hash) : null;
    this.#pools = Array.from(
      { length: PROTOCOL_SLOTS },
      () => new PortPool(ports, settings.reserve),
    );
    this.#maxPortsPerHost = settings.maxPortsPerHost ?? Number.POSITIVE_INFINITY;
    this.#tcpTimeouts = tcp.timeoutsByState(settings);
    this.#timeouts = new Float64Array(PROTOCOL_SLOTS);
    this.#timeouts[SLOT_UDP] = timeoutsMs.udp;
    this.#timeouts[SLOT_ICMP] = timeoutsMs.icmp;
    for (const forward of settings.forwards) this.#addForward(forward);
  }

  /**
   * A packet from inside: returns the external port that it leaves with. May be refused with
   * NAT44_NO_FREE_PORT, NAT44_HOST_QUOTA or NAT44_TABLE_FULL, and a TCP RST that no mapping is
   * for with NAT44_NO_MAPPING; a refused packet changes nothing.
   */
  outbound(
    protocol: number,
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
    tcpFlags: number,
    nowMs: number,
  ): number {
    const slot = slotOf(protocol);
    if (slot < 0) return NAT44_UNSUPPORTED_PROTOCOL;
    let mapping = this.#mappings.find(slot, insideAddress, insidePort);
    const isReset = slot === SLOT_TCP && tcp.isReset(tcpFlags);
    if (mapping < 0) {
      if (isReset) return NAT44_NO_MAPPING;
      if (this.#sessions.full) return NAT44_TABLE_FULL;
      mapping = this.#openMapping(slot, insideAddress, insidePort);
      if (mapping < 0) return mapping;
    }
    const externalPort = this.#mappings.externalPort(mapping);
    if (this.#mappings.isStatic(mapping)) return externalPort;

    const keyAddress = this.#keyAddress(slot, remoteAddress);
    const keyPort = this.#keyPort(slot, remotePort);
    const session = this.#sessions.find(slot, externalPort, keyAddress, keyPort);
    if (session >= 0) {
      this.#refresh(slot, session, tcpFlags, nowMs);
      return externalPort;
    }
    // A RST that answers an unsolicited segment passes, but is no reason to remember its receiver.
    if (isReset) return externalPort;
    if (this.#sessions.full) return NAT44_TABLE_FULL;
    this.#openSession(slot, mapping, keyAddress, keyPort, tcpFlags, nowMs);
    return externalPort;
  }

  /**
   * A packet from outside to the external address: returns the mapping's handle, valid until the
   * next call that is not a getter. NAT44_NO_MAPPING where the port is unused, NAT44_FILTERED
   * where its mapping has not spoken to the sender.
   */
  inbound(
    protocol: number,
    externalPort: number,
    remoteAddress: number,
    remotePort: number,
    tcpFlags: number,
    nowMs: number,
  ): number {
    const slot = slotOf(protocol);
    if (slot < 0) return NAT44_UNSUPPORTED_PROTOCOL;
    const session = this.#findInbound(slot, externalPort, remoteAddress, remotePort);
    if (session < 0) return this.#withoutSession(slot, externalPort, remoteAddress);
    if (slot === SLOT_TCP) this.#advanceInbound(session, tcpFlags, nowMs);
    return this.#sessions.mapping(session);
  }

  /**
   * For the packet that an ICMP error from inside quotes: the external port of an inside endpoint,
   * or NAT44_NO_MAPPING. Changes nothing, and refreshes nothing (RFC 5508 §4.2).
   */
  peekOutbound(protocol: number, insideAddress: number, insidePort: number): number {
    const slot = slotOf(protocol);
    if (slot < 0) return NAT44_UNSUPPORTED_PROTOCOL;
    const mapping = this.#mappings.find(slot, insideAddress, insidePort);
    return mapping < 0 ? NAT44_NO_MAPPING : this.#mappings.externalPort(mapping);
  }

  /**
   * For the packet that an ICMP error from outside quotes: the handle of the mapping that sent it
   * to this remote end, or a drop code as of `inbound()`. Changes nothing (RFC 5508 §4.2).
   */
  peekInbound(
    protocol: number,
    externalPort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    const slot = slotOf(protocol);
    if (slot < 0) return NAT44_UNSUPPORTED_PROTOCOL;
    const session = this.#findInbound(slot, externalPort, remoteAddress, remotePort);
    return session >= 0
      ? this.#sessions.mapping(session)
      : this.#withoutSession(slot, externalPort, remoteAddress);
  }

  insideAddress(handle: number): number {
    return this.#mappings.insideAddress(handle);
  }

  insidePort(handle: number): number {
    return this.#mappings.insidePort(handle);
  }

  /**
   * Ends what has been idle for too long: never early, and at most TICK_MS late if called that
   * often. Meant to be called before every batch; it costs nothing while no tick has passed.
   */
  expire(nowMs: number): void {
    this.#sessions.advance(nowMs);
    for (;;) {
      const session = this.#sessions.takeDue();
      if (session < 0) return;
      this.#closeSession(session);
    }
  }

  /** Mappings of a protocol now, those of forwards among them. */
  mappings(protocol: number): number {
    const slot = slotOf(protocol);
    return slot < 0 ? 0 : this.#mappings.count(slot);
  }

  get sessions(): number {
    return this.#sessions.count;
  }

  /** The part of the remote address that a session is kept by; TCP state is per connection always. */
  #keyAddress(slot: number, remoteAddress: number): number {
    if (slot === SLOT_TCP) return remoteAddress;
    return this.#filtersAddress ? remoteAddress : 0;
  }

  #keyPort(slot: number, remotePort: number): number {
    if (slot === SLOT_TCP) return remotePort;
    if (slot === SLOT_ICMP) return 0;
    return this.#filtersPort ? remotePort : 0;
  }

  #findInbound(
    slot: number,
    externalPort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    const keyAddress = this.#keyAddress(slot, remoteAddress);
    const keyPort = this.#keyPort(slot, remotePort);
    return this.#sessions.find(slot, externalPort, keyAddress, keyPort);
  }

  /** The mapping that takes a packet from outside which belongs to no session, or why none does. */
  #withoutSession(slot: number, externalPort: number, remoteAddress: number): number {
    const mapping = this.#mappings.findByPort(slot, externalPort);
    if (mapping < 0) return NAT44_NO_MAPPING;
    if (!this.#filtersAddress || this.#mappings.isStatic(mapping)) return mapping;
    const isPeer =
      slot === SLOT_TCP && this.#peers !== null && this.#peers.has(mapping, remoteAddress);
    return isPeer ? mapping : NAT44_FILTERED;
  }

  /** A new dynamic mapping, or the reason why there is none. */
  #openMapping(slot: number, insideAddress: number, insidePort: number): number {
    if (this.#hosts.ports(insideAddress, slot) >= this.#maxPortsPerHost) return NAT44_HOST_QUOTA;
    if (this.#mappings.full) return NAT44_TABLE_FULL;
    const externalPort = this.#pools[slot]!.take(insidePort, this.#random);
    if (externalPort < 0) return NAT44_NO_FREE_PORT;
    const host = this.#hosts.hold(insideAddress, slot);
    return this.#mappings.add(slot, insideAddress, insidePort, externalPort, host);
  }

  #openSession(
    slot: number,
    mapping: number,
    keyAddress: number,
    keyPort: number,
    tcpFlags: number,
    nowMs: number,
  ): void {
    const externalPort = this.#mappings.externalPort(mapping);
    const session = this.#sessions.add(slot, externalPort, keyAddress, keyPort, mapping);
    this.#mappings.holdSession(mapping);
    if (slot === SLOT_TCP && this.#peers !== null) this.#peers.hold(mapping, keyAddress);
    const state = slot === SLOT_TCP ? tcp.firstState(tcpFlags) : tcp.NONE;
    this.#sessions.touch(session, state, nowMs + this.#idleMs(slot, state));
  }

  #closeSession(session: number): void {
    const mapping = this.#sessions.mapping(session);
    const slot = this.#mappings.slot(mapping);
    if (slot === SLOT_TCP && this.#peers !== null) {
      this.#peers.drop(mapping, this.#sessions.remoteAddress(session));
    }
    this.#sessions.remove(session);
    if (this.#mappings.dropSession(mapping)) this.#closeMapping(slot, mapping);
  }

  #closeMapping(slot: number, mapping: number): void {
    this.#pools[slot]!.release(this.#mappings.externalPort(mapping));
    this.#hosts.drop(this.#mappings.host(mapping), slot);
    this.#mappings.remove(mapping);
  }

  #refresh(slot: number, session: number, tcpFlags: number, nowMs: number): void {
    let state = tcp.NONE;
    if (slot === SLOT_TCP) {
      const before = this.#sessions.tcpState(session);
      state = tcp.afterOutbound(before, tcpFlags);
      if (state === before && !tcp.outboundRefreshes(state)) return;
    }
    this.#sessions.touch(session, state, nowMs + this.#idleMs(slot, state));
  }

  #advanceInbound(session: number, tcpFlags: number, nowMs: number): void {
    const before = this.#sessions.tcpState(session);
    const state = tcp.afterInbound(before, tcpFlags);
    if (state === before) return;
    this.#sessions.touch(session, state, nowMs + this.#idleMs(SLOT_TCP, state));
  }

  #idleMs(slot: number, tcpState: number): number {
    return slot === SLOT_TCP ? this.#tcpTimeouts[tcpState]! : this.#timeouts[slot]!;
  }

  #addForward(forward: Forward): void {
    if (forward.protocol !== "udp") this.#addStatic(SLOT_TCP, forward);
    if (forward.protocol !== "tcp") this.#addStatic(SLOT_UDP, forward);
  }

  #addStatic(slot: number, forward: Forward): void {
    const { externalPort, insideAddress, insidePort } = forward;
    if (this.#mappings.full) throw new RangeError("more forwards than maxMappings");
    if (this.#mappings.find(slot, insideAddress, insidePort) >= 0) {
      throw new RangeError(`two forwards to the inside port ${insidePort} of one host`);
    }
    if (!this.#pools[slot]!.claim(externalPort)) {
      throw new RangeError(`external port ${externalPort} of a forward is not free in the set`);
    }
    // No host: what the operator gives does not count against the host's quota.
    const mapping = this.#mappings.add(slot, insideAddress, insidePort, externalPort, -1);
    this.#mappings.markStatic(mapping);
  }
}
