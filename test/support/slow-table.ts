/** What the slow NAT44 holds: sets of plain objects, scanned by whoever wants to know something. */
import type { PortSet } from "../../src/map/port-set.js";
import type { MappingOrigin } from "../../src/nat44/records.js";
import type { Nat44Settings } from "../../src/nat44/settings.js";
import { ICMP, TCP, UDP } from "./nat44-fixture.js";
import { type Connection, isOver } from "./slow-tcp.js";

/** State is looked over once a second, as the fast NAT promises. */
const TICK_MS = 1000;

export interface Session {
  /** 0 where the filtering does not look at it. */
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly connection: Connection | null;
  deadlineMs: number;
  heldUntilMs: number;
}

export interface Endpoint {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
}

export interface Remote {
  readonly remoteAddress: number;
  readonly remotePort: number;
}

export interface Explicit {
  readonly origin: MappingOrigin;
  deadlineMs: number;
}

export interface Mapping extends Endpoint {
  readonly externalPort: number;
  /** The one remote end that may use it, or null. */
  readonly boundTo: Remote | null;
  explicit: Explicit | null;
  readonly sessions: Map<string, Session>;
}

export class SlowTable {
  readonly settings: Nat44Settings;
  readonly ports: PortSet;
  readonly allPorts: readonly number[];
  /** Ports that a LAN host may have at all, and those that it may get by chance. */
  readonly usable: ReadonlySet<number>;
  readonly dynamic: ReadonlySet<number>;
  readonly live = new Set<Mapping>();
  readonly #byInside = new Map<string, Mapping>();
  sessionCount = 0;

  constructor(settings: Nat44Settings, ports: PortSet) {
    this.settings = settings;
    this.ports = ports;
    this.allPorts = Array.from({ length: ports.count }, (_, index) => ports.at(index));
    const usable = this.allPorts.filter(
      (port) =>
        port !== 0 && !settings.reserve.some(([first, last]) => first <= port && port <= last),
    );
    this.usable = new Set(usable);
    this.dynamic = new Set(usable.filter((port) => ports.count < 65_536 || port >= 1024));
    for (const forward of settings.forwards) {
      for (const protocol of [TCP, UDP]) {
        if (forward.protocol === (protocol === TCP ? "udp" : "tcp")) continue;
        const mapping = this.addMapping({ ...forward, protocol }, forward.externalPort, null);
        mapping.explicit = { origin: "config", deadlineMs: Number.POSITIVE_INFINITY };
      }
    }
  }

  own(endpoint: Endpoint): Mapping | undefined {
    return this.#byInside.get(insideKey(endpoint, null));
  }

  bound(endpoint: Endpoint, remote: Remote): Mapping | undefined {
    if (endpoint.protocol !== TCP) return undefined;
    return this.#byInside.get(insideKey(endpoint, remote));
  }

  /** The mapping that has an external port for every remote end. */
  holder(protocol: number, externalPort: number): Mapping | undefined {
    for (const mapping of this.live) {
      if (
        mapping.externalPort === externalPort &&
        mapping.protocol === protocol &&
        mapping.boundTo === null
      ) {
        return mapping;
      }
    }
    return undefined;
  }

  /** The mapping that has a session by an external port with a remote end. */
  ownerOf(protocol: number, externalPort: number, remote: Remote): Mapping | undefined {
    const key = this.sessionKey(protocol, remote);
    for (const mapping of this.live) {
      if (
        mapping.externalPort === externalPort &&
        mapping.protocol === protocol &&
        mapping.sessions.has(key)
      ) {
        return mapping;
      }
    }
    return undefined;
  }

  /** The mapping by which a packet to a remote end leaves, of those that there are. */
  mappingTo(endpoint: Endpoint, remote: Remote): Mapping | undefined {
    const bound = this.bound(endpoint, remote);
    if (bound !== undefined) return bound;
    const own = this.own(endpoint);
    if (own === undefined || own.protocol !== TCP) return own;
    const owner = this.ownerOf(TCP, own.externalPort, remote);
    return owner === undefined || owner === own ? own : undefined;
  }

  usedPorts(protocol: number): Set<number> {
    const used = new Set<number>();
    for (const mapping of this.live) {
      if (mapping.protocol === protocol) used.add(mapping.externalPort);
    }
    return used;
  }

  /** Whether a LAN host may have an external port for an inside port, were it free. */
  offers(externalPort: number, insidePort: number): boolean {
    return (
      this.dynamic.has(externalPort) ||
      (externalPort === insidePort && this.usable.has(externalPort))
    );
  }

  /** The ports of which a mapping of an endpoint's own may get any. */
  choices(protocol: number, insidePort: number): number[] {
    const used = this.usedPorts(protocol);
    if (this.usable.has(insidePort) && !used.has(insidePort)) return [insidePort];
    const free = [...this.dynamic].filter((port) => !used.has(port));
    const sameParity = free.filter((port) => port % 2 === insidePort % 2);
    return sameParity.length > 0 ? sameParity : free;
  }

