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
import { Admission } from "./admission.js";
import { explicitMappings, portUse, sessionPage } from "./inspect.js";
import type { MappingTable } from "./mapping-table.js";
import { SLOT_TCP, slotOf } from "./protocol.js";
import type {
  HostRow,
  ImportResult,
  MappingRow,
  MapRequest,
  MapResult,
  PeerRequest,
  PortUse,
  Refusals,
  SessionPage,
} from "./records.js";
import { addExplicit, addForward, holdPeer } from "./requests.js";
import { restore } from "./restore.js";
import type { SessionTable } from "./session-table.js";
import type { Nat44Settings } from "./settings.js";
import { encodeState } from "./state-codec.js";
import { NatTables } from "./tables.js";
import * as tcp from "./tcp-state.js";

/**
 * Addresses are 32-bit, signed for packets (wire/ipv4.ts), unsigned in rows and requests; ports are
 * 0..65535; for ICMP echo the identifier is the port and the remote port is ignored. `protocol` is 6,
 * 17 or 1. Results below zero are drop codes. For a packet nothing is allocated and nothing scanned:
 * constant time, but for a TCP connection that needs a reused port, which looks at MOST_TRIED ports at most, and `expire()`, which looks at SWEEP_LIMIT
 * sessions and as many explicit mappings at most.
 *
 * An inside endpoint has one mapping for all remote ends while ports remain. Where `tcpPortReuse`
 * allows it, a TCP connection that finds none gets a mapping bound to its remote end, on a port
 * that others may use: never are there two connections with one five-tuple, and from outside a
 * bound mapping is reached by exactly its own. UDP and ICMP ports are never reused.
 *
 * Only outbound packets make state or keep it alive. Inbound ones advance the state of a TCP
 * connection, which sets its timer anew, and nothing else: who is outside gets no port, and a
 * session only by being answered (RFC 4787 §4.3). An explicit mapping gets no sessions at all; it
 * keeps those that it has from before or by `holdPeer()`. What a packet made stays even when the
 * caller drops that packet later: it is an idle session that times out, and a retry finds the same port.
 *
 * Memory: 87 bytes a mapping (its host included) and 57 a session, 85 with address-dependent
 * filtering, give or take the rounding of hash buckets to a power of two; 0.8 MiB besides, and
 * 75 bytes a port of the set. The system backs it as it is used.
 */
export class Nat44 {
  readonly #tables: NatTables;
  readonly #admission: Admission;
  readonly #mappings: MappingTable;
  readonly #sessions: SessionTable;
  #noFreePort = 0;
  #hostQuota = 0;
  #tableFull = 0;

