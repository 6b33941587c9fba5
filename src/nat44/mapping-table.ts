/**
 * The mappings: which inside endpoint holds which external port. One per inside endpoint and
 * protocol whatever the destination (endpoint-independent mapping, RFC 4787 §4.1), and where TCP
 * ports are reused besides it one per connection, bound to its remote end (RFC 7857 §3).
 */
import { KeyedTable, type KeyHash } from "./keyed-table.js";
import { PROTOCOL_SLOTS, SLOT_TCP } from "./protocol.js";

const PORT_BITS = 16;

/** Only one remote end may use it; others may use its external port. TCP only. */
const BOUND = 1;
/** Needs no session to live and lets every remote end in. */
const EXPLICIT = 2;
/** Counts against its host's quota. */
const COUNTED = 4;

/**
 * A mapping's handle is its index. Memory: 35 bytes a mapping (key and chains 24, columns 11),
 * and 768 KiB for the way back from the external port.
 */
export class MappingTable {
  /**
   * Key: inside port and protocol slot, inside address, 0; of a bound one, which is TCP always:
   * inside port and remote port, inside address, remote address (never 0).
   */
  readonly #table: KeyedTable;
  readonly #externalPorts: Uint16Array;
  readonly #hosts: Int32Array;
  readonly #sessions: Uint32Array;
  readonly #flags: Uint8Array;
  /** Handle + 1 by protocol slot and external port; 0 where only bound ones or nobody use it. */
  readonly #byPort = new Int32Array(PROTOCOL_SLOTS << PORT_BITS);
  readonly #counts = new Uint32Array(PROTOCOL_SLOTS);
  #boundCount = 0;

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

  /** Bound ones are among them. */
  count(slot: number): number {
    return this.#counts[slot]!;
  }

  get boundCount(): number {
    return this.#boundCount;
  }

  /** Handle of an inside endpoint's mapping that is not bound, or -1. */
  find(slot: number, insideAddress: number, insidePort: number): number {
    return this.#table.find((insidePort << PORT_BITS) | slot, insideAddress, 0);
  }

  /** Handle of the mapping that is bound to a remote end, or -1; none is to address 0. */
  findBound(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
  ): number {
    if (remoteAddress === 0) return -1;
    const key0 = (insidePort << PORT_BITS) | remotePort;
    return this.#table.find(key0, insideAddress, remoteAddress);
  }

  /** Handle of the mapping that holds an external port and is not bound, or -1. */
  findByPort(slot: number, externalPort: number): number {
    return this.#byPort[(slot << PORT_BITS) | externalPort]! - 1;
  }

  /** Neither endpoint nor external port may have one that is not bound; the table must not be full. */
  add(
    slot: number,
    insideAddress: number,
    insidePort: number,
    externalPort: number,
    host: number,
    isCounted: boolean,
  ): number {
    const key0 = (insidePort << PORT_BITS) | slot;
    const handle = this.#table.insert(key0, insideAddress, 0);
    this.#fill(handle, slot, externalPort, host, isCounted ? COUNTED : 0);
    this.#byPort[(slot << PORT_BITS) | externalPort] = handle + 1;
    return handle;
  }

  /** The endpoint must have none that is bound to this remote end; the table must not be full. */
  addBound(
    insideAddress: number,
    insidePort: number,
    remoteAddress: number,
    remotePort: number,
    externalPort: number,
    host: number,
  ): number {
    const key0 = (insidePort << PORT_BITS) | remotePort;
    const handle = this.#table.insert(key0, insideAddress, remoteAddress);
    this.#fill(handle, SLOT_TCP, externalPort, host, BOUND);
    this.#boundCount++;
    return handle;
  }

  /** The mapping must have no session left. */
  remove(handle: number): void {
    const slot = this.slot(handle);
    if (this.isBound(handle)) this.#boundCount--;
    else this.#byPort[(slot << PORT_BITS) | this.#externalPorts[handle]!] = 0;
    this.#counts[slot]!--;
    this.#table.remove(handle);
  }

  isBound(handle: number): boolean {
    return (this.#flags[handle]! & BOUND) !== 0;
  }

  isExplicit(handle: number): boolean {
    return (this.#flags[handle]! & EXPLICIT) !== 0;
  }

  isCounted(handle: number): boolean {
    return (this.#flags[handle]! & COUNTED) !== 0;
  }

  setExplicit(handle: number, isExplicit: boolean): void {
    this.#setFlag(handle, EXPLICIT, isExplicit);
  }

  setCounted(handle: number, isCounted: boolean): void {
    this.#setFlag(handle, COUNTED, isCounted);
  }

  slot(handle: number): number {
    return this.isBound(handle) ? SLOT_TCP : this.#table.key0(handle) & 0xffff;
  }

  insideAddress(handle: number): number {
    return this.#table.key1(handle);
  }

  insidePort(handle: number): number {
    return this.#table.key0(handle) >>> PORT_BITS;
  }

  externalPort(handle: number): number {
    return this.#externalPorts[handle]!;
  }

  /** Index of the inside host in the host table. */
  host(handle: number): number {
    return this.#hosts[handle]!;
  }

  hasSessions(handle: number): boolean {
    return this.#sessions[handle] !== 0;
  }

  holdSession(handle: number): void {
    this.#sessions[handle]!++;
  }

  /** True when that was the last session. */
  dropSession(handle: number): boolean {
    return --this.#sessions[handle]! === 0;
  }

  #fill(handle: number, slot: number, externalPort: number, host: number, flags: number): void {
    this.#externalPorts[handle] = externalPort;
    this.#hosts[handle] = host;
    this.#sessions[handle] = 0;
    this.#flags[handle] = flags;
    this.#counts[slot]!++;
  }

  #setFlag(handle: number, flag: number, isSet: boolean): void {
    const others = this.#flags[handle]! & ~flag;
    this.#flags[handle] = isSet ? others | flag : others;
  }
}
