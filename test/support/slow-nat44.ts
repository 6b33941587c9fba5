/**
 * The slow, obvious NAT44: maps with text keys, scans where it needs to know, no tables, no wheel.
 * It cannot foresee which free port the fast one draws, so it says which ones are right and takes
 * over the choice.
 */
import type { PortSet } from "../../src/map/port-set.js";
import type { Nat44Settings } from "../../src/nat44/settings.js";
import {
  NAT44_FILTERED,
  NAT44_HOST_QUOTA,
  NAT44_NO_FREE_PORT,
  NAT44_NO_MAPPING,
  NAT44_TABLE_FULL,
} from "../../src/verdict.js";
import { ACK, FIN, ICMP, RST, SYN, TCP, UDP } from "./nat44-fixture.js";

/** State is looked over once a second, as the fast NAT promises. */
const TICK_MS = 1000;

interface Connection {
  /** `syn`: we opened; `half`: we answered or were caught in mid-stream; `full`: both were heard. */
  opened: "syn" | "half" | "full";
  finOut: boolean;
  finIn: boolean;
  reset: boolean;
}

interface Session {
  readonly protocol: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly connection: Connection | null;
  deadlineMs: number;
}

export interface Mapping {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  readonly permanent: boolean;
  readonly sessions: Map<string, Session>;
}

export interface OutboundPacket {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly tcpFlags: number;
}

export interface InboundPacket {
  readonly protocol: number;
  readonly externalPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly tcpFlags: number;
}

export class SlowNat44 {
  readonly #settings: Nat44Settings;
  /** Ports that a mapping may have at all, and those that it may get by chance. */
  readonly #usable: ReadonlySet<number>;
  readonly #dynamic: readonly number[];
  readonly #byInside = new Map<string, Mapping>();
  readonly #byExternal = new Map<string, Mapping>();
  #sessionCount = 0;

  constructor(settings: Nat44Settings, ports: PortSet) {
    this.#settings = settings;
    const all = ports
      .ranges()
      .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    const usable = all.filter(
      (port) =>
        port !== 0 && !settings.reserve.some(([first, last]) => first <= port && port <= last),
    );
    this.#usable = new Set(usable);
    this.#dynamic = usable.filter((port) => all.length < 65_536 || port >= 1024);
    for (const forward of settings.forwards) {
      for (const protocol of [TCP, UDP]) {
        const other = protocol === TCP ? "udp" : "tcp";
        if (forward.protocol === other) continue;
        const { insideAddress, insidePort, externalPort } = forward;
        this.#addMapping({ protocol, insideAddress, insidePort }, externalPort, true);
      }
    }
  }

  get sessions(): number {
    return this.#sessionCount;
  }