  /**
   * `random` gives uniform unsigned 32-bit numbers that nobody can foresee; they choose ports
   * (RFC 6056 §3.1). Throws RangeError for forwards that `settings` should never hold: outside the
   * port set, on port 0, or twice for one external port or one inside endpoint.
   */
  constructor(settings: Nat44Settings, ports: PortSet, random: () => number) {
    this.#tables = new NatTables(settings, ports, random);
    this.#admission = new Admission(settings, this.#tables);
    this.#mappings = this.#tables.mappings;
    this.#sessions = this.#tables.sessions;
    for (const forward of settings.forwards) addForward(this.#tables, this.#admission, forward);
  }

  /** Sessions take them over with the next packet that sets their timer. */
  setTimeouts(timeoutsMs: Nat44Settings["timeoutsMs"]): void {
    this.#tables.setTimeouts(timeoutsMs);
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
    const isReset = slot === SLOT_TCP && tcp.isReset(tcpFlags);
    let mapping = this.#tables.findMapping(
      slot,
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
    );
    if (mapping >= 0) {
      const externalPort = this.#mappings.externalPort(mapping);
      const session = this.#tables.findSession(slot, externalPort, remoteAddress, remotePort);
      if (session >= 0) {
        this.#refresh(slot, session, tcpFlags, nowMs);
        return externalPort;
      }
      // A RST that answers an unsolicited segment passes, but is no reason to remember its receiver.
      if (isReset || this.#mappings.isExplicit(mapping)) return externalPort;
    } else if (isReset) {
      return NAT44_NO_MAPPING;
    }
    const refusal = this.#admission.refuseSession(insideAddress);
    if (refusal < 0) return this.#countRefusal(refusal);
    if (mapping < 0) {
      mapping = this.#admission.open(slot, insideAddress, insidePort, remoteAddress, remotePort, 0);
      if (mapping < 0) return this.#countRefusal(mapping);
    }
    const session = this.#tables.addSession(slot, mapping, remoteAddress, remotePort);
    const state = slot === SLOT_TCP ? tcp.firstState(tcpFlags) : tcp.NONE;
    this.#sessions.touch(session, state, nowMs + this.#tables.idleMs(slot, state));
    return this.#mappings.externalPort(mapping);
  }

  /**
   * A packet from outside to the external address: returns the mapping's handle, valid until the
   * next call that is not a getter. NAT44_NO_MAPPING where no mapping has the port for more than
   * one remote end, NAT44_FILTERED where the one that has it has not spoken to the sender.
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
    const session = this.#tables.findSession(slot, externalPort, remoteAddress, remotePort);
    if (session < 0) return this.#withoutSession(slot, externalPort, remoteAddress);
    if (slot === SLOT_TCP) this.#advanceInbound(session, tcpFlags, nowMs);
    return this.#sessions.mapping(session);
  }

  /**
   * For the packet that an ICMP error from inside quotes: the external port by which a packet from
   * this remote end came to an inside endpoint, or NAT44_NO_MAPPING. Changes nothing, and
   * refreshes nothing (RFC 5508 §4.2).
   */
  peekOutbound(
    protocol: number,
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    const slot = slotOf(protocol);
    if (slot < 0) return NAT44_UNSUPPORTED_PROTOCOL;
    const mapping = this.#tables.findMapping(
      slot,
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
    );
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
    const session = this.#tables.findSession(slot, externalPort, remoteAddress, remotePort);
    return session >= 0
      ? this.#sessions.mapping(session)
      : this.#withoutSession(slot, externalPort, remoteAddress);
  }

  /** True where there is a TCP session of exactly this five-tuple. */
  hasConnection(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
  ): boolean {
    return this.#tables.hasConnection(insideAddress, insidePort, remoteAddress, remotePort);
  }

  /** Signed 32-bit. */
  insideAddress(handle: number): number {
    return this.#mappings.insideAddress(handle);
  }

  insidePort(handle: number): number {
    return this.#mappings.insidePort(handle);
  }

  /**
   * Ends what has been idle for too long, and explicit mappings whose lifetime is over: never
   * early, and at most TICK_MS late if called that often. Meant to be called before every batch;
   * it costs nothing while no tick has passed.
   */
  expire(nowMs: number): void {
    const { explicit } = this.#tables;
    this.#sessions.advance(nowMs);
    for (let due = this.#sessions.takeDue(); due >= 0; due = this.#sessions.takeDue()) {
      this.#tables.closeSession(due);
    }
    explicit.advance(nowMs);
    for (let due = explicit.takeDue(); due >= 0; due = explicit.takeDue()) {
      const slot = explicit.slot(due);
      this.#tables.endExplicit(this.#mappings.findByPort(slot, explicit.externalPort(due)));
    }
  }

  /** Mappings of a protocol now, explicit and bound ones among them. */
  mappings(protocol: number): number {
    const slot = slotOf(protocol);
    return slot < 0 ? 0 : this.#mappings.count(slot);
  }

  get sessions(): number {
    return this.#sessions.count;
  }

  /** External ports of a protocol in use now. */
  usedPorts(protocol: number): number {
    return this.#tables.pools[slotOf(protocol)]?.used ?? 0;
  }

  /** External ports of a protocol that a mapping may get by chance now. */
  freePorts(protocol: number): number {
    return this.#tables.pools[slotOf(protocol)]?.free ?? 0;
  }

