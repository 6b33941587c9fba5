/** Explicit mappings, by protocol and external port: who asked for each, and how long it lasts. */
import type { PortSet } from "../map/port-set.js";
import { SLOT_TCP, SLOT_UDP } from "./protocol.js";
import type { MappingOrigin } from "./records.js";
import { TimerWheel } from "./timer-wheel.js";

/** By code; 0 is no explicit mapping. */
const ORIGINS: readonly (MappingOrigin | null)[] = [null, "config", "operator", "pcp"];

/** TCP and UDP; ICMP has none. */
const EXPLICIT_SLOTS = 2;

/** An entry is a protocol and a port of the set. Memory: 42 bytes a port of the set. */
export class ExplicitTable {
  readonly #ports: PortSet;
  readonly #origins: Uint8Array;
  readonly #timers: TimerWheel;
  #count = 0;

  constructor(ports: PortSet) {
    this.#ports = ports;
    this.#origins = new Uint8Array(EXPLICIT_SLOTS * ports.count);
    this.#timers = new TimerWheel(EXPLICIT_SLOTS * ports.count);
  }

  get count(): number {
    return this.#count;
  }

  /** Sets or changes an explicit mapping; the deadline may be infinite. */
  set(slot: number, externalPort: number, origin: MappingOrigin, deadlineMs: number): void {
    const entry = this.#entry(slot, externalPort);
    if (this.#origins[entry] === 0) this.#count++;
    this.#origins[entry] = ORIGINS.indexOf(origin);
    this.#timers.set(entry, deadlineMs);
  }

  clear(slot: number, externalPort: number): void {
    const entry = this.#entry(slot, externalPort);
    this.#origins[entry] = 0;
    this.#timers.cancel(entry);
    this.#count--;
  }

  /** null for a port that has no explicit mapping. */
  origin(slot: number, externalPort: number): MappingOrigin | null {
    return ORIGINS[this.#origins[this.#entry(slot, externalPort)]!]!;
  }

  deadline(slot: number, externalPort: number): number {
    return this.#timers.deadline(this.#entry(slot, externalPort));
  }

  advance(nowMs: number): void {
    this.#timers.advance(nowMs);
  }

  /** An entry whose time is over, or -1; the caller clears it. See `TimerWheel.takeDue()`. */
  takeDue(): number {
    return this.#timers.takeDue();
  }

  /** Protocol slot of an entry. */
  slot(entry: number): number {
    return entry < this.#ports.count ? SLOT_TCP : SLOT_UDP;
  }

  externalPort(entry: number): number {
    return this.#ports.at(entry % this.#ports.count);
  }

  /** All entries, TCP first, in the order of their ports. */
  entries(): number[] {
    const entries: number[] = [];
    this.#origins.forEach((origin, entry) => {
      if (origin !== 0) entries.push(entry);
    });
    return entries;
  }

  #entry(slot: number, externalPort: number): number {
    const first = slot === SLOT_TCP ? 0 : this.#ports.count;
    return first + this.#ports.indexOf(externalPort);
  }
}
