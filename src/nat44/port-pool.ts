/**
 * The external ports (or ICMP identifiers) of one protocol: which are free, and which one a new
 * mapping gets. Constant time: the free ports lie packed in one permutation, even ports before
 * odd ones, so a random free port of either parity is one array read.
 */
import type { PortSet } from "../map/port-set.js";

/** Below this a whole address gives ports only to inside ports of the same number (RFC 4787 §4.2.1). */
export const FIRST_DYNAMIC_PORT = 1024;

const ALL_PORTS = 65536;
const UINT32_RANGE = 2 ** 32;

/** In use now. */
const TAKEN = 1;
/** Never given to a mapping that traffic makes: port 0 and reserved ranges. */
const WITHHELD = 2;
/** May be chosen at random; without it the port is given only to the same inside port. */
const DYNAMIC = 4;

/** Memory: 5 bytes a port of the set. */
export class PortPool {
  readonly #ports: PortSet;
  /** Bits above, by index in the port set. */
  readonly #state: Uint8Array;
  /** Even ports from 0, odd ones from #oddStart; in each part the free ones come first. */
  readonly #order: Uint16Array;
  /** Where a port's index stands in #order. */
  readonly #position: Uint16Array;
  #oddStart = 0;
  #freeEven = 0;
  #freeOdd = 0;
  #used = 0;

  constructor(ports: PortSet, reserve: readonly (readonly [number, number])[]) {
    this.#ports = ports;
    this.#state = new Uint8Array(ports.count);
    this.#order = new Uint16Array(ports.count);
    this.#position = new Uint16Array(ports.count);
    const firstDynamic = ports.count === ALL_PORTS ? FIRST_DYNAMIC_PORT : 1;
    for (let index = 0; index < ports.count; index++) {
      const port = ports.at(index);
      const withheld = port === 0 || reserve.some(([first, last]) => first <= port && port <= last);
      if (withheld) this.#state[index] = WITHHELD;
      else if (port >= firstDynamic) this.#state[index] = DYNAMIC;
    }
    this.#freeEven = this.#fill(0, 0);
    this.#oddStart = this.#freeEven;
    this.#freeOdd = this.#fill(1, this.#oddStart);
  }

  /** Ports in use, those of forwards among them. */
  get used(): number {
    return this.#used;
  }

  /** Ports that a new mapping may get by chance; privileged ones of a whole address are not among them. */
  get free(): number {
    return this.#freeEven + this.#freeOdd;
  }

  /**
   * Takes a free port for an inside port: the same number where the set has it, else a random one
   * of the same parity (RFC 4787 §4.2.2), else of the other parity. -1 when none is free.
   */
  take(insidePort: number, random: () => number): number {
    const same = this.#ports.indexOf(insidePort);
    if (same >= 0 && (this.#state[same]! & (TAKEN | WITHHELD)) === 0) return this.#takeIndex(same);
    const even = (insidePort & 1) === 0 ? this.#freeEven > 0 : this.#freeOdd === 0;
    const start = even ? 0 : this.#oddStart;
    const count = even ? this.#freeEven : this.#freeOdd;
    if (count === 0) return -1;
    // Exact in a double (48 bits); the bias is below count / 2^32.
    const chosen = start + Math.floor((random() * count) / UINT32_RANGE);
    return this.#takeIndex(this.#order[chosen]!);
  }

  /** Takes one given port, reserved or not. False when it is port 0, outside the set or in use. */
  claim(port: number): boolean {
    const index = this.#ports.indexOf(port);
    if (port === 0 || index < 0 || (this.#state[index]! & TAKEN) !== 0) return false;
    this.#takeIndex(index);
    return true;
  }

  /** Gives back a port that `take()` returned or `claim()` took. */
  release(port: number): void {
    const index = this.#ports.indexOf(port);
    this.#used--;
    const state = this.#state[index]! & ~TAKEN;
    this.#state[index] = state;
    if ((state & DYNAMIC) === 0) return;
    if ((port & 1) === 0) this.#swap(index, this.#freeEven++);
    else this.#swap(index, this.#oddStart + this.#freeOdd++);
  }

  #takeIndex(index: number): number {
    const port = this.#ports.at(index);
    const state = this.#state[index]!;
    this.#state[index] = state | TAKEN;
    this.#used++;
    if ((state & DYNAMIC) !== 0) {
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
      if ((this.#state[index]! & DYNAMIC) === 0 || (this.#ports.at(index) & 1) !== parity) continue;
      this.#order[end] = index;
      this.#position[index] = end++;
    }
    return end - place;
  }
}
