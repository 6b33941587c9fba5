/**
 * The slow, obvious NAT44: maps with text keys, scans where it needs to know, no tables, no wheel.
 * It cannot foresee which free port the fast one draws, so it says which ones are right and takes
 * over the choice.
 */

import { MOST_TRIED } from "../../src/nat44/admission.js";
import type { MappingOrigin, MapRequest, MapResult, PeerRequest } from "../../src/nat44/records.js";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../src/verdict.js";
import { RST, TCP } from "./nat44-fixture.js";
import { type Endpoint, type Mapping, type Remote, type Session, SlowTable } from "./slow-table.js";
import { beginConnection, type Connection, isOver, observe } from "./slow-tcp.js";

export interface OutboundPacket extends Endpoint, Remote {
  readonly tcpFlags: number;
}

export interface InboundPacket extends Remote {
  readonly protocol: number;
  readonly externalPort: number;
  readonly tcpFlags: number;
}

/** One session or explicit mapping, as it survives from one NAT to the next. */
export interface Saved extends Endpoint {
  readonly externalPort: number;
  readonly explicit: { readonly origin: MappingOrigin; readonly remainingMs: number } | null;
  readonly session: {
    readonly remote: Remote;
    readonly isBound: boolean;
    readonly connection: Connection | null;
    readonly remainingMs: number;
    readonly heldMs: number;
  } | null;
}

const REFUSAL_CODES = new Map([
  ["no-free-port", NAT44_NO_FREE_PORT],
  ["host-quota", NAT44_HOST_QUOTA],
  ["table-full", NAT44_TABLE_FULL],
]);

export class SlowNat44 extends SlowTable {
  /**
   * Takes an outbound packet and the fast NAT's answer to it. Returns null when the answer is
   * right, else what would have been.
   */
  outbound(packet: OutboundPacket, nowMs: number, answer: number): string | null {
    const { protocol, tcpFlags } = packet;
    const isReset = protocol === TCP && (tcpFlags & RST) !== 0;
    let mapping = this.mappingTo(packet, packet);
    const session = mapping?.sessions.get(this.sessionKey(protocol, packet));
    if (mapping !== undefined && session !== undefined) {
      this.#sent(protocol, session, tcpFlags, nowMs);
    } else if (isReset) {
      if (mapping === undefined) return answer === NAT44_NO_MAPPING ? null : "NAT44_NO_MAPPING";
    } else if (mapping === undefined || mapping.explicit === null) {
      const refusal = this.#refuseSession(packet);
      if (refusal !== null) return answer === refusal ? null : `code ${refusal}`;
      if (mapping === undefined) {
        const opened = this.#open(packet, packet, 0, answer);
        if (typeof opened === "string") return opened;
        if (opened === null) return null;
        mapping = opened;
      }
      const connection = protocol === TCP ? beginConnection(tcpFlags) : null;
      this.restartTimer(protocol, this.addSession(mapping, packet, connection), nowMs);
    }
    return answer === mapping.externalPort ? null : `port ${mapping.externalPort}`;
  }

  /** Takes an inbound packet; returns its mapping or a drop code. */
  inbound(packet: InboundPacket, nowMs: number): Mapping | number {
    const { protocol, externalPort } = packet;
    const owner = this.ownerOf(protocol, externalPort, packet);
    if (owner !== undefined) {
      this.#heard(owner.sessions.get(this.sessionKey(protocol, packet))!, packet.tcpFlags, nowMs);
      return owner;
    }
    const holder = this.holder(protocol, externalPort);
    if (holder === undefined) return NAT44_NO_MAPPING;
    return this.admits(holder, packet) ? holder : NAT44_FILTERED;
  }

