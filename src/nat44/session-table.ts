/**
 * The sessions: which remote ends a mapping has spoken to. They carry the timers, keep their
 * mapping alive, and are what filtering asks (RFC 4787 §5).
 */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { TimerWheel } from "./timer-wheel.js";

const PORT_BITS = 16;

/**
 * The key is the external side (protocol slot, external port, remote address, remote port), so an
 * inbound packet finds its session without asking for the mapping first. Remote parts that the
 * filtering does not look at are zero. Memory: 49 bytes a session (key and chains 24, timer 20,
 * columns 5).
 */
export class SessionTable {
  readonly #table: KeyedTable;
  readonly #timers: TimerWheel;
  readonly #mappings: Int32Array;
  readonly #tcpStates: Uint8Array;

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#timers = new TimerWheel(capacity);
    this.#mappings = new Int32Array(capacity);
    this.#tcpStates = new Uint8Array(capacity);
  }

  get count(): number {
    return this.#table.count;
  }

  get full(): boolean {
    return this.#table.full;
  }

  /** The session's index, or -1. */
  find(slot: number, externalPort: number, remoteAddress: number, remotePort: number): number {
    return this.#table.find((slot << PORT_BITS) | externalPort, remoteAddress, remotePort);
  }

  /** The session must not be there yet, and the table must not be full. */
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

  tcpState(session: number): number {
    return this.#tcpStates[session]!;
  }

  /** Sets state and idle timer. */
  touch(session: number, tcpState: number, deadlineMs: number): void {
    this.#tcpStates[session] = tcpState;
    this.#timers.set(session, deadlineMs);
  }

  advance(nowMs: number): void {
    this.#timers.advance(nowMs);
  }

  /** A session whose time is over, or -1; the caller removes it. See `TimerWheel.takeDue()`. */
  takeDue(): number {
    return this.#timers.takeDue();
  }
}
