/**
 * NAT44's state as bytes, all little-endian:
 *
 *   +0  magic:32 | version:16 | 0:16 | explicit mappings:32 | sessions:32
 *   an explicit mapping:
 *   +0  protocol slot:8 origin:8 inside port:16 | external port:16 0:16 | inside address:32 | 0:32
 *   +16 remaining ms, IEEE 754, infinite where it lasts until it is removed:64
 *   a session:
 *   +0  bound:1 0:5 protocol slot:2 | TCP state:8 | inside port:16
 *   +4  external port:16 remote port:16 | inside address:32 | remote address:32
 *   +16 remaining ms:32 | held for ms:32
 *
 * Mappings of the configuration are not in it: whoever reads it has a configuration of his own.
 */
import { PROTOCOL_SLOTS, SLOT_TCP, SLOT_UDP } from "./protocol.js";
import type { MappingOrigin } from "./records.js";
import type { NatTables } from "./tables.js";
import { NONE, STATES } from "./tcp-state.js";

/** "NT44" */
const MAGIC = 0x34_34_54_4e;
const VERSION = 1;
const HEADER_LEN = 16;
const RECORD_LEN = 24;

const BOUND = 0x80;
const ORIGINS: readonly MappingOrigin[] = ["operator", "pcp"];

/** A longer time is cut to this: 49 days. */
const MOST_MS = 0xffff_ffff;

export interface SavedMapping {
  readonly slot: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  readonly origin: MappingOrigin;
  readonly remainingMs: number;
}

export interface SavedSession {
  readonly slot: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  readonly tcpState: number;
  readonly isBound: boolean;
  readonly remainingMs: number;
  readonly heldMs: number;
}

/** All explicit mappings but the configuration's, and all sessions, each looked at once. */
export function encodeState(tables: NatTables, nowMs: number): Uint8Array {
  const { explicit, sessions } = tables;
  const entries = explicit
    .entries()
    .filter((e) => explicit.origin(explicit.slot(e), explicit.externalPort(e)) !== "config");
  const size = HEADER_LEN + (entries.length + sessions.count) * RECORD_LEN;
  const view = new DataView(new ArrayBuffer(size));
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, entries.length, true);
  view.setUint32(12, sessions.count, true);
  let at = HEADER_LEN;
  for (const entry of entries) {
    writeMapping(view, at, tables, entry, nowMs);
    at += RECORD_LEN;
  }
  for (let session = 0; session < sessions.end; session++) {
    if (!sessions.isLive(session)) continue;
    writeSession(view, at, tables, session, nowMs);
    at += RECORD_LEN;
  }
  return new Uint8Array(view.buffer);
}

function writeMapping(
  view: DataView,
  at: number,
  tables: NatTables,
  entry: number,
  nowMs: number,
): void {
  const { explicit, mappings } = tables;
  const slot = explicit.slot(entry);
  const externalPort = explicit.externalPort(entry);
  const mapping = mappings.findByPort(slot, externalPort);
  view.setUint8(at, slot);
  view.setUint8(at + 1, ORIGINS.indexOf(explicit.origin(slot, externalPort)!));
  view.setUint16(at + 2, mappings.insidePort(mapping), true);
  view.setUint16(at + 4, externalPort, true);
  view.setUint32(at + 8, mappings.insideAddress(mapping), true);
  view.setFloat64(at + 16, Math.max(0, explicit.deadline(slot, externalPort) - nowMs), true);
}

function writeSession(
  view: DataView,
  at: number,
  tables: NatTables,
  session: number,
  nowMs: number,
): void {
  const { mappings, sessions } = tables;
  const mapping = sessions.mapping(session);
  view.setUint8(at, mappings.slot(mapping) | (mappings.isBound(mapping) ? BOUND : 0));
  view.setUint8(at + 1, sessions.tcpState(session));
  view.setUint16(at + 2, mappings.insidePort(mapping), true);
  view.setUint16(at + 4, mappings.externalPort(mapping), true);
  view.setUint16(at + 6, sessions.remotePort(session), true);
  view.setUint32(at + 8, mappings.insideAddress(mapping), true);
  view.setUint32(at + 12, sessions.remoteAddress(session), true);
  view.setUint32(at + 16, wholeMs(sessions.deadline(session) - nowMs), true);
  view.setUint32(at + 20, wholeMs(sessions.heldUntil(session) - nowMs), true);
}