  /** Takes a request for an explicit mapping and the fast NAT's answer; null when that is right. */
  map(request: MapRequest, nowMs: number, answer: MapResult): string | null {
    const { externalPort: wanted, exact, origin, lifetimeMs, protocol, insidePort } = request;
    const deadlineMs = lifetimeMs === null ? Number.POSITIVE_INFINITY : nowMs + lifetimeMs;
    const existing = this.own(request);
    const isExact = exact && wanted !== 0;
    const wantsOther = existing !== undefined && isExact && wanted !== existing.externalPort;
    if (existing !== undefined) {
      const isOthers = existing.explicit !== null && existing.explicit.origin !== origin;
      const isFixed = existing.explicit !== null || origin === "pcp";
      if (isOthers || (wantsOther && isFixed)) return isRefusal(answer, "endpoint-in-use");
      if (!wantsOther) {
        existing.explicit = { origin, deadlineMs };
        return isGranted(answer, [existing.externalPort]);
      }
    }
    const used = this.usedPorts(protocol);
    const isOffered =
      exact && origin !== "pcp"
        ? wanted !== 0 && this.ports.contains(wanted)
        : this.offers(wanted, insidePort);
    const nearest = this.#nearestFree(used, wanted);
    if (isExact && !isOffered) return isRefusal(answer, "not-in-set", nearest);
    if (isExact && used.has(wanted)) return isRefusal(answer, "port-in-use", nearest);
    if (origin === "pcp" && this.#isOverQuota(request)) return isRefusal(answer, "host-quota");
    if (existing !== undefined) this.endMapping(existing);
    if (this.live.size >= this.settings.maxMappings) return isRefusal(answer, "table-full");
    const choices = isOffered && !used.has(wanted) ? [wanted] : this.choices(protocol, insidePort);
    if (choices.length === 0) return isRefusal(answer, "no-free-port");
    const wrong = isGranted(answer, choices);
    if (wrong !== null || !answer.ok) return wrong;
    this.addMapping(request, answer.externalPort, null).explicit = { origin, deadlineMs };
    return null;
  }

  unmap(endpoint: Endpoint): boolean {
    const mapping = this.own(endpoint);
    if (mapping === undefined || mapping.explicit === null) return false;
    mapping.explicit = null;
    if (mapping.sessions.size === 0) this.endMapping(mapping);
    return true;
  }

  /** Takes a request to hold a connection and the fast NAT's answer; null when that is right. */
  peer(request: PeerRequest, nowMs: number, answer: MapResult): string | null {
    const { protocol, externalPort, lifetimeMs } = request;
    const given = answer.ok ? answer.externalPort : (REFUSAL_CODES.get(answer.reason) ?? 0);
    let mapping = this.mappingTo(request, request);
    let session = mapping?.sessions.get(this.sessionKey(protocol, request));
    if (session === undefined) {
      const refusal = this.#refuseSession(request);
      if (refusal !== null) return given === refusal ? null : `code ${refusal}`;
      if (mapping === undefined) {
        const opened = this.#open(request, request, externalPort, given);
        if (typeof opened === "string") return opened;
        if (opened === null) return null;
        mapping = opened;
      }
      session = this.addSession(mapping, request, protocol === TCP ? beginConnection(0) : null);
      this.restartTimer(protocol, session, nowMs);
    }
    this.hold(session, nowMs + lifetimeMs);
    return given === mapping!.externalPort ? null : `port ${mapping!.externalPort}`;
  }

  /** Remaining times are whole ms, rounded up. */
  save(nowMs: number): Saved[] {
    const left = (deadlineMs: number): number => Math.max(0, Math.ceil(deadlineMs - nowMs));
    const all: Saved[] = [];
    for (const mapping of this.live) {
      const { protocol, insideAddress, insidePort, externalPort, boundTo } = mapping;
      const place = { protocol, insideAddress, insidePort, externalPort };
      if (mapping.explicit !== null && mapping.explicit.origin !== "config") {
        const { origin, deadlineMs } = mapping.explicit;
        const explicit = { origin, remainingMs: Math.max(0, deadlineMs - nowMs) };
        all.push({ ...place, explicit, session: null });
      }
      for (const session of mapping.sessions.values()) {
        const { remoteAddress, remotePort, connection } = session;
        const saved = {
          remote: { remoteAddress, remotePort },
          isBound: boundTo !== null,
          connection: connection && { ...connection },
          remainingMs: left(session.deadlineMs),
          heldMs: left(session.heldUntilMs),
        };
        all.push({ ...place, explicit: null, session: saved });
      }
    }
    return all;
  }

  /** Takes over what was saved some time ago; returns how many of it were lost. */
  restore(all: readonly Saved[], elapsedMs: number, nowMs: number): number {
    let lost = 0;
    for (const saved of all) {
      if (saved.explicit === null || saved.explicit.remainingMs <= elapsedMs) continue;
      if (!this.#restoreMapping(saved, nowMs - elapsedMs)) lost++;
    }
    for (const saved of all) {
      if (saved.session === null || saved.session.remainingMs <= elapsedMs) continue;
      if (!this.#restoreSession(saved, nowMs - elapsedMs)) lost++;
    }
    return lost;
  }

  #restoreMapping(saved: Saved, savedMs: number): boolean {
    const { externalPort, protocol } = saved;
    const isTaken = this.usedPorts(protocol).has(externalPort) || this.own(saved) !== undefined;
    if (isTaken || !this.ports.contains(externalPort)) return false;
    const { origin, remainingMs } = saved.explicit!;
    const mapping = this.addMapping(saved, externalPort, null);
    mapping.explicit = { origin, deadlineMs: savedMs + remainingMs };
    return true;
  }

  #restoreSession(saved: Saved, savedMs: number): boolean {
    const { protocol, externalPort } = saved;
    const { remote, isBound, connection, remainingMs, heldMs } = saved.session!;
    if (!this.ports.contains(externalPort)) return false;
    const holder = this.holder(protocol, externalPort);
    let mapping = this.own(saved);
    if (isBound) {
      if (holder?.explicit?.origin === "config") return false;
      mapping = this.addMapping(saved, externalPort, remote);
    } else if (mapping === undefined) {
      if (holder !== undefined) return false;
      mapping = this.addMapping(saved, externalPort, null);
    } else if (mapping !== holder) {
      return false;
    }
    const known = mapping.sessions.get(this.sessionKey(protocol, remote));
    const session = known ?? this.addSession(mapping, remote, connection);
    session.deadlineMs = Math.max(session.deadlineMs, savedMs + remainingMs);
    if (savedMs + heldMs > savedMs) this.hold(session, savedMs + heldMs);
    return true;
  }

  /** Judges the fast NAT's new mapping: itself where it is right, null for a right refusal, else what is wrong. */
  #open(
    endpoint: Endpoint,
    remote: Remote,
    wanted: number,
    answer: number,
  ): Mapping | string | null {
    const { tcpPortReuse, maxMappings } = this.settings;
    const { protocol, insidePort } = endpoint;
    const judge = (code: number): string | null => (answer === code ? null : `code ${code}`);
    const reuses = protocol === TCP && tcpPortReuse !== "never";
    const isFull = this.live.size >= maxMappings;
    const isOverQuota = this.#isOverQuota(endpoint) && !(reuses && tcpPortReuse === "always");
    const mayOwn = !(reuses && tcpPortReuse === "always") && !isOverQuota;
    if (mayOwn && this.own(endpoint) === undefined) {
      if (isFull) return judge(NAT44_TABLE_FULL);
      const isWantedFree = this.offers(wanted, insidePort) && !this.usedPorts(protocol).has(wanted);
      const choices = isWantedFree ? [wanted] : this.choices(protocol, insidePort);
      if (choices.includes(answer)) return this.addMapping(endpoint, answer, null);
      if (choices.length > 0) return `one of ${choices}`;
    }
    const refusal = isOverQuota ? NAT44_HOST_QUOTA : NAT44_NO_FREE_PORT;
    if (!reuses) return judge(refusal);
    if (isFull) return judge(NAT44_TABLE_FULL);
    const choices = this.#sharable(remote, isOverQuota);
    const first = wanted === 0 ? insidePort : wanted;
    if (choices.includes(first)) choices.splice(0, choices.length, first);
    if (choices.includes(answer)) return this.addMapping(endpoint, answer, remote);
    const mayMiss = choices.length === 0 || (this.dynamic.size > MOST_TRIED && answer < 0);
    return mayMiss ? judge(refusal) : `bound to one of ${choices}`;
  }

