/**
 * Remote addresses that a mapping has TCP connections to. Address-dependent filtering lets a new
 * connection in from any port of such an address, while sessions are kept per connection.
 */
import { KeyedTable, type KeyHash } from "./keyed-table.js";

/** Memory: 28 bytes a pair of mapping and remote address, of key and chains 24 and a column of 4. */
export class PeerTable {
  /** Key: mapping handle, remote address. */
  readonly #table: KeyedTable;
  readonly #sessions: Uint32Array;

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#sessions = new Uint32Array(capacity);
  }

  has(mapping: number, remoteAddress: number): boolean {
    return this.#table.find(mapping, remoteAddress, 0) >= 0;
  }

  hold(mapping: number, remoteAddress: number): void {
    let peer = this.#table.find(mapping, remoteAddress, 0);
    if (peer < 0) peer = this.#table.insert(mapping, remoteAddress, 0);
    this.#sessions[peer]!++;
  }

  drop(mapping: number, remoteAddress: number): void {
    const peer = this.#table.find(mapping, remoteAddress, 0);
    if (--this.#sessions[peer]! === 0) this.#table.remove(peer);
  }
}