/** Rounded up, so that nothing ends early. */
function wholeMs(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), MOST_MS);
}

/** Bytes that were checked whole; what they say of the port set and of each other was not. */
export class SavedState {
  readonly mappings: number;
  readonly sessions: number;
  readonly #view: DataView;

  /** Throws Error where the bytes are not what `encodeState()` gives. */
  constructor(state: Uint8Array) {
    this.#view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    this.mappings = this.#readHeader();
    this.sessions = (state.byteLength - HEADER_LEN) / RECORD_LEN - this.mappings;
    for (let record = 0; record < this.mappings + this.sessions; record++) {
      const at = HEADER_LEN + record * RECORD_LEN;
      const isRight = record < this.mappings ? this.#isMapping(at) : this.#isSession(at);
      if (!isRight) throw new Error(`NAT44 state: impossible record at byte ${at}`);
    }
  }

  mapping(index: number): SavedMapping {
    const view = this.#view;
    const at = HEADER_LEN + index * RECORD_LEN;
    return {
      slot: view.getUint8(at),
      insideAddress: view.getUint32(at + 8, true),
      insidePort: view.getUint16(at + 2, true),
      externalPort: view.getUint16(at + 4, true),
      origin: ORIGINS[view.getUint8(at + 1)]!,
      remainingMs: view.getFloat64(at + 16, true),
    };
  }

  session(index: number): SavedSession {
    const view = this.#view;
    const at = HEADER_LEN + (this.mappings + index) * RECORD_LEN;
    return {
      slot: view.getUint8(at) & ~BOUND,
      insideAddress: view.getUint32(at + 8, true),
      insidePort: view.getUint16(at + 2, true),
      externalPort: view.getUint16(at + 4, true),
      remoteAddress: view.getUint32(at + 12, true),
      remotePort: view.getUint16(at + 6, true),
      tcpState: view.getUint8(at + 1),
      isBound: (view.getUint8(at) & BOUND) !== 0,
      remainingMs: view.getUint32(at + 16, true),
      heldMs: view.getUint32(at + 20, true),
    };
  }

  /** Returns how many explicit mappings there are. */
  #readHeader(): number {
    const view = this.#view;
    if (view.byteLength < HEADER_LEN || view.getUint32(0, true) !== MAGIC) {
      throw new Error("not a NAT44 state");
    }
    const version = view.getUint16(4, true);
    if (version !== VERSION) throw new Error(`NAT44 state of version ${version}, not ${VERSION}`);
    const mappings = view.getUint32(8, true);
    const sessions = view.getUint32(12, true);
    const size = HEADER_LEN + (mappings + sessions) * RECORD_LEN;
    if (view.byteLength !== size) {
      throw new Error(`NAT44 state has ${view.byteLength} bytes, and says that it has ${size}`);
    }
    return mappings;
  }

  #isMapping(at: number): boolean {
    const slot = this.#view.getUint8(at);
    return (
      (slot === SLOT_TCP || slot === SLOT_UDP) &&
      this.#view.getUint8(at + 1) < ORIGINS.length &&
      this.#view.getFloat64(at + 16, true) >= 0
    );
  }

  #isSession(at: number): boolean {
    const slot = this.#view.getUint8(at) & ~BOUND;
    const isBound = (this.#view.getUint8(at) & BOUND) !== 0;
    const tcpState = this.#view.getUint8(at + 1);
    if (slot !== SLOT_TCP) return slot < PROTOCOL_SLOTS && !isBound && tcpState === NONE;
    const remoteAddress = this.#view.getUint32(at + 12, true);
    return tcpState !== NONE && tcpState < STATES && !(isBound && remoteAddress === 0);
  }
}
