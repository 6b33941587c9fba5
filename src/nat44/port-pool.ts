/**
 * The external ports (or ICMP identifiers) of one protocol: which are free, and which one a new
 * mapping gets. Constant time: the free ports lie packed in one permutation, even ports before
 * odd ones, so a random free port of either parity is one array read.
 */
import type { PortSet } from "../map/port-set.js";
import { PORT_FREE, PORT_RESERVED, PORT_USED } from "./records.js";

/** Below this a whole address gives ports only to inside ports of the same number (RFC 4787 §4.2.1). */
export const FIRST_DYNAMIC_PORT = 1024;

const ALL_PORTS = 65536;
const UINT32_RANGE = 2 ** 32;

/** Kinds of ports. Never given to a mapping that a LAN host makes: port 0 and reserved ranges. */
const WITHHELD = 0;
/** Given only to the same inside port. */
const PRIVILEGED = 1;
/** May be chosen at random. */
const DYNAMIC = 2;

/** Memory: 11 bytes a port of the set. */
export class PortPool {
  readonly #ports: PortSet;
  /** One of the kinds above, by index in the port set. */
  readonly #kinds: Uint8Array;
  /** Mappings that use the port; more than one only where TCP ports are reused. */
  readonly #users: Uint32Array;
  /** Even ports from 0, odd ones from #oddStart; in each part the free ones come first. */
  readonly #order: Uint16Array;
  /** Where a port's index stands in #order. */
  readonly #position: Uint16Array;
  /** Ports that may be chosen at random, free or not, ascending. */
  readonly #dynamic: Uint16Array;
  #oddStart = 0;
  #freeEven = 0;
  #freeOdd = 0;
  #used = 0;

  constructor(ports: PortSet, reserve: readonly (readonly [number, number])[]) {
    this.#ports = ports;
    this.#kinds = new Uint8Array(ports.count);
    this.#users = new Uint32Array(ports.count);
    this.#order = new Uint16Array(ports.count);
    this.#position = new Uint16Array(ports.count);
    const firstDynamic = ports.count === ALL_PORTS ? FIRST_DYNAMIC_PORT : 1;
    for (let index = 0; index < ports.count; index++) {
      const port = ports.at(index);
      const withheld = port === 0 || reserve.some(([first, last]) => first <= port && port <= last);
      if (!withheld) this.#kinds[index] = port >= firstDynamic ? DYNAMIC : PRIVILEGED;
    }
    this.#freeEven = this.#fill(0, 0);
    this.#oddStart = this.#freeEven;
    this.#freeOdd = this.#fill(1, this.#oddStart);
    this.#dynamic = this.#order
      .slice(0, this.free)
      .sort()
      .map((index) => ports.at(index));
  }

  /** Ports in use, those of explicit mappings among them. */
  get used(): number {
    return this.#used;
  }

  /** Ports that a new mapping may get by chance; privileged ones of a whole address are not among them. */
  get free(): number {
    return this.#freeEven + this.#freeOdd;
  }

  /** Ports that may be chosen at random, free or not. */
  get dynamic(): number {
    return this.#dynamic.length;
  }

  /** One of them, at `place` of 0..dynamic - 1, in ascending order. */
  dynamicAt(place: number): number {
    return this.#dynamic[place]!;
  }

  isDynamic(port: number): boolean {
    const index = this.#ports.indexOf(port);
    return index >= 0 && this.#kinds[index] === DYNAMIC;
  }

  /** Mappings that use the port, which must be in the set. */
  users(port: number): number {
    return this.#users[this.#ports.indexOf(port)]!;
  }

  /** True for a port of the set that nobody uses, reserved or not; never for port 0. */
  isFree(port: number): boolean {
    const index = this.#ports.indexOf(port);
    return port !== 0 && index >= 0 && this.#users[index] === 0;
  }

  /** True where a LAN host may have the external port for this inside port, were it free. */
  offers(port: number, insidePort: number): boolean {
    const index = this.#ports.indexOf(port);
    const kind = index < 0 ? WITHHELD : this.#kinds[index];
    return kind === DYNAMIC || (kind === PRIVILEGED && port === insidePort);
  }

