/**
 * The sessions: which remote ends a mapping has spoken to. They carry the timers, keep their
 * mapping alive, and are what filtering asks (RFC 4787 §5).
 */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { TimerWheel } from "./timer-wheel.js";

const PORT_BITS = 16;

/** Beside the TCP state: the session is held until a given time, whatever its idle timer says. */
const HELD = 0x80;
const STATE_MASK = 0x7f;

/**
 * The key is the external side (protocol slot, external port, remote address, remote port), so an
 * inbound packet finds its session without asking for the mapping first. Remote parts that the
 * filtering does not look at are zero. Memory: 57 bytes a session, of key and chains 24, timer 20
 * and columns 13; eight of these the system backs only where sessions are held.
 */
export class SessionTable {
  readonly #table: KeyedTable;
  readonly #timers: TimerWheel;
  readonly #mappings: Int32Array;
  readonly #states: Uint8Array;
  /** ms; only of sessions that are HELD. */
  readonly #heldUntil: Float64Array;

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#timers = new TimerWheel(capacity);
    this.#mappings = new Int32Array(capacity);
    this.#states = new Uint8Array(capacity);
    this.#heldUntil = new Float64Array(capacity);
  }

  get count(): number {
    return this.#table.count;
  }

  get full(): boolean {
    return this.#table.full;
  }

  /** Every session's index is below; not every index below is a session: see `isLive()`. */
  get end(): number {
    return this.#table.end;
  }

  isLive(index: number): boolean {
    return this.#timers.isSet(index);
  }

  /** The session's index, or -1. */
  find(slot: number, externalPort: number, remoteAddress: number, remotePort: number): number {
    return this.#table.find((slot << PORT_BITS) | externalPort, remoteAddress, remotePort);
  }

  /**
   * The session must not be there yet, and the table must not be full. It is live with its first
   * `touch()`.
   */
  add(
    slot: number,
    externalPort: number,
    remoteAddress: number,
    remotePort: number,
    mapping: number,
  ): number {
    const key0 = (slot << PORT_BITS) | externalPort;
    const session = this.#table.insert(key0, remoteAddress, remotePort);
    this.#mappings[session] = mapping;
    this.#states[session] = 0;
    return session;
  }

  remove(session: number): void {
    this.#timers.cancel(session);
    this.#table.remove(session);
  }

  mapping(session: number): number {
    return this.#mappings[session]!;
  }

  remoteAddress(session: number): number {
    return this.#table.key1(session);
  }

  remotePort(session: number): number {
    return this.#table.key2(session);
  }

  tcpState(session: number): number {
    return this.#states[session]! & STATE_MASK;
  }

  deadline(session: number): number {
    return this.#timers.deadline(session);
  }

  /** ms; 0 for a session that was never held. */
  heldUntil(session: number): number {
    return (this.#states[session]! & HELD) === 0 ? 0 : this.#heldUntil[session]!;
  }

  /** Sets state and idle timer. */
  touch(session: number, tcpState: number, deadlineMs: number): void {
    const held = this.#states[session]! & HELD;
    this.#states[session] = tcpState | held;
    const latest = held === 0 ? deadlineMs : Math.max(deadlineMs, this.#heldUntil[session]!);
    this.#timers.set(session, latest);
  }

  /** Lets a live session live until then at least. */
  hold(session: number, untilMs: number): void {
    const until = Math.max(untilMs, this.heldUntil(session));
    this.#heldUntil[session] = until;
    this.#states[session]! |= HELD;
    if (until > this.#timers.deadline(session)) this.#timers.set(session, until);
  }

  advance(nowMs: number): void {
    this.#timers.advance(nowMs);
  }

  /** A session whose time is over, or -1; the caller removes it. See `TimerWheel.takeDue()`. */
  takeDue(): number {
    return this.#timers.takeDue();
  }
}
