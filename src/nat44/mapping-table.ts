/**
 * The mappings: which inside endpoint holds which external port. One per inside endpoint and
 * protocol whatever the destination (endpoint-independent mapping, RFC 4787 §4.1).
 */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { PROTOCOL_SLOTS } from "./protocol.js";

const PORT_BITS = 16;

/** A permanent mapping: it needs no session to live and lets every remote end in. */
const STATIC = 1;

/**
 * A mapping's handle is its index. Memory: 35 bytes a mapping (key and chains 24, columns 11),
 * and 768 KiB for the way back from the external port.
 */
export class MappingTable {
  /** Key: protocol slot and inside port, inside address. */
  readonly #table: KeyedTable;
  readonly #externalPorts: Uint16Array;
  readonly #hosts: Int32Array;
  readonly #sessions: Uint32Array;
  readonly #flags: Uint8Array;
  /** Handle + 1 by protocol slot and external port; 0 where the port is unused. */
  readonly #byPort = new Int32Array(PROTOCOL_SLOTS << PORT_BITS);
  readonly #counts = new Uint32Array(PROTOCOL_SLOTS);

  constructor(capacity: number, hash: KeyHash) {
    this.#table = new KeyedTable(capacity, hash);
    this.#externalPorts = new Uint16Array(capacity);
    this.#hosts = new Int32Array(capacity);
    this.#sessions = new Uint32Array(capacity);
    this.#flags = new Uint8Array(capacity);
  }

  get full(): boolean {
    return this.#table.full;
  }

  count(slot: number): number {
    return this.#counts[slot]!;
  }

  /** Handle of an inside endpoint's mapping, or -1. */
  find(slot: number, insideAddress: number, insidePort: number): number {
    return this.#table.find((slot << PORT_BITS) | insidePort, insideAddress, 0);
  }

  /** Handle of the mapping that holds an external port, or -1. */
  findByPort(slot: number, externalPort: number): number {
    return this.#byPort[(slot << PORT_BITS) | externalPort]! - 1;
  }

  /** The endpoint and the external port must have no mapping, and the table must not be full. */
  add(
    slot: number,
    insideAddress: number,
    insidePort: number,
    externalPort: number,
    host: number,
  ): number {
    const handle = this.#table.insert((slot << PORT_BITS) | insidePort, insideAddress, 0);
    this.#externalPorts[handle] = externalPort;
    this.#hosts[handle] = host;
    this.#flags[handle] = 0;
    this.#byPort[(slot << PORT_BITS) | externalPort] = handle + 1;
    this.#counts[slot]!++;
    return handle;
  }

  /** The mapping must have no session left. */
  remove(handle: number): void {
    const slot = this.slot(handle);
    this.#byPort[(slot << PORT_BITS) | this.#externalPorts[handle]!] = 0;
    this.#counts[slot]!--;
    this.#table.remove(handle);
  }

  markStatic(handle: number): void {
    this.#flags[handle] = STATIC;
  }

  isStatic(handle: number): boolean {
    return (this.#flags[handle]! & STATIC) !== 0;
  }

  slot(handle: number): number {
    return this.#table.key0(handle) >>> PORT_BITS;
  }

  insideAddress(handle: number): number {
    return this.#table.key1(handle);
  }

  insidePort(handle: number): number {
    return this.#table.key0(handle) & 0xffff;
  }

  externalPort(handle: number): number {
    return this.#externalPorts[handle]!;
  }

  /** Index of the inside host in the host table. */
  host(handle: number): number {
    return this.#hosts[handle]!;
  }

  holdSession(handle: number): void {
    this.#sessions[handle]!++;
  }

  /** True when that was the last session. */
  dropSession(handle: number): boolean {
    return --this.#sessions[handle]! === 0;
  }
}
