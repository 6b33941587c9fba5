/** Puts into a NAT44 in memory what the one of a running CE holds, as far as a question needs it. */
import type { Nat44 } from "../nat44/nat44.js";
import { NAT44_HOST_QUOTA } from "../verdict.js";
import * as ipv4 from "../wire/ipv4.js";
import * as tcp from "../wire/tcp.js";

/** Addresses are unsigned 32-bit. */
export interface SeedSession {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  /** 0: any. */
  readonly remoteAddress: number;
  readonly remotePort: number;
}

/** A port that belongs to one inside endpoint whether there is traffic or not; 6 or 17. */
export type SeedForward = Omit<SeedSession, "remoteAddress" | "remotePort">;

export interface Nat44Seed {
  /** All of them; those of the configuration are there already. */
  readonly forwards: readonly SeedForward[];
  /** Those that the packet may belong to. */
  readonly sessions: readonly SeedSession[];
  /** There is no room for another session. */
  readonly isFull: boolean;
  /** Ports in use of each protocol, by its number. */
  readonly used: ReadonlyMap<number, number>;
}

const LIFETIME_MS = 3_600_000;
/** 0.0.0.0/8, where no host is; each takes one port. */
const FIRST_FILLER = 1;
/** 192.0.2.1, port 9: somewhere that no question is about. */
const FILLER_REMOTE = 0xc0000201;
const FILLER_PORT = 9;

export function seedNat44(
  nat44: Nat44,
  { forwards, sessions, isFull, used }: Nat44Seed,
  nowMs: number,
): void {
  for (const forward of forwards) {
    nat44.addMapping({ ...forward, exact: true, lifetimeMs: null, origin: "operator" }, nowMs);
  }
  for (const session of sessions) hold(nat44, session, nowMs);
  // Where there is room for no session, free ports do not matter.
  if (isFull) fillSessions(nat44, nowMs);
  else for (const [protocol, count] of used) fill(nat44, protocol, count, nowMs);
}

function hold(nat44: Nat44, session: SeedSession, nowMs: number): void {
  if (session.protocol === ipv4.PROTOCOL_ICMP) {
    // Nobody can ask for an identifier, but one that is free outside stays as it is.
    const { insideAddress, externalPort, remoteAddress } = session;
    nat44.outbound(
      session.protocol,
      insideAddress | 0,
      externalPort,
      remoteAddress | 0,
      externalPort,
      0,
      nowMs,
    );
  } else nat44.holdPeer({ ...session, lifetimeMs: LIFETIME_MS }, nowMs);
}

/** Takes ports until so many are in use, or none is left. */
function fill(nat44: Nat44, protocol: number, count: number, nowMs: number): void {
  for (let filler = FIRST_FILLER; nat44.usedPorts(protocol) < count; filler++) {
    const port = nat44.outbound(
      protocol,
      filler,
      filler & 0xffff,
      FILLER_REMOTE | 0,
      FILLER_PORT,
      tcp.FLAG_SYN,
      nowMs,
    );
    if (port < 0) return;
  }
}

/** Opens sessions until there is room for none, each host as many as it may. */
function fillSessions(nat44: Nat44, nowMs: number): void {
  const { PROTOCOL_TCP } = ipv4;
  for (let filler = FIRST_FILLER; ; filler++) {
    let remote = FILLER_REMOTE;
    let port = 0;
    while (port >= 0) {
      const to = remote++ | 0;
      port = nat44.outbound(PROTOCOL_TCP, filler, 1, to, FILLER_PORT, tcp.FLAG_SYN, nowMs);
    }
    if (port !== NAT44_HOST_QUOTA || remote === FILLER_REMOTE + 1) return;
  }
}