  /** Ports that count against a host's quota: not those of the operator, not bound ones. */
  countedPorts(protocol: number, address: number): number {
    let count = 0;
    for (const mapping of this.live) {
      const { insideAddress, boundTo, explicit } = mapping;
      const isCounted = boundTo === null && (explicit === null || explicit.origin === "pcp");
      if (isCounted && insideAddress === address && mapping.protocol === protocol) count++;
    }
    return count;
  }

  sessionsOf(address: number): number {
    let count = 0;
    for (const mapping of this.live) {
      if (mapping.insideAddress === address) count += mapping.sessions.size;
    }
    return count;
  }

  /** The remote end as far as the filtering looks at it; of TCP always whole. */
  seen(protocol: number, { remoteAddress, remotePort }: Remote): Remote {
    const { filtering } = this.settings;
    if (protocol === TCP) return { remoteAddress, remotePort };
    if (filtering === "endpoint-independent") return { remoteAddress: 0, remotePort: 0 };
    const seesPort = protocol === UDP && filtering === "address-and-port-dependent";
    return { remoteAddress, remotePort: seesPort ? remotePort : 0 };
  }

  sessionKey(protocol: number, remote: Remote): string {
    const { remoteAddress, remotePort } = this.seen(protocol, remote);
    return `${remoteAddress}|${remotePort}`;
  }

  admits(mapping: Mapping, remote: Remote): boolean {
    const { filtering } = this.settings;
    if (mapping.explicit !== null || filtering === "endpoint-independent") return true;
    const minded = mapping.protocol === ICMP ? "address-dependent" : filtering;
    for (const session of mapping.sessions.values()) {
      if (session.remoteAddress !== remote.remoteAddress) continue;
      if (minded === "address-dependent" || session.remotePort === remote.remotePort) return true;
    }
    return false;
  }

  addMapping(endpoint: Endpoint, externalPort: number, boundTo: Remote | null): Mapping {
    const { protocol, insideAddress, insidePort } = endpoint;
    const mapping: Mapping = {
      protocol,
      insideAddress,
      insidePort,
      externalPort,
      boundTo,
      explicit: null,
      sessions: new Map(),
    };
    this.live.add(mapping);
    this.#byInside.set(insideKey(endpoint, boundTo), mapping);
    return mapping;
  }

  endMapping(mapping: Mapping): void {
    this.sessionCount -= mapping.sessions.size;
    this.live.delete(mapping);
    this.#byInside.delete(insideKey(mapping, mapping.boundTo));
  }

  addSession(mapping: Mapping, remote: Remote, connection: Connection | null): Session {
    const session: Session = {
      ...this.seen(mapping.protocol, remote),
      connection,
      deadlineMs: Number.NEGATIVE_INFINITY,
      heldUntilMs: Number.NEGATIVE_INFINITY,
    };
    mapping.sessions.set(this.sessionKey(mapping.protocol, remote), session);
    this.sessionCount++;
    return session;
  }

  restartTimer(protocol: number, session: Session, nowMs: number): void {
    const idle = nowMs + this.#idleMs(protocol, session.connection);
    session.deadlineMs = Math.max(idle, session.heldUntilMs);
  }

  hold(session: Session, untilMs: number): void {
    session.heldUntilMs = Math.max(session.heldUntilMs, untilMs);
    session.deadlineMs = Math.max(session.deadlineMs, session.heldUntilMs);
  }

  expire(nowMs: number): void {
    const lookedAtMs = Math.floor(nowMs / TICK_MS) * TICK_MS;
    for (const mapping of this.live) {
      for (const [key, session] of mapping.sessions) {
        if (session.deadlineMs > lookedAtMs) continue;
        mapping.sessions.delete(key);
        this.sessionCount--;
      }
      if (mapping.explicit !== null && mapping.explicit.deadlineMs <= lookedAtMs) {
        mapping.explicit = null;
      }
      if (mapping.explicit === null && mapping.sessions.size === 0) this.endMapping(mapping);
    }
  }

  #idleMs(protocol: number, connection: Connection | null): number {
    const { udp, icmp, tcpEstablished, tcpOpening, tcpClosing } = this.settings.timeoutsMs;
    if (connection === null) return protocol === UDP ? udp : icmp;
    if (isOver(connection)) return tcpClosing;
    return connection.opened === "full" ? tcpEstablished : tcpOpening;
  }
}

function insideKey(endpoint: Endpoint, boundTo: Remote | null): string {
  const { protocol, insideAddress, insidePort } = endpoint;
  const end = boundTo === null ? "" : `|${boundTo.remoteAddress}|${boundTo.remotePort}`;
  return `${protocol}|${insideAddress}|${insidePort}${end}`;
}
