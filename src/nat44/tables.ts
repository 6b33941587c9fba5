/**
 * The tables of one NAT44, and the steps that keep them in agreement: a mapping holds its port and
 * its host, a session its mapping. Whether a step may be taken is decided elsewhere.
 */
import type { PortSet } from "../map/port-set.js";
import { ExplicitTable } from "./explicit-table.js";
import { HostTable } from "./host-table.js";
import { KeyHash } from "./keyed-table.js";
import { MappingTable } from "./mapping-table.js";
import { PeerTable } from "./peer-table.js";
import { PortPool } from "./port-pool.js";
import { PROTOCOL_SLOTS, SLOT_ICMP, SLOT_TCP, SLOT_UDP } from "./protocol.js";
import type { MappingOrigin } from "./records.js";
import { SessionTable } from "./session-table.js";
import type { Nat44Settings } from "./settings.js";
import * as tcp from "./tcp-state.js";

export class NatTables {
  readonly ports: PortSet;
  readonly random: () => number;
  readonly mappings: MappingTable;
  readonly sessions: SessionTable;
  readonly hosts: HostTable;
  readonly explicit: ExplicitTable;
  /** Only where a TCP session says less than the filter needs. */
  readonly peers: PeerTable | null;
  /** By protocol slot. */
  readonly pools: readonly PortPool[];
  /** Which parts of the remote end the filter looks at (RFC 4787 §5). */
  readonly filtersAddress: boolean;
  readonly #filtersPort: boolean;
  /** Idle time, ms: by TCP state, and by protocol slot for the others. */
  #tcpTimeouts: Float64Array = new Float64Array();
  readonly #timeouts = new Float64Array(PROTOCOL_SLOTS);

  constructor(settings: Nat44Settings, ports: PortSet, random: () => number) {
    const hash = new KeyHash(random);
    const { maxMappings, maxSessions, filtering, timeoutsMs } = settings;
    this.ports = ports;
    this.random = random;
    this.mappings = new MappingTable(maxMappings, hash);
    this.sessions = new SessionTable(maxSessions, hash);
    this.hosts = new HostTable(maxMappings, hash);
    this.explicit = new ExplicitTable(ports);
    this.peers = filtering === "address-dependent" ? new PeerTable(maxSessions, hash) : null;
    this.pools = Array.from(
      { length: PROTOCOL_SLOTS },
      () => new PortPool(ports, settings.reserve),
    );
    this.filtersAddress = filtering !== "endpoint-independent";
    this.#filtersPort = filtering === "address-and-port-dependent";
    this.setTimeouts(timeoutsMs);
  }

  /** Sessions take them over with the next packet that sets their timer. */
  setTimeouts(timeoutsMs: Nat44Settings["timeoutsMs"]): void {
    this.#tcpTimeouts = tcp.timeoutsByState(timeoutsMs);
    this.#timeouts[SLOT_UDP] = timeoutsMs.udp;
    this.#timeouts[SLOT_ICMP] = timeoutsMs.icmp;
  }

  /** The part of the remote address that a session is kept by; TCP state is per connection always. */
  keyAddress(slot: number, remoteAddress: number): number {
    if (slot === SLOT_TCP) return remoteAddress;
    return this.filtersAddress ? remoteAddress : 0;
  }

  keyPort(slot: number, remotePort: number): number {
    if (slot === SLOT_TCP) return remotePort;
    if (slot === SLOT_ICMP) return 0;
    return this.#filtersPort ? remotePort : 0;
  }

  /**
   * The mapping that a packet to a remote end leaves by, or -1: the one bound to it, else the
   * endpoint's own, unless another's connection has that five-tuple.
   */
  findMapping(
    slot: number,
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    const { mappings, sessions } = this;
    if (slot !== SLOT_TCP || mappings.boundCount === 0) {
      return mappings.find(slot, insideAddress, insidePort);
    }
    const bound = mappings.findBound(insideAddress, insidePort, remoteAddress, remotePort);
    if (bound >= 0) return bound;
    const own = mappings.find(slot, insideAddress, insidePort);
    if (own < 0) return -1;
    const externalPort = mappings.externalPort(own);
    const session = sessions.find(SLOT_TCP, externalPort, remoteAddress, remotePort);
    return session < 0 || sessions.mapping(session) === own ? own : -1;
  }

