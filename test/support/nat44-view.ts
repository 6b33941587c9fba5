/** Everything that can be seen of a NAT44 from outside, of the fast one and of the slow one. */
import type { Nat44 } from "../../src/nat44/nat44.js";
import {
  type HostRow,
  type MappingRow,
  PORT_FORWARD,
  PORT_FREE,
  PORT_RESERVED,
  PORT_USED,
} from "../../src/nat44/records.js";
import { ICMP, TCP, UDP } from "./nat44-fixture.js";
import type { SlowNat44 } from "./slow-nat44.js";
import type { Mapping } from "./slow-table.js";
import { stateName } from "./slow-tcp.js";

const PROTOCOLS = [TCP, UDP, ICMP];
const PAGE = 50;

/** In an order that does not depend on who is looked at. */
interface View {
  readonly sessions: readonly string[];
  readonly explicit: readonly MappingRow[];
  readonly hosts: readonly HostRow[];
  /** Mappings, used ports, free ports and all sessions, by protocol. */
  readonly counts: readonly (readonly number[])[];
  /** Base64 of what each port is used for, by protocol. */
  readonly ports: readonly string[];
}

export function firstDifference(got: object, wanted: object): string | null {
  const wantedParts = new Map(Object.entries(wanted));
  for (const [name, part] of Object.entries(got)) {
    const [gotText, wantedText] = [part, wantedParts.get(name)].map((p) => JSON.stringify(p));
    if (gotText !== wantedText) return `${name}: got ${gotText}, wanted ${wantedText}`;
  }
  return null;
}

export function fastView(nat: Nat44, nowMs: number): View {
  const sessions: string[] = [];
  for (let cursor = 0; cursor >= 0; ) {
    const page = nat.sessionPage(cursor, PAGE, nowMs);
    sessions.push(...page.rows.map((row) => JSON.stringify(row)));
    cursor = page.next;
  }
  const { tcp, udp, icmp } = nat.portUse();
  return {
    sessions: sessions.sort(),
    explicit: nat.explicitMappings(nowMs),
    hosts: nat.hosts().sort((a, b) => a.address - b.address),
    counts: PROTOCOLS.map((protocol) => [
      nat.mappings(protocol),
      nat.usedPorts(protocol),
      nat.freePorts(protocol),
      nat.sessions,
    ]),
    ports: [tcp, udp, icmp].map((use) => Buffer.from(use).toString("base64")),
  };
}

export function slowView(slow: SlowNat44, nowMs: number): View {
  const live = [...slow.live];
  return {
    sessions: live.flatMap((mapping) => slowSessions(mapping, nowMs)).sort(),
    explicit: slowExplicit(live, nowMs),
    hosts: [...new Set(live.map((mapping) => mapping.insideAddress))]
      .sort((a, b) => a - b)
      .map((address) => slowHost(live, address)),
    counts: PROTOCOLS.map((protocol) => {
      const used = slow.usedPorts(protocol);
      const mappings = live.filter((mapping) => mapping.protocol === protocol);
      const free = [...slow.dynamic].filter((port) => !used.has(port));
      return [mappings.length, used.size, free.length, slow.sessionCount];
    }),
    ports: PROTOCOLS.map((protocol) => slowPorts(slow, protocol)),
  };
}

function slowSessions(mapping: Mapping, nowMs: number): string[] {
  const { protocol, insideAddress, insidePort, externalPort, boundTo, sessions } = mapping;
  return [...sessions.values()].map(({ remoteAddress, remotePort, connection, deadlineMs }) =>
    JSON.stringify({
      protocol,
      insideAddress,
      insidePort,
      externalPort,
      remoteAddress,
      remotePort,
      tcpState: connection && stateName(connection),
      shared: boundTo !== null,
      remainingMs: Math.max(0, deadlineMs - nowMs),
    }),
  );
}

function slowExplicit(live: readonly Mapping[], nowMs: number): MappingRow[] {
  const rows = live.flatMap((mapping) => {
    if (mapping.explicit === null) return [];
    const { protocol, insideAddress, insidePort, externalPort } = mapping;
    const { origin, deadlineMs } = mapping.explicit;
    const left = Math.max(0, deadlineMs - nowMs);
    const remainingMs = deadlineMs === Number.POSITIVE_INFINITY ? null : left;
    return [{ protocol, insideAddress, insidePort, externalPort, origin, remainingMs }];
  });
  return rows.sort((a, b) => a.protocol - b.protocol || a.externalPort - b.externalPort);
}

function slowHost(live: readonly Mapping[], address: number): HostRow {
  const own = live.filter((mapping) => mapping.insideAddress === address);
  const [tcpPorts, udpPorts, icmpIds] = PROTOCOLS.map(
    (protocol) => own.filter((mapping) => mapping.protocol === protocol).length,
  );
  const sessions = own.reduce((sum, mapping) => sum + mapping.sessions.size, 0);
  return { address, tcpPorts: tcpPorts!, udpPorts: udpPorts!, icmpIds: icmpIds!, sessions };
}

function slowPorts(slow: SlowNat44, protocol: number): string {
  const used = slow.usedPorts(protocol);
  const explicit = new Set<number>();
  for (const mapping of slow.live) {
    if (mapping.explicit !== null && mapping.protocol === protocol) {
      explicit.add(mapping.externalPort);
    }
  }
  const uses = slow.allPorts.map((port) => {
    if (explicit.has(port)) return PORT_FORWARD;
    if (used.has(port)) return PORT_USED;
    return slow.dynamic.has(port) ? PORT_FREE : PORT_RESERVED;
  });
  return Buffer.from(uses).toString("base64");
}
