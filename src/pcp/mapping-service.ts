/**
 * Mappings as hosts of the LAN ask for them, by PCP or NAT-PMP: checks nonce and quota against the leases, has
 * NAT44 make or end the mapping, remembers the lease. One request at a time: the caller sees to it.
 */
import type { MappingRow, MapRefusal } from "../nat44/records.js";
import { type Lease, type LeaseEnds, Leases } from "./leases.js";
import type { PortMapper } from "./port-mapper.js";
import { NEVER_OURS_S, type Outcome, type ResultName, refused } from "./results.js";

const TCP = 6;
const UDP = 17;
/** RFC 6887 §15.1: in a deletion, protocol 0 stands for all. */
export const ALL_PROTOCOLS = 0;

/** Nonce of whoever asks by NAT-PMP, which has none: PCP clients cannot renew or delete what it made, nor the reverse. */
export const NAT_PMP_NONCE = "0".repeat(24);

export interface MapWish {
  readonly protocol: number;
  readonly address: number;
  readonly port: number;
  readonly nonce: string;
  /** 0: any. */
  readonly externalPort: number;
  /** That port or none (RFC 6887 §13.2). */
  readonly exact: boolean;
  readonly lifetimeS: number;
}

export interface PeerWish extends Omit<MapWish, "exact"> {
  readonly remote: { readonly address: number; readonly port: number };
}

export type Deletion = Pick<MapWish, "protocol" | "address" | "port" | "nonce">;

const REFUSALS: Readonly<Record<MapRefusal, ResultName>> = {
  "not-in-set": "CANNOT_PROVIDE_EXTERNAL",
  "port-in-use": "CANNOT_PROVIDE_EXTERNAL",
  "endpoint-in-use": "CANNOT_PROVIDE_EXTERNAL",
  "no-free-port": "NO_RESOURCES",
  "host-quota": "USER_EX_QUOTA",
  "table-full": "NO_RESOURCES",
  "unsupported-protocol": "UNSUPP_PROTOCOL",
};

/** NAT44 is asked for all its mappings at most this often, milliseconds, whatever hosts ask: packets wait meanwhile. */
const ROWS_MS = 1000;

const DELETED: Outcome = { ok: true, externalPort: 0, lifetimeS: 0 };

export function hasPorts(protocol: number): boolean {
  return protocol === TCP || protocol === UDP;
}

export class MappingService {
  readonly #mapper: PortMapper;
  readonly #leases = new Leases();
  #maxPerHost: number;
  #rows: ReadonlyMap<string, MappingRow> = new Map();
  #rowsAtMs = Number.NEGATIVE_INFINITY;

  constructor(mapper: PortMapper, maxPerHost: number) {
    this.#mapper = mapper;
    this.#maxPerHost = maxPerHost;
  }

  limitTo(maxPerHost: number): void {
    this.#maxPerHost = maxPerHost;
  }