  /**
   * Makes, renews or changes an explicit mapping. An endpoint has one at most. A dynamic one
   * becomes explicit with its port and its sessions (RFC 6887 §11.3), unless the operator wants
   * exactly another port: then it ends, the only request that looks at all sessions. Nobody's
   * port is taken away. Those that PCP makes count against the host's quota.
   */
  addMapping(request: MapRequest, nowMs: number): MapResult {
    return addExplicit(this.#tables, this.#admission, request, nowMs);
  }

  /** Ends an explicit mapping: false where there is none. Its sessions, if any, end by their timers. */
  removeMapping(protocol: number, insideAddress: number, insidePort: number): boolean {
    const slot = slotOf(protocol);
    const mapping = slot < 0 ? -1 : this.#mappings.find(slot, insideAddress, insidePort);
    if (mapping < 0 || !this.#mappings.isExplicit(mapping)) return false;
    this.#tables.endExplicit(mapping);
    return true;
  }

  /**
   * Finds or makes mapping and session as a packet to the remote end would, and lets the session
   * live for the time given at least, whatever becomes of the connection (RFC 6887 §12).
   */
  holdPeer(request: PeerRequest, nowMs: number): MapResult {
    return holdPeer(this.#tables, this.#admission, request, nowMs);
  }

  /** TCP first, then UDP, in the order of their external ports. */
  explicitMappings(nowMs: number): MappingRow[] {
    return explicitMappings(this.#tables, nowMs);
  }

  /**
   * Sessions from `cursor` (0 first) on, at most `limit` of them, in no order; the time that it
   * takes is bounded by `limit`. A page may be empty and not the last. Sessions that stay are on
   * exactly one page, those that come or go meanwhile on one or none.
   */
  sessionPage(cursor: number, limit: number, nowMs: number): SessionPage {
    return sessionPage(this.#tables, cursor, limit, nowMs);
  }

  /** Every inside host that holds a port, in no order. */
  hosts(): HostRow[] {
    return this.#tables.hosts.rows();
  }

  portUse(): PortUse {
    return portUse(this.#tables);
  }

  /** How many packets were refused for want of ports or room since this was asked last. */
  takeRefusals(): Refusals {
    const refusals = {
      noFreePort: this.#noFreePort,
      hostQuota: this.#hostQuota,
      tableFull: this.#tableFull,
    };
    this.#noFreePort = 0;
    this.#hostQuota = 0;
    this.#tableFull = 0;
    return refusals;
  }

  /** Sessions, and explicit mappings but the configuration's, as bytes for `importState()`. */
  exportState(nowMs: number): Uint8Array {
    return encodeState(this.#tables, nowMs);
  }

  /**
   * Takes over what another NAT44 exported `elapsedMs` ago: one with other settings, too. Whatever
   * has ended meanwhile is left out. Quotas are not asked, `reserve` neither: what was going on
   * goes on. Throws Error on bytes that it cannot read, and has changed nothing then.
   */
  importState(state: Uint8Array, elapsedMs: number, nowMs: number): ImportResult {
    return restore(this.#tables, state, elapsedMs, nowMs);
  }

  /** The mapping that takes a packet from outside which belongs to no session, or why none does. */
  #withoutSession(slot: number, externalPort: number, remoteAddress: number): number {
    const mapping = this.#mappings.findByPort(slot, externalPort);
    if (mapping < 0) return NAT44_NO_MAPPING;
    if (!this.#tables.filtersAddress || this.#mappings.isExplicit(mapping)) return mapping;
    const { peers } = this.#tables;
    const isPeer = slot === SLOT_TCP && peers !== null && peers.has(mapping, remoteAddress);
    return isPeer ? mapping : NAT44_FILTERED;
  }

  #refresh(slot: number, session: number, tcpFlags: number, nowMs: number): void {
    let state = tcp.NONE;
    if (slot === SLOT_TCP) {
      const before = this.#sessions.tcpState(session);
      state = tcp.afterOutbound(before, tcpFlags);
      if (state === before && !tcp.outboundRefreshes(state)) return;
    }
    this.#sessions.touch(session, state, nowMs + this.#tables.idleMs(slot, state));
  }

  #advanceInbound(session: number, tcpFlags: number, nowMs: number): void {
    const before = this.#sessions.tcpState(session);
    const state = tcp.afterInbound(before, tcpFlags);
    if (state === before) return;
    this.#sessions.touch(session, state, nowMs + this.#tables.idleMs(SLOT_TCP, state));
  }

  #countRefusal(code: number): number {
    if (code === NAT44_NO_FREE_PORT) this.#noFreePort++;
    else if (code === NAT44_HOST_QUOTA) this.#hostQuota++;
    else if (code === NAT44_TABLE_FULL) this.#tableFull++;
    return code;
  }
}