  /**
   * Takes a free port for an inside port: the same number where the set has it, else a random one
   * of the same parity (RFC 4787 §4.2.2), else of the other parity. -1 when none is free.
   */
  take(insidePort: number, random: () => number): number {
    const same = this.#ports.indexOf(insidePort);
    if (same >= 0 && this.#users[same] === 0 && this.#kinds[same] !== WITHHELD) {
      return this.#takeIndex(same);
    }
    const even = (insidePort & 1) === 0 ? this.#freeEven > 0 : this.#freeOdd === 0;
    const start = even ? 0 : this.#oddStart;
    const count = even ? this.#freeEven : this.#freeOdd;
    if (count === 0) return -1;
    return this.#takeIndex(this.#order[start + below(count, random)]!);
  }

  /** Takes one given port, reserved or not. False when it is port 0, outside the set or in use. */
  claim(port: number): boolean {
    if (!this.isFree(port)) return false;
    this.#takeIndex(this.#ports.indexOf(port));
    return true;
  }

  /** Uses a port of the set, whoever else does; not port 0. */
  share(port: number): void {
    const index = this.#ports.indexOf(port);
    if (this.#users[index] === 0) this.#takeIndex(index);
    else this.#users[index]!++;
  }

  /** Gives back a port that `take()` returned, or that `claim()` or `share()` took. */
  release(port: number): void {
    const index = this.#ports.indexOf(port);
    if (--this.#users[index]! > 0) return;
    this.#used--;
    if (this.#kinds[index] !== DYNAMIC) return;
    if ((port & 1) === 0) this.#swap(index, this.#freeEven++);
    else this.#swap(index, this.#oddStart + this.#freeOdd++);
  }

  /** The nearest free ports below and above that may be chosen at random; looks at all the set. */
  nearestFree(port: number): number[] {
    let lower = -1;
    for (let index = 0; index < this.#ports.count; index++) {
      if (this.#kinds[index] !== DYNAMIC || this.#users[index] !== 0) continue;
      const candidate = this.#ports.at(index);
      if (candidate > port) return lower < 0 ? [candidate] : [lower, candidate];
      if (candidate < port) lower = candidate;
    }
    return lower < 0 ? [] : [lower];
  }

  /** By index in the port set: PORT_FREE, PORT_USED or PORT_RESERVED. */
  use(): Uint8Array {
    return Uint8Array.from(this.#kinds, (kind, index) => {
      if (this.#users[index] !== 0) return PORT_USED;
      return kind === DYNAMIC ? PORT_FREE : PORT_RESERVED;
    });
  }

  #takeIndex(index: number): number {
    const port = this.#ports.at(index);
    this.#users[index] = 1;
    this.#used++;
    if (this.#kinds[index] === DYNAMIC) {
      if ((port & 1) === 0) this.#swap(index, --this.#freeEven);
      else this.#swap(index, this.#oddStart + --this.#freeOdd);
    }
    return port;
  }

  /** Puts a port's index at `place`, and what stood there where the index was. */
  #swap(index: number, place: number): void {
    const from = this.#position[index]!;
    const other = this.#order[place]!;
    this.#order[from] = other;
    this.#position[other] = from;
    this.#order[place] = index;
    this.#position[index] = place;
  }

  /** Lists the dynamic ports of one parity from `place` on; returns how many there are. */
  #fill(parity: number, place: number): number {
    let end = place;
    for (let index = 0; index < this.#ports.count; index++) {
      if (this.#kinds[index] !== DYNAMIC || (this.#ports.at(index) & 1) !== parity) continue;
      this.#order[end] = index;
      this.#position[index] = end++;
    }
    return end - place;
  }
}

/** A random number of 0..count - 1. Exact in a double (48 bits); the bias is below count / 2^32. */
export function below(count: number, random: () => number): number {
  return Math.floor((random() * count) / UINT32_RANGE);
}
