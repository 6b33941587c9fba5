/** Who gets a mapping or a session, on which external port, and who is refused. */
import { NAT44_HOST_QUOTA, NAT44_NO_FREE_PORT, NAT44_TABLE_FULL } from "../verdict.js";
import { below } from "./port-pool.js";
import { SLOT_TCP } from "./protocol.js";
import type { Nat44Settings, TcpPortReuse } from "./settings.js";
import type { NatTables } from "./tables.js";

/** Most ports looked at for one connection: a packet's time is bounded, whatever the remote ends. */
export const MOST_TRIED = 1024;

export class Admission {
  readonly #tables: NatTables;
  readonly #tcpPortReuse: TcpPortReuse;
  readonly #maxPortsPerHost: number;
  readonly #maxSessionsPerHost: number;

  constructor(settings: Nat44Settings, tables: NatTables) {
    this.#tables = tables;
    this.#tcpPortReuse = settings.tcpPortReuse;
    this.#maxPortsPerHost = settings.maxPortsPerHost ?? Number.POSITIVE_INFINITY;
    this.#maxSessionsPerHost = settings.maxSessionsPerHost ?? Number.POSITIVE_INFINITY;
  }

  /** Why an inside host gets no session more, or 0. */
  refuseSession(insideAddress: number): number {
    const { sessions, hosts } = this.#tables;
    if (sessions.full) return NAT44_TABLE_FULL;
    if (this.#maxSessionsPerHost === Number.POSITIVE_INFINITY) return 0;
    const host = hosts.find(insideAddress);
    return host >= 0 && hosts.sessions(host) >= this.#maxSessionsPerHost ? NAT44_HOST_QUOTA : 0;
  }

  isOverQuota(slot: number, insideAddress: number): boolean {
    return this.#tables.hosts.counted(insideAddress, slot) >= this.#maxPortsPerHost;
  }

  /**
   * Makes the mapping for a connection that none takes. An endpoint gets one of its own while
   * there are ports; else a TCP connection one that is bound to its remote end, on a port that
   * others may use towards other remote ends (RFC 7857 §3). `wanted` is a port that is taken if
   * it may be, 0 for none. Returns a handle, or a drop code and has changed nothing.
   */
  open(
    slot: number,
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
    wanted: number,
  ): number {
    const { mappings } = this.#tables;
    const reuses = slot === SLOT_TCP && this.#tcpPortReuse !== "never";
    if (reuses && this.#tcpPortReuse === "always") {
      return this.#openBound(insideAddress, insidePort, remoteAddress, remotePort, wanted, false);
    }
    const isOverQuota = this.isOverQuota(slot, insideAddress);
    // An endpoint that has a mapping already is here because another's connection has the five-tuple.
    if (!isOverQuota && mappings.find(slot, insideAddress, insidePort) < 0) {
      if (mappings.full) return NAT44_TABLE_FULL;
      const externalPort = this.#take(slot, insidePort, wanted);
      if (externalPort >= 0) {
        return this.#tables.addMapping(slot, insideAddress, insidePort, externalPort, true);
      }
    }
    if (!reuses) return isOverQuota ? NAT44_HOST_QUOTA : NAT44_NO_FREE_PORT;
    return this.#openBound(
      insideAddress,
      insidePort,
      remoteAddress,
      remotePort,
      wanted,
      isOverQuota,
    );
  }

  #take(slot: number, insidePort: number, wanted: number): number {
    const pool = this.#tables.pools[slot]!;
    if (pool.offers(wanted, insidePort) && pool.claim(wanted)) return wanted;
    return pool.take(insidePort, this.#tables.random);
  }

  /** A host that is over its quota takes no free port away, only a part in one that is used. */
  #openBound(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
    wanted: number,
    isOverQuota: boolean,
  ): number {
    if (this.#tables.mappings.full) return NAT44_TABLE_FULL;
    const first = wanted === 0 ? insidePort : wanted;
    const port = this.#boundPort(first, remoteAddress, remotePort, isOverQuota);
    if (port < 0) return isOverQuota ? NAT44_HOST_QUOTA : NAT44_NO_FREE_PORT;
    return this.#tables.addBound(insideAddress, insidePort, remoteAddress, remotePort, port);
  }

  /** The port asked for, else the first that will do from a random one on; or -1. */
  #boundPort(first: number, remoteAddress: number, remotePort: number, onlyUsed: boolean): number {
    const pool = this.#tables.pools[SLOT_TCP]!;
    // Address 0 marks mappings that are not bound.
    if (remoteAddress === 0 || pool.dynamic === 0) return -1;
    if (pool.isDynamic(first) && this.#mayShare(first, remoteAddress, remotePort, onlyUsed)) {
      return first;
    }
    let place = below(pool.dynamic, this.#tables.random);
    for (let left = Math.min(pool.dynamic, MOST_TRIED); left > 0; left--) {
      const port = pool.dynamicAt(place);
      if (this.#mayShare(port, remoteAddress, remotePort, onlyUsed)) return port;
      place = place + 1 === pool.dynamic ? 0 : place + 1;
    }
    return -1;
  }

  /** Never two connections with one five-tuple, and none on a port that lets everybody in. */
  #mayShare(port: number, remoteAddress: number, remotePort: number, onlyUsed: boolean): boolean {
    const { pools, mappings, sessions } = this.#tables;
    if (onlyUsed && pools[SLOT_TCP]!.users(port) === 0) return false;
    const holder = mappings.findByPort(SLOT_TCP, port);
    if (holder >= 0 && mappings.isExplicit(holder)) return false;
    return sessions.find(SLOT_TCP, port, remoteAddress, remotePort) < 0;
  }
}
