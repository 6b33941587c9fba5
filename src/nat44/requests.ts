/** Explicit mappings and held connections: what the control side may ask for, and what it gets. */
import { NAT44_HOST_QUOTA, NAT44_TABLE_FULL } from "../verdict.js";
import { PROTOCOL_TCP, PROTOCOL_UDP } from "../wire/ipv4.js";
import type { Admission } from "./admission.js";
import { SLOT_TCP, SLOT_UDP, slotOf } from "./protocol.js";
import type { MapRefusal, MapRequest, MapResult, PeerRequest } from "./records.js";
import type { Forward } from "./settings.js";
import type { NatTables } from "./tables.js";
import * as tcp from "./tcp-state.js";

/** What `Nat44.addMapping()` promises. */
export function addExplicit(
  tables: NatTables,
  admission: Admission,
  request: MapRequest,
  nowMs: number,
): MapResult {
  const slot = slotOf(request.protocol);
  if (slot !== SLOT_TCP && slot !== SLOT_UDP) return refused("unsupported-protocol");
  const pool = tables.pools[slot]!;
  const { insideAddress, insidePort, externalPort: wanted, origin } = request;
  const existing = tables.mappings.find(slot, insideAddress, insidePort);
  if (existing >= 0) {
    const result = changeExisting(tables, slot, existing, request, nowMs);
    if (result !== null) return result;
  }
  const isOffered = mayHave(tables, slot, request);
  if (request.exact && wanted !== 0 && !(isOffered && pool.isFree(wanted))) {
    return refused(isOffered ? "port-in-use" : "not-in-set", pool.nearestFree(wanted));
  }
  if (origin === "pcp" && admission.isOverQuota(slot, insideAddress)) return refused("host-quota");
  if (existing < 0 && tables.mappings.full) return refused("table-full");
  if (existing >= 0) tables.closeWithSessions(existing);

  const isClaimed = isOffered && pool.claim(wanted);
  const externalPort = isClaimed ? wanted : pool.take(insidePort, tables.random);
  if (externalPort < 0) return refused("no-free-port");
  const isCounted = origin === "pcp";
  const mapping = tables.addMapping(slot, insideAddress, insidePort, externalPort, isCounted);
  tables.makeExplicit(mapping, origin, deadlineOf(request, nowMs));
  return { ok: true, externalPort };
}

/**
 * Answers a request of an endpoint that has a mapping. null where that has to give way to one
 * with another port: never an explicit one, and a dynamic one only to the operator.
 */
function changeExisting(
  tables: NatTables,
  slot: number,
  existing: number,
  request: MapRequest,
  nowMs: number,
): MapResult | null {
  const { origin, exact, externalPort: wanted } = request;
  const externalPort = tables.mappings.externalPort(existing);
  const wantsOther = exact && wanted !== 0 && wanted !== externalPort;
  if (tables.mappings.isExplicit(existing)) {
    const isOther = wantsOther || tables.explicit.origin(slot, externalPort) !== origin;
    if (isOther) return refused("endpoint-in-use");
  } else if (wantsOther) {
    return origin === "pcp" ? refused("endpoint-in-use") : null;
  }
  // A dynamic mapping keeps its port and its sessions (RFC 6887 §11.3).
  tables.makeExplicit(existing, origin, deadlineOf(request, nowMs));
  return { ok: true, externalPort };
}

/** Reserved ports are for whoever names one exactly and runs the CE, not for LAN hosts. */
function mayHave(tables: NatTables, slot: number, request: MapRequest): boolean {
  const { externalPort: wanted, insidePort } = request;
  if (request.exact && request.origin !== "pcp") {
    return wanted !== 0 && tables.ports.contains(wanted);
  }
  return tables.pools[slot]!.offers(wanted, insidePort);
}

function deadlineOf(request: MapRequest, nowMs: number): number {
  return request.lifetimeMs === null ? Number.POSITIVE_INFINITY : nowMs + request.lifetimeMs;
}

/** A forward of the configuration. Throws RangeError where it cannot be had. */
export function addForward(tables: NatTables, admission: Admission, forward: Forward): void {
  const { externalPort, insideAddress, insidePort } = forward;
  for (const protocol of [PROTOCOL_TCP, PROTOCOL_UDP]) {
    if (forward.protocol === (protocol === PROTOCOL_TCP ? "udp" : "tcp")) continue;
    if (tables.mappings.find(slotOf(protocol), insideAddress, insidePort) >= 0) {
      throw new RangeError(`two forwards to the inside port ${insidePort} of one host`);
    }
    const request: MapRequest = {
      protocol,
      insideAddress,
      insidePort,
      externalPort,
      exact: true,
      lifetimeMs: null,
      origin: "config",
    };
    const result =
      externalPort === 0 ? refused("not-in-set") : addExplicit(tables, admission, request, 0);
    if (!result.ok) {
      throw new RangeError(`the forward of external port ${externalPort}: ${result.reason}`);
    }
  }
}

/** What `Nat44.holdPeer()` promises. */
export function holdPeer(
  tables: NatTables,
  admission: Admission,
  request: PeerRequest,
  nowMs: number,
): MapResult {
  const { insideAddress, insidePort, remoteAddress, remotePort } = request;
  const slot = slotOf(request.protocol);
  if (slot !== SLOT_TCP && slot !== SLOT_UDP) return refused("unsupported-protocol");
  const mapping = tables.findMapping(slot, insideAddress, insidePort, remoteAddress, remotePort);
  let session = -1;
  if (mapping >= 0) {
    const externalPort = tables.mappings.externalPort(mapping);
    session = tables.findSession(slot, externalPort, remoteAddress, remotePort);
  }
  if (session < 0) session = openPeer(tables, admission, slot, mapping, request, nowMs);
  if (session < 0) return refusedByCode(session);
  tables.sessions.hold(session, nowMs + request.lifetimeMs);
  return { ok: true, externalPort: tables.mappings.externalPort(tables.sessions.mapping(session)) };
}

/** Makes a session, and its mapping where `found` is none; returns it, or a drop code. */
function openPeer(
  tables: NatTables,
  admission: Admission,
  slot: number,
  found: number,
  request: PeerRequest,
  nowMs: number,
): number {
  const { insideAddress, insidePort, remoteAddress, remotePort, externalPort } = request;
  const refusal = admission.refuseSession(insideAddress);
  if (refusal < 0) return refusal;
  const mapping =
    found >= 0
      ? found
      : admission.open(slot, insideAddress, insidePort, remoteAddress, remotePort, externalPort);
  if (mapping < 0) return mapping;
  // A SYN from inside is still to come, or was lost to us with an earlier state: in HALF_OPEN any
  // segment from outside shows a connection.
  const state = slot === SLOT_TCP ? tcp.HALF_OPEN : tcp.NONE;
  const session = tables.addSession(slot, mapping, remoteAddress, remotePort);
  tables.sessions.touch(session, state, nowMs + tables.idleMs(slot, state));
  return session;
}

/** A refusal as the packet path knows it. */
function refusedByCode(code: number): MapResult {
  if (code === NAT44_HOST_QUOTA) return refused("host-quota");
  return refused(code === NAT44_TABLE_FULL ? "table-full" : "no-free-port");
}

function refused(reason: MapRefusal, nearest: readonly number[] = []): MapResult {
  return { ok: false, reason, nearest };
}
