/** How many ports each inside host holds, by protocol: for the quota and for whoever asks who uses the most. */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { PROTOCOL_SLOTS } from "./protocol.js";

/** A host is there as long as it holds a port. Memory: 36 bytes a host. */
export class HostTable {
  /** Key: inside address. */
  readonly #table: KeyedTable;
  readonly #ports: Uint32Array;

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#ports = new Uint32Array(capacity * PROTOCOL_SLOTS);
  }

  get count(): number {
    return this.#table.count;
  }

  /** Ports that a host holds now; 0 for a host that holds none. */
  ports(address: number, slot: number): number {
    const host = this.#table.find(address, 0, 0);
    return host < 0 ? 0 : this.#ports[host * PROTOCOL_SLOTS + slot]!;
  }

  /** Counts one port more and returns the host's index, which stays until its last port goes. */
  hold(address: number, slot: number): number {
    let host = this.#table.find(address, 0, 0);
    if (host < 0) host = this.#table.insert(address, 0, 0);
    this.#ports[host * PROTOCOL_SLOTS + slot]!++;
    return host;
  }

  drop(host: number, slot: number): void {
    const first = host * PROTOCOL_SLOTS;
    this.#ports[first + slot]!--;
    for (let i = first; i < first + PROTOCOL_SLOTS; i++) if (this.#ports[i] !== 0) return;
    this.#table.remove(host);
  }
}
