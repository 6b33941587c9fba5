/** What NAT44 holds, as rows for people and programs. */
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from "../wire/ipv4.js";
import { SLOT_ICMP, SLOT_TCP, SLOT_UDP } from "./protocol.js";
import {
  type MappingRow,
  PORT_FORWARD,
  type PortUse,
  type SessionPage,
  type SessionRow,
} from "./records.js";
import type { NatTables } from "./tables.js";
import { STATE_NAMES } from "./tcp-state.js";

/** Places of the session table that one page looks at, for each row that it may have. */
const PLACES_PER_ROW = 4;

/** By slot. */
const PROTOCOLS = [PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ICMP];

/** Rows of the places from `cursor` on, `limit` at most; fewer where many places are empty. */
export function sessionPage(
  tables: NatTables,
  cursor: number,
  limit: number,
  nowMs: number,
): SessionPage {
  const { sessions } = tables;
  const rows: SessionRow[] = [];
  const end = Math.min(sessions.end, cursor + limit * PLACES_PER_ROW);
  let session = cursor;
  for (; session < end && rows.length < limit; session++) {
    if (sessions.isLive(session)) rows.push(sessionRow(tables, session, nowMs));
  }
  return { rows, next: session < sessions.end ? session : -1 };
}

function sessionRow(tables: NatTables, session: number, nowMs: number): SessionRow {
  const { mappings, sessions } = tables;
  const mapping = sessions.mapping(session);
  const slot = mappings.slot(mapping);
  return {
    protocol: PROTOCOLS[slot]!,
    insideAddress: mappings.insideAddress(mapping) >>> 0,
    insidePort: mappings.insidePort(mapping),
    externalPort: mappings.externalPort(mapping),
    remoteAddress: sessions.remoteAddress(session) >>> 0,
    remotePort: sessions.remotePort(session),
    tcpState: STATE_NAMES[sessions.tcpState(session)]!,
    shared: mappings.isBound(mapping),
    remainingMs: Math.max(0, sessions.deadline(session) - nowMs),
  };
}

export function explicitMappings(tables: NatTables, nowMs: number): MappingRow[] {
  const { explicit, mappings } = tables;
  return explicit.entries().map((entry) => {
    const slot = explicit.slot(entry);
    const externalPort = explicit.externalPort(entry);
    const mapping = mappings.findByPort(slot, externalPort);
    const deadline = explicit.deadline(slot, externalPort);
    return {
      protocol: PROTOCOLS[slot]!,
      insideAddress: mappings.insideAddress(mapping) >>> 0,
      insidePort: mappings.insidePort(mapping),
      externalPort,
      origin: explicit.origin(slot, externalPort)!,
      remainingMs: deadline === Number.POSITIVE_INFINITY ? null : Math.max(0, deadline - nowMs),
    };
  });
}

export function portUse(tables: NatTables): PortUse {
  const { explicit, pools, ports } = tables;
  const [tcp, udp, icmp] = [SLOT_TCP, SLOT_UDP, SLOT_ICMP].map((slot) => pools[slot]!.use());
  for (const entry of explicit.entries()) {
    const bySlot = explicit.slot(entry) === SLOT_TCP ? tcp! : udp!;
    bySlot[ports.indexOf(explicit.externalPort(entry))] = PORT_FORWARD;
  }
  return { tcp: tcp!, udp: udp!, icmp: icmp! };
}
