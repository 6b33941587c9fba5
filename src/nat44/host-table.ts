/** What each inside host holds: for the quotas and for whoever asks who uses the most. */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { PROTOCOL_SLOTS, SLOT_ICMP, SLOT_TCP, SLOT_UDP } from "./protocol.js";
import type { HostRow } from "./records.js";

/** Columns: ports that count against the quota by protocol slot, those that do not, sessions. */
const UNCOUNTED = PROTOCOL_SLOTS;
const SESSIONS = 2 * PROTOCOL_SLOTS;
const COLUMNS = SESSIONS + 1;

/** A host is there as long as it holds a port. Memory: 52 bytes a host. */
export class HostTable {
  /** Key: inside address. */
  readonly #table: KeyedTable;
  readonly #columns: Uint32Array;

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#columns = new Uint32Array(capacity * COLUMNS);
  }

  get count(): number {
    return this.#table.count;
  }

  /** The host's index, or -1 for one that holds no port. */
  find(address: number): number {
    return this.#table.find(address, 0, 0);
  }

  /** Ports that a host holds now and that count against its quota. */
  counted(address: number, slot: number): number {
    const host = this.find(address);
    return host < 0 ? 0 : this.#columns[host * COLUMNS + slot]!;
  }

  sessions(host: number): number {
    return this.#columns[host * COLUMNS + SESSIONS]!;
  }

  /** Notes one port more and returns the host's index, which stays until its last port goes. */
  hold(address: number, slot: number, isCounted: boolean): number {
    let host = this.find(address);
    if (host < 0) host = this.#table.insert(address, 0, 0);
    this.#columns[column(host, slot, isCounted)]!++;
    return host;
  }

  /** The host must have no session left whose port goes. */
  drop(host: number, slot: number, isCounted: boolean): void {
    this.#columns[column(host, slot, isCounted)]!--;
    if (!this.#holdsPort(host)) this.#table.remove(host);
  }

  /** A port begins, or ceases, to count. */
  recount(host: number, slot: number, isCounted: boolean): void {
    this.#columns[column(host, slot, !isCounted)]!--;
    this.#columns[column(host, slot, isCounted)]!++;
  }

  holdSession(host: number): void {
    this.#columns[host * COLUMNS + SESSIONS]!++;
  }

  dropSession(host: number): void {
    this.#columns[host * COLUMNS + SESSIONS]!--;
  }

  rows(): HostRow[] {
    const rows: HostRow[] = [];
    for (let host = 0; host < this.#table.end; host++) {
      if (!this.#holdsPort(host)) continue;
      rows.push({
        address: this.#table.key0(host) >>> 0,
        tcpPorts: this.#ports(host, SLOT_TCP),
        udpPorts: this.#ports(host, SLOT_UDP),
        icmpIds: this.#ports(host, SLOT_ICMP),
        sessions: this.sessions(host),
      });
    }
    return rows;
  }

  #ports(host: number, slot: number): number {
    const first = host * COLUMNS;
    return this.#columns[first + slot]! + this.#columns[first + UNCOUNTED + slot]!;
  }

  #holdsPort(host: number): boolean {
    for (let slot = 0; slot < PROTOCOL_SLOTS; slot++) if (this.#ports(host, slot) > 0) return true;
    return false;
  }
}

function column(host: number, slot: number, isCounted: boolean): number {
  return host * COLUMNS + (isCounted ? slot : UNCOUNTED + slot);
}
