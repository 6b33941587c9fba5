/**
 * What a CE has learnt of the path to each BR or CE from ICMPv6 packet too big (RFC 8201 §4): bounded, and
 * forgotten in time. The caller has checked that the quoted packet is one of ours.
 */
const SLOTS = 256;
const WORDS = 4;

/** RFC 8201 §4: no sooner than 5 minutes, 10 by default, a larger MTU is tried again. */
export const PATH_MTU_LIFETIME_MS = 600_000;

/** No IPv6 path carries less (RFC 8200 §5). */
const IPV6_MIN_MTU = 1280;

export class PathMtu {
  readonly #addresses = new Uint32Array(SLOTS * WORDS);
  readonly #mtus = new Uint16Array(SLOTS);
  readonly #ends = new Float64Array(SLOTS);
  /** When the last of all that is known ends: mostly nothing is. */
  #lastEnd = 0;
  readonly #linkMtu: number;
  readonly #salt: number;

  /** `linkMtu`: what is assumed of every path; `salt`: unsigned 32-bit, so that nobody can aim at a slot. */
  constructor(linkMtu: number, salt: number) {
    this.#linkMtu = linkMtu;
    this.#salt = salt;
  }

  /** The MTU of the path to an address, bytes. */
  get(address: Uint32Array, nowMs: number): number {
    if (this.#lastEnd <= nowMs) return this.#linkMtu;
    const slot = this.#slotOf(address);
    const known = this.#ends[slot]! > nowMs && this.#holds(slot, address);
    return known ? this.#mtus[slot]! : this.#linkMtu;
  }

  /** Learns a smaller MTU; a report of more than is known changes nothing. Two addresses of one slot take turns. */
  learn(address: Uint32Array, mtu: number, nowMs: number): void {
    const floored = Math.max(mtu, IPV6_MIN_MTU);
    if (floored >= this.get(address, nowMs)) return;
    const slot = this.#slotOf(address);
    this.#addresses.set(address, slot * WORDS);
    this.#mtus[slot] = floored;
    const end = nowMs + PATH_MTU_LIFETIME_MS;
    this.#ends[slot] = end;
    this.#lastEnd = Math.max(this.#lastEnd, end);
  }

  #holds(slot: number, address: Uint32Array): boolean {
    const base = slot * WORDS;
    for (let i = 0; i < WORDS; i++) {
      if (this.#addresses[base + i] !== address[i]) return false;
    }
    return true;
  }

  #slotOf(address: Uint32Array): number {
    let hash = this.#salt;
    for (let i = 0; i < WORDS; i++) hash = Math.imul(hash ^ address[i]!, 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (SLOTS - 1);
  }
}