  /** Ports that a connection to a remote end may share. */
  #sharable(remote: Remote, onlyUsed: boolean): number[] {
    const barred = new Set<number>();
    const used = new Set<number>();
    const key = this.sessionKey(TCP, remote);
    for (const { protocol, externalPort, explicit, sessions } of this.live) {
      if (protocol !== TCP) continue;
      used.add(externalPort);
      if (explicit !== null || sessions.has(key)) barred.add(externalPort);
    }
    return [...this.dynamic].filter((port) => !barred.has(port) && (!onlyUsed || used.has(port)));
  }

  #refuseSession({ insideAddress }: Endpoint): number | null {
    const { maxSessions, maxSessionsPerHost } = this.settings;
    if (this.sessionCount >= maxSessions) return NAT44_TABLE_FULL;
    if (maxSessionsPerHost === null) return null;
    return this.sessionsOf(insideAddress) >= maxSessionsPerHost ? NAT44_HOST_QUOTA : null;
  }

  #isOverQuota({ protocol, insideAddress }: Endpoint): boolean {
    const { maxPortsPerHost } = this.settings;
    return (
      maxPortsPerHost !== null && this.countedPorts(protocol, insideAddress) >= maxPortsPerHost
    );
  }

  #nearestFree(used: ReadonlySet<number>, port: number): number[] {
    const free = [...this.dynamic].filter((candidate) => !used.has(candidate));
    const lower = free.filter((candidate) => candidate < port).slice(-1);
    const upper = free.filter((candidate) => candidate > port).slice(0, 1);
    return [...lower, ...upper];
  }

  #sent(protocol: number, session: Session, flags: number, nowMs: number): void {
    const { connection } = session;
    const wasOver = connection !== null && isOver(connection);
    const changed = connection !== null && observe(connection, true, flags);
    if (!wasOver || changed) this.restartTimer(protocol, session, nowMs);
  }

  #heard(session: Session, flags: number, nowMs: number): void {
    const { connection } = session;
    if (connection === null || !observe(connection, false, flags)) return;
    this.restartTimer(TCP, session, nowMs);
  }
}

function isRefusal(
  answer: MapResult,
  reason: string,
  nearest: readonly number[] = [],
): string | null {
  const isRight = !answer.ok && answer.reason === reason && `${answer.nearest}` === `${nearest}`;
  return isRight ? null : `${reason}, nearest ${nearest}`;
}

function isGranted(answer: MapResult, choices: readonly number[]): string | null {
  return answer.ok && choices.includes(answer.externalPort) ? null : `one of ${choices}`;
}