  async map(wish: MapWish, nowMs: number): Promise<Outcome> {
    const { protocol, address, port, nonce, lifetimeS } = wish;
    const ends = { protocol, address, port, remote: null };
    const lease = this.#leases.find(ends, nowMs);
    const refusal = this.#judge(wish, lease, nowMs);
    if (refusal !== null) return refusal;
    const externalPort = lease?.externalPort ?? wish.externalPort;
    if (wish.exact && externalPort !== wish.externalPort) return refused("CANNOT_PROVIDE_EXTERNAL");
    const result = await this.#mapper.map({
      protocol,
      insideAddress: address,
      insidePort: port,
      externalPort,
      exact: wish.exact,
      lifetimeMs: lifetimeS * 1000,
      origin: "pcp",
    });
    if (!result.ok && result.reason === "endpoint-in-use") {
      const row = await this.#rowOf(ends, nowMs);
      const isMeant = row !== null && (!wish.exact || row.externalPort === externalPort);
      // RFC 6887 §11.3: a static mapping is told, not taken.
      const isStatic = isMeant && row.origin !== "pcp";
      if (isStatic) return { ok: true, externalPort: row.externalPort, lifetimeS };
    }
    if (!result.ok) return refusedBecause(result.reason, wish.exact);
    const expiresAtMs = nowMs + lifetimeS * 1000;
    this.#leases.put({ ...ends, nonce, externalPort: result.externalPort, expiresAtMs });
    return { ok: true, externalPort: result.externalPort, lifetimeS };
  }

  /** Holds a connection's mapping; never for less time than it is held already (RFC 6887 §12.1). */
  async peer(wish: PeerWish, nowMs: number): Promise<Outcome> {
    const { protocol, address, port, nonce, remote } = wish;
    const ends = { protocol, address, port, remote };
    const lease = this.#leases.find(ends, nowMs);
    const refusal = this.#judge(wish, lease, nowMs);
    if (refusal !== null) return refusal;
    const lifetimeS = Math.max(wish.lifetimeS, lease === null ? 0 : remainingS(lease, nowMs));
    const result = await this.#mapper.peer({
      protocol,
      insideAddress: address,
      insidePort: port,
      remoteAddress: remote.address,
      remotePort: remote.port,
      externalPort: wish.externalPort,
      lifetimeMs: lifetimeS * 1000,
    });
    if (!result.ok) return refusedBecause(result.reason, wish.externalPort !== 0);
    const { externalPort } = result;
    // What NAT44 holds now it cannot let go: it ends when the time is over that was asked for.
    if (wish.externalPort !== 0 && externalPort !== wish.externalPort) {
      return refused("CANNOT_PROVIDE_EXTERNAL");
    }
    const expiresAtMs = nowMs + lifetimeS * 1000;
    this.#leases.put({ ...ends, nonce, externalPort, expiresAtMs });
    return { ok: true, externalPort, lifetimeS };
  }

  /** What both kinds of request need: a protocol with ports, the right nonce, room for one more. */
  #judge(wish: MapWish | PeerWish, lease: Lease | null, nowMs: number): Outcome | null {
    if (!hasPorts(wish.protocol)) return refused("UNSUPP_PROTOCOL");
    if (lease !== null) return wrongNonce(lease, wish.nonce, nowMs);
    if (this.#leases.countOf(wish.address, nowMs) < this.#maxPerHost) return null;
    return refused("USER_EX_QUOTA");
  }

  /** Ends one mapping. That there is none is no failure; a static one is not the host's to end (RFC 6887 §15.1). */
  async unmap({ protocol, address, port, nonce }: Deletion, nowMs: number): Promise<Outcome> {
    if (!hasPorts(protocol)) return refused("UNSUPP_PROTOCOL");
    const ends = { protocol, address, port, remote: null };
    const lease = this.#leases.find(ends, nowMs);
    const refusal = lease === null ? null : wrongNonce(lease, nonce, nowMs);
    if (refusal !== null) return refusal;
    return (await this.#end(ends, lease !== null, nowMs)) ? DELETED : refused("NOT_AUTHORIZED");
  }

  /** Ends lease and mapping, where there are any; false where the operator has put a static mapping in their place. */
  async #end(ends: LeaseEnds, hasLease: boolean, nowMs: number): Promise<boolean> {
    const row = await this.#rowOf(ends, nowMs);
    const isStatic = row !== null && row.origin !== "pcp";
    if (!isStatic && (hasLease || row !== null)) {
      await this.#mapper.unmap(ends.protocol, ends.address, ends.port);
    }
    this.#leases.remove(ends);
    return !isStatic;
  }

  /** Ends all mappings of a host, or those of one protocol, that were asked for with this nonce. */
  async unmapAll(wish: Omit<Deletion, "port">, nowMs: number): Promise<Outcome> {
    const { protocol, address, nonce } = wish;
    if (protocol !== ALL_PROTOCOLS && !hasPorts(protocol)) return refused("UNSUPP_PROTOCOL");
    const meant = this.#leases
      .maps(nowMs)
      .filter((lease) => lease.address === address)
      .filter((lease) => protocol === ALL_PROTOCOLS || lease.protocol === protocol);
    const own = meant.filter((lease) => lease.nonce === null || lease.nonce === nonce);
    if (meant.length > 0 && own.length === 0) return refused("NOT_AUTHORIZED");
    for (const lease of own) await this.#end(lease, true, nowMs);
    return DELETED;
  }

  /**
   * Brings the leases in line with what NAT44 holds, after it has changed without being asked. A mapping without
   * a lease gets one that waits for its host's nonce. Returns how many leases had lost their mapping.
   */
  async align(nowMs: number): Promise<number> {
    const rows = (await this.#mapper.mappings()).filter((row) => row.origin === "pcp");
    const lost = new Map(this.#leases.maps(nowMs).map((lease) => [textOf(lease), lease]));
    for (const row of rows) {
      const ends = endsOf(row);
      const lease = this.#leases.find(ends, nowMs);
      if (lease !== null && lease.externalPort !== row.externalPort) continue;
      lost.delete(textOf(ends));
      if (lease !== null) continue;
      const expiresAtMs = nowMs + (row.remainingMs ?? Number.POSITIVE_INFINITY);
      this.#leases.put({ ...ends, nonce: null, externalPort: row.externalPort, expiresAtMs });
    }
    for (const lease of lost.values()) this.#leases.remove(lease);
    return lost.size;
  }

  /** Forgets every lease: the mappings are gone. */
  forget(): void {
    this.#leases.clear();
  }

  /** The explicit mapping of an endpoint, as it was at most ROWS_MS ago. */
  async #rowOf(ends: LeaseEnds, nowMs: number): Promise<MappingRow | null> {
    if (nowMs - this.#rowsAtMs >= ROWS_MS) {
      const rows = await this.#mapper.mappings();
      this.#rows = new Map(rows.map((row) => [textOf(endsOf(row)), row]));
      this.#rowsAtMs = nowMs;
    }
    return this.#rows.get(textOf(ends)) ?? null;
  }
}

function endsOf(row: MappingRow): LeaseEnds {
  const { protocol, insideAddress: address, insidePort: port } = row;
  return { protocol, address, port, remote: null };
}

function textOf({ protocol, address, port }: LeaseEnds): string {
  return `${protocol} ${address} ${port}`;
}

function wrongNonce(lease: Lease, nonce: string, nowMs: number): Outcome | null {
  if (lease.nonce === null || lease.nonce === nonce) return null;
  // RFC 6887 §11.3: the error lasts as long as the mapping.
  return refused("NOT_AUTHORIZED", remainingS(lease, nowMs));
}

function remainingS(lease: Lease, nowMs: number): number {
  return Math.min(0xffffffff, Math.ceil((lease.expiresAtMs - nowMs) / 1000));
}

/** CANNOT_PROVIDE_EXTERNAL is for those who insist on a port (RFC 6887 §7.4). */
function refusedBecause(reason: MapRefusal, insists: boolean): Outcome {
  const result = REFUSALS[reason];
  if (result !== "CANNOT_PROVIDE_EXTERNAL") return refused(result);
  if (!insists) return refused("NO_RESOURCES");
  return reason === "not-in-set" ? refused(result, NEVER_OURS_S) : refused(result);
}
