/** Takes over a saved state: what fits the ports, the configuration and the room there is now. */
import { SLOT_TCP } from "./protocol.js";
import type { ImportResult } from "./records.js";
import { type SavedMapping, type SavedSession, SavedState } from "./state-codec.js";
import type { NatTables } from "./tables.js";
import { NONE } from "./tcp-state.js";

/** What `Nat44.importState()` promises. */
export function restore(
  tables: NatTables,
  state: Uint8Array,
  elapsedMs: number,
  nowMs: number,
): ImportResult {
  const saved = new SavedState(state);
  let mappings = 0;
  let sessions = 0;
  let lost = 0;
  for (let i = 0; i < saved.mappings; i++) {
    const mapping = saved.mapping(i);
    const remainingMs = mapping.remainingMs - elapsedMs;
    if (remainingMs <= 0) continue;
    if (restoreMapping(tables, mapping, nowMs + remainingMs)) mappings++;
    else lost++;
  }
  for (let i = 0; i < saved.sessions; i++) {
    const session = saved.session(i);
    if (session.remainingMs <= elapsedMs) continue;
    if (restoreSession(tables, session, nowMs - elapsedMs)) sessions++;
    else lost++;
  }
  return { sessions, mappings, lost };
}

function restoreMapping(tables: NatTables, saved: SavedMapping, deadlineMs: number): boolean {
  const { slot, insideAddress, insidePort, externalPort, origin } = saved;
  const { mappings, pools } = tables;
  if (mappings.full || mappings.find(slot, insideAddress, insidePort) >= 0) return false;
  if (!pools[slot]!.claim(externalPort)) return false;
  const isCounted = origin === "pcp";
  const mapping = tables.addMapping(slot, insideAddress, insidePort, externalPort, isCounted);
  tables.makeExplicit(mapping, origin, deadlineMs);
  return true;
}

/** `savedMs`: when the state was saved, by the clock of now. */
function restoreSession(tables: NatTables, saved: SavedSession, savedMs: number): boolean {
  const { slot, externalPort, remoteAddress, remotePort, tcpState, remainingMs, heldMs } = saved;
  const { sessions, ports } = tables;
  if (externalPort === 0 || !ports.contains(externalPort)) return false;
  let session = tables.findSession(slot, externalPort, remoteAddress, remotePort);
  if (session >= 0) {
    if (!mayJoin(tables, saved, session)) return false;
    const deadlineMs = Math.max(sessions.deadline(session), savedMs + remainingMs);
    sessions.touch(session, NONE, deadlineMs);
  } else {
    const mapping = sessions.full ? -1 : mappingOf(tables, saved);
    if (mapping < 0) return false;
    session = tables.addSession(slot, mapping, remoteAddress, remotePort);
    sessions.touch(session, tcpState, savedMs + remainingMs);
  }
  if (heldMs > 0) sessions.hold(session, savedMs + heldMs);
  return true;
}

/** Where the filtering was finer than it is now, several sessions become one. */
function mayJoin(tables: NatTables, saved: SavedSession, session: number): boolean {
  const mapping = tables.sessions.mapping(session);
  return (
    saved.slot !== SLOT_TCP &&
    tables.mappings.insideAddress(mapping) === (saved.insideAddress | 0) &&
    tables.mappings.insidePort(mapping) === saved.insidePort
  );
}

/** Finds or makes a session's mapping; -1 where another one is in the way. */
function mappingOf(tables: NatTables, saved: SavedSession): number {
  const { slot, insideAddress, insidePort, externalPort, remoteAddress, remotePort } = saved;
  const { mappings, pools } = tables;
  // The inside endpoint may have a connection to that remote end already, by another port.
  const isDouble =
    slot === SLOT_TCP && tables.hasConnection(insideAddress, insidePort, remoteAddress, remotePort);
  if (isDouble) return -1;
  if (saved.isBound) return addBound(tables, saved);
  const own = mappings.find(slot, insideAddress, insidePort);
  const holder = mappings.findByPort(slot, externalPort);
  if (own >= 0) return own === holder ? own : -1;
  if (holder >= 0 || mappings.full) return -1;
  // Bound ones may use the port already; of UDP and ICMP there are none.
  pools[slot]!.share(externalPort);
  return tables.addMapping(slot, insideAddress, insidePort, externalPort, true);
}

function addBound(tables: NatTables, saved: SavedSession): number {
  const { insideAddress, insidePort, externalPort, remoteAddress, remotePort } = saved;
  // Other explicit mappings may stand on a shared port since they were dynamic.
  const isConfigured = tables.explicit.origin(SLOT_TCP, externalPort) === "config";
  if (tables.mappings.full || isConfigured) return -1;
  return tables.addBound(insideAddress, insidePort, remoteAddress, remotePort, externalPort);
}