  get live(): readonly Mapping[] {
    return [...this.#byInside.values()];
  }

  /**
   * Takes an outbound packet and the fast NAT's answer to it. Returns null when the answer is
   * right, else what would have been.
   */
  outbound(packet: OutboundPacket, nowMs: number, answer: number): string | null {
    const { protocol, insideAddress, insidePort, tcpFlags } = packet;
    const isReset = protocol === TCP && (tcpFlags & RST) !== 0;
    let mapping = this.#byInside.get(`${protocol}|${insideAddress}|${insidePort}`);
    if (mapping === undefined) {
      const wrong = this.#judgeNew(packet, answer);
      if (wrong !== null || answer < 0) return wrong;
      mapping = this.#addMapping(packet, answer, false);
    }
    if (!mapping.permanent) {
      const key = this.#sessionKey(packet);
      const session = mapping.sessions.get(key);
      if (session !== undefined) {
        this.#sent(session, tcpFlags, nowMs);
      } else if (!isReset) {
        if (this.#sessionCount >= this.#settings.maxSessions) {
          return answer === NAT44_TABLE_FULL ? null : "NAT44_TABLE_FULL";
        }
        this.#addSession(mapping, key, packet, nowMs);
      }
    }
    return answer === mapping.externalPort ? null : `port ${mapping.externalPort}`;
  }

  /** Takes an inbound packet; returns its mapping or a drop code. */
  inbound(packet: InboundPacket, nowMs: number): Mapping | number {
    const mapping = this.#byExternal.get(`${packet.protocol}|${packet.externalPort}`);
    if (mapping === undefined) return NAT44_NO_MAPPING;
    const session = mapping.sessions.get(this.#sessionKey(packet));
    if (session !== undefined) this.#heard(session, packet.tcpFlags, nowMs);
    return mapping.permanent || this.#admits(mapping, packet) ? mapping : NAT44_FILTERED;
  }

  expire(nowMs: number): void {
    const lookedAtMs = Math.floor(nowMs / TICK_MS) * TICK_MS;
    for (const [insideKey, mapping] of this.#byInside) {
      for (const [key, session] of mapping.sessions) {
        if (session.deadlineMs > lookedAtMs) continue;
        mapping.sessions.delete(key);
        this.#sessionCount--;
      }
      if (mapping.permanent || mapping.sessions.size > 0) continue;
      this.#byInside.delete(insideKey);
      this.#byExternal.delete(`${mapping.protocol}|${mapping.externalPort}`);
    }
  }

  /** Judges the answer to a packet whose inside endpoint has no mapping; null when it is right. */
  #judgeNew(packet: OutboundPacket, answer: number): string | null {
    const refusal = this.#refusal(packet);
    if (refusal !== null) return answer === refusal ? null : `code ${refusal}`;
    const { protocol, insidePort } = packet;
    if (this.#usable.has(insidePort) && this.#isFree(protocol, insidePort)) {
      return answer === insidePort ? null : `port ${insidePort} kept`;
    }
    const free = this.#dynamic.filter((port) => this.#isFree(protocol, port));
    if (free.length === 0) return answer === NAT44_NO_FREE_PORT ? null : "NAT44_NO_FREE_PORT";
    const sameParity = free.filter((port) => port % 2 === insidePort % 2);
    const right = sameParity.length > 0 ? sameParity : free;
    return right.includes(answer) ? null : `one of ${right}`;
  }

  /** Why a new mapping is refused before any port is looked for, or null. */
  #refusal(packet: OutboundPacket): number | null {
    const { maxMappings, maxSessions, maxPortsPerHost } = this.#settings;
    if (packet.protocol === TCP && (packet.tcpFlags & RST) !== 0) return NAT44_NO_MAPPING;
    if (this.#sessionCount >= maxSessions) return NAT44_TABLE_FULL;
    const held = this.live.filter(
      (mapping) =>
        !mapping.permanent &&
        mapping.protocol === packet.protocol &&
        mapping.insideAddress === packet.insideAddress,
    );
    if (held.length >= (maxPortsPerHost ?? Infinity)) return NAT44_HOST_QUOTA;
    return this.#byInside.size >= maxMappings ? NAT44_TABLE_FULL : null;
  }

  #isFree(protocol: number, port: number): boolean {
    return !this.#byExternal.has(`${protocol}|${port}`);
  }

  #admits(mapping: Mapping, packet: InboundPacket): boolean {
    if (this.#settings.filtering === "endpoint-independent") return true;
    const minded = packet.protocol === ICMP ? "address-dependent" : this.#settings.filtering;
    return [...mapping.sessions.values()].some(
      (session) =>
        session.remoteAddress === packet.remoteAddress &&
        (minded === "address-dependent" || session.remotePort === packet.remotePort),
    );
  }

  #sessionKey(packet: OutboundPacket | InboundPacket): string {
    const { protocol, remoteAddress, remotePort } = packet;
    if (protocol === TCP) return `${remoteAddress}|${remotePort}`;
    if (this.#settings.filtering === "endpoint-independent") return "anyone";
    const usesPort = protocol === UDP && this.#settings.filtering === "address-and-port-dependent";
    return usesPort ? `${remoteAddress}|${remotePort}` : `${remoteAddress}`;
  }

