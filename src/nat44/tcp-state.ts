/**
 * What the NAT knows of a TCP connection: enough to choose its timer (RFC 7857 §2, figure 1).
 * One row per state, one column per kind of segment; sequence numbers are not tracked.
 */
import { FLAG_ACK, FLAG_FIN, FLAG_RST, FLAG_SYN } from "../wire/tcp.js";
import { TCP_STATES, type TcpStateName } from "./records.js";
import type { Nat44Settings } from "./settings.js";

/** Not TCP. */
export const NONE = 0;
/** The inside sent a SYN; only a SYN from outside completes it. */
export const SYN_SENT = 1;
/** The inside answered a SYN, or was heard in mid-stream; any segment from outside completes it. */
export const HALF_OPEN = 2;
export const ESTABLISHED = 3;
/** One side has closed; the other may go on for as long as it likes (RFC 9293 §3.6). */
export const FIN_OUT = 4;
export const FIN_IN = 5;
/** Both sides have closed. */
export const CLOSING = 6;
/** A RST was seen; data brings the connection back (RFC 7857 §2.2). */
export const RESET = 7;

/** All states are below. */
export const STATES = 8;

/** By state. */
export const STATE_NAMES: readonly (TcpStateName | null)[] = [null, ...TCP_STATES];

const KINDS = 5;
const KIND_SYN = 0;
const KIND_SYN_ACK = 1;
const KIND_FIN = 2;
const KIND_RST = 3;
const KIND_DATA = 4;

// biome-ignore format: a table
const NEXT_OUT = Uint8Array.of(
  // SYN        SYN+ACK      FIN          RST          other
  NONE,         NONE,        NONE,        NONE,        NONE,        // NONE
  SYN_SENT,     SYN_SENT,    SYN_SENT,    RESET,       SYN_SENT,    // SYN_SENT
  HALF_OPEN,    HALF_OPEN,   HALF_OPEN,   RESET,       HALF_OPEN,   // HALF_OPEN
  ESTABLISHED,  ESTABLISHED, FIN_OUT,     RESET,       ESTABLISHED, // ESTABLISHED
  FIN_OUT,      FIN_OUT,     FIN_OUT,     RESET,       FIN_OUT,     // FIN_OUT
  FIN_IN,       FIN_IN,      CLOSING,     RESET,       FIN_IN,      // FIN_IN
  SYN_SENT,     HALF_OPEN,   CLOSING,     CLOSING,     CLOSING,     // CLOSING
  SYN_SENT,     HALF_OPEN,   RESET,       RESET,       ESTABLISHED, // RESET
);

// biome-ignore format: a table
const NEXT_IN = Uint8Array.of(
  // SYN        SYN+ACK      FIN          RST          other
  NONE,         NONE,        NONE,        NONE,        NONE,        // NONE
  ESTABLISHED,  ESTABLISHED, SYN_SENT,    RESET,       SYN_SENT,    // SYN_SENT
  HALF_OPEN,    ESTABLISHED, FIN_IN,      RESET,       ESTABLISHED, // HALF_OPEN
  ESTABLISHED,  ESTABLISHED, FIN_IN,      RESET,       ESTABLISHED, // ESTABLISHED
  FIN_OUT,      FIN_OUT,     CLOSING,     RESET,       FIN_OUT,     // FIN_OUT
  FIN_IN,       FIN_IN,      FIN_IN,      RESET,       FIN_IN,      // FIN_IN
  CLOSING,      CLOSING,     CLOSING,     CLOSING,     CLOSING,     // CLOSING
  RESET,        RESET,       RESET,       RESET,       ESTABLISHED, // RESET
);

function kindOf(flags: number): number {
  if ((flags & FLAG_RST) !== 0) return KIND_RST;
  if ((flags & FLAG_SYN) !== 0) return (flags & FLAG_ACK) !== 0 ? KIND_SYN_ACK : KIND_SYN;
  return (flags & FLAG_FIN) !== 0 ? KIND_FIN : KIND_DATA;
}

export function isReset(flags: number): boolean {
  return (flags & FLAG_RST) !== 0;
}

/** State of a connection whose first segment seen is one from inside (never a RST). */
export function firstState(flags: number): number {
  return kindOf(flags) === KIND_SYN ? SYN_SENT : HALF_OPEN;
}

export function afterOutbound(state: number, flags: number): number {
  return NEXT_OUT[state * KINDS + kindOf(flags)]!;
}

export function afterInbound(state: number, flags: number): number {
  return NEXT_IN[state * KINDS + kindOf(flags)]!;
}

/** False where a further segment of the same state leaves the timer alone (RFC 7857 §7). */
export function outboundRefreshes(state: number): boolean {
  return state !== CLOSING && state !== RESET;
}

/** Idle time by state, ms (RFC 7857 §2.1). A connection closed on one side only is not yet closing. */
export function timeoutsByState(timeoutsMs: Nat44Settings["timeoutsMs"]): Float64Array {
  const { tcpEstablished, tcpOpening, tcpClosing } = timeoutsMs;
  const timeouts = new Float64Array(STATES);
  timeouts[SYN_SENT] = tcpOpening;
  timeouts[HALF_OPEN] = tcpOpening;
  timeouts[CLOSING] = tcpClosing;
  timeouts[RESET] = tcpClosing;
  timeouts[ESTABLISHED] = tcpEstablished;
  timeouts[FIN_OUT] = tcpEstablished;
  timeouts[FIN_IN] = tcpEstablished;
  return timeouts;
}