  /** True where there is a TCP session of exactly this five-tuple. */
  hasConnection(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
  ): boolean {
    const mapping = this.findMapping(
      SLOT_TCP,
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
    );
    if (mapping < 0) return false;
    const externalPort = this.mappings.externalPort(mapping);
    return this.sessions.find(SLOT_TCP, externalPort, remoteAddress, remotePort) >= 0;
  }

  findSession(
    slot: number,
    externalPort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    const keyAddress = this.keyAddress(slot, remoteAddress);
    return this.sessions.find(slot, externalPort, keyAddress, this.keyPort(slot, remotePort));
  }

  idleMs(slot: number, tcpState: number): number {
    return slot === SLOT_TCP ? this.#tcpTimeouts[tcpState]! : this.#timeouts[slot]!;
  }

  /** The port was taken from the pool already. See `MappingTable.add()`. */
  addMapping(
    slot: number,
    insideAddress: number,
    insidePort: number,
    externalPort: number,
    isCounted: boolean,
  ): number {
    const host = this.hosts.hold(insideAddress, slot, isCounted);
    return this.mappings.add(slot, insideAddress, insidePort, externalPort, host, isCounted);
  }

  /** Takes the port, too, which others may use. See `MappingTable.addBound()`. */
  addBound(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
    externalPort: number,
  ): number {
    this.pools[SLOT_TCP]!.share(externalPort);
    const host = this.hosts.hold(insideAddress, SLOT_TCP, false);
    return this.mappings.addBound(
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
      externalPort,
      host,
    );
  }

  /** Returns the session, whose timer is not set yet. */
  addSession(slot: number, mapping: number, remoteAddress: number, remotePort: number): number {
    const keyAddress = this.keyAddress(slot, remoteAddress);
    const keyPort = this.keyPort(slot, remotePort);
    const externalPort = this.mappings.externalPort(mapping);
    const session = this.sessions.add(slot, externalPort, keyAddress, keyPort, mapping);
    this.mappings.holdSession(mapping);
    this.hosts.holdSession(this.mappings.host(mapping));
    if (this.#hasPeers(slot, mapping)) this.peers!.hold(mapping, keyAddress);
    return session;
  }

  /** A mapping ends with its last session, unless it is explicit. */
  closeSession(session: number): void {
    const mapping = this.sessions.mapping(session);
    if (this.#hasPeers(this.mappings.slot(mapping), mapping)) {
      this.peers!.drop(mapping, this.sessions.remoteAddress(session));
    }
    this.sessions.remove(session);
    this.hosts.dropSession(this.mappings.host(mapping));
    const wasLast = this.mappings.dropSession(mapping);
    if (wasLast && !this.mappings.isExplicit(mapping)) this.#closeMapping(mapping);
  }

  /** Ends a dynamic mapping with all its sessions; looks at all there are. */
  closeWithSessions(mapping: number): void {
    for (let session = 0; session < this.sessions.end; session++) {
      if (!this.sessions.isLive(session) || this.sessions.mapping(session) !== mapping) continue;
      this.closeSession(session);
    }
  }

  /** The mapping becomes explicit, or changes as such. What the operator gives is not in the quota. */
  makeExplicit(mapping: number, origin: MappingOrigin, deadlineMs: number): void {
    const slot = this.mappings.slot(mapping);
    this.explicit.set(slot, this.mappings.externalPort(mapping), origin, deadlineMs);
    this.mappings.setExplicit(mapping, true);
    this.#recount(mapping, origin === "pcp");
  }

  /** What was explicit becomes dynamic, and ends where it has no session. */
  endExplicit(mapping: number): void {
    this.explicit.clear(this.mappings.slot(mapping), this.mappings.externalPort(mapping));
    this.mappings.setExplicit(mapping, false);
    if (this.mappings.hasSessions(mapping)) this.#recount(mapping, true);
    else this.#closeMapping(mapping);
  }

  #hasPeers(slot: number, mapping: number): boolean {
    return slot === SLOT_TCP && this.peers !== null && !this.mappings.isBound(mapping);
  }

  #recount(mapping: number, isCounted: boolean): void {
    if (this.mappings.isCounted(mapping) === isCounted) return;
    this.mappings.setCounted(mapping, isCounted);
    this.hosts.recount(this.mappings.host(mapping), this.mappings.slot(mapping), isCounted);
  }

  #closeMapping(mapping: number): void {
    const slot = this.mappings.slot(mapping);
    this.pools[slot]!.release(this.mappings.externalPort(mapping));
    this.hosts.drop(this.mappings.host(mapping), slot, this.mappings.isCounted(mapping));
    this.mappings.remove(mapping);
  }
}