  #addMapping(
    inside: Pick<Mapping, "protocol" | "insideAddress" | "insidePort">,
    externalPort: number,
    permanent: boolean,
  ): Mapping {
    const { protocol, insideAddress, insidePort } = inside;
    const sessions = new Map<string, Session>();
    const mapping = { protocol, insideAddress, insidePort, externalPort, permanent, sessions };
    this.#byInside.set(`${protocol}|${insideAddress}|${insidePort}`, mapping);
    this.#byExternal.set(`${protocol}|${externalPort}`, mapping);
    return mapping;
  }

  #addSession(mapping: Mapping, key: string, packet: OutboundPacket, nowMs: number): void {
    const { protocol, remoteAddress, remotePort, tcpFlags } = packet;
    const isOpening = (tcpFlags & (SYN | ACK)) === SYN;
    const connection: Connection | null =
      protocol === TCP
        ? { opened: isOpening ? "syn" : "half", finOut: false, finIn: false, reset: false }
        : null;
    const idleMs = this.#idleMs(protocol, connection);
    mapping.sessions.set(key, {
      protocol,
      remoteAddress,
      remotePort,
      connection,
      deadlineMs: nowMs + idleMs,
    });
    this.#sessionCount++;
  }

  #sent(session: Session, flags: number, nowMs: number): void {
    const { protocol, connection } = session;
    const isOver = connection !== null && (isClosed(connection) || connection.reset);
    const changed = connection !== null && observe(connection, true, flags);
    if (isOver && !changed) return;
    session.deadlineMs = nowMs + this.#idleMs(protocol, connection);
  }

  #heard(session: Session, flags: number, nowMs: number): void {
    const { protocol, connection } = session;
    if (connection === null || !observe(connection, false, flags)) return;
    session.deadlineMs = nowMs + this.#idleMs(protocol, connection);
  }

  #idleMs(protocol: number, connection: Connection | null): number {
    const { udp, icmp, tcpEstablished, tcpTransitory } = this.#settings.timeoutsMs;
    if (connection === null) return protocol === UDP ? udp : icmp;
    const isOver = isClosed(connection) || connection.reset;
    return connection.opened === "full" && !isOver ? tcpEstablished : tcpTransitory;
  }
}

function isClosed(connection: Connection): boolean {
  return connection.finOut && connection.finIn;
}

/** Lets a connection see a segment; true when that taught it something. */
function observe(connection: Connection, fromInside: boolean, flags: number): boolean {
  const before = JSON.stringify(connection);
  if ((flags & RST) !== 0) {
    if (!isClosed(connection)) connection.reset = true;
  } else if ((flags & SYN) !== 0) {
    observeSyn(connection, fromInside, (flags & ACK) !== 0);
  } else if (!isClosed(connection) && !(connection.reset && (flags & FIN) !== 0)) {
    observeData(connection, fromInside, (flags & FIN) !== 0);
  }
  return JSON.stringify(connection) !== before;
}

function observeSyn(connection: Connection, fromInside: boolean, acknowledges: boolean): void {
  if (fromInside && (isClosed(connection) || connection.reset)) {
    connection.opened = acknowledges ? "half" : "syn";
    connection.finOut = false;
    connection.finIn = false;
    connection.reset = false;
  } else if (!fromInside && !isClosed(connection) && !connection.reset) {
    if (connection.opened === "syn" || acknowledges) connection.opened = "full";
  }
}

function observeData(connection: Connection, fromInside: boolean, isLast: boolean): void {
  if (connection.reset) {
    connection.reset = false;
    connection.opened = "full";
    connection.finOut = false;
    connection.finIn = false;
    return;
  }
  if (!fromInside && connection.opened === "half") connection.opened = "full";
  if (connection.opened !== "full" || !isLast) return;
  if (fromInside) connection.finOut = true;
  else connection.finIn = true;
}
