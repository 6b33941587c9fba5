/**
 * Port sets of the generalized modulus algorithm (RFC 7597 §5.1). A port reads, from its first bit:
 *
 *   | A: a bits | PSID: k bits | j: m bits |      m = 16 - a - k
 *
 * a is the PSID offset, k the PSID length. Where a > 0, A = 0 belongs to nobody. Where k = 0 the address is
 * not shared and every port belongs to its one CE, whatever a says (RFC 7597 §4).
 */
const PORT_BITS = 16;
const PORTS = 65536;

/** PSID that a port belongs to, 0 where k = 0. */
export function psidOfPort(port: number, a: number, k: number): number {
  return (port >>> (PORT_BITS - a - k)) & ((1 << k) - 1);
}

/** True where no CE may use the port: A = 0 of a shared address. */
export function isExcludedPort(port: number, a: number, k: number): boolean {
  return a > 0 && k > 0 && port >>> (PORT_BITS - a) === 0;
}

/** The ports of one CE, in ascending order. */
export class PortSet {
  /** Number of ports. */
  readonly count: number;
  readonly #a: number;
  readonly #m: number;
  readonly #psid: number;
  readonly #psidMask: number;
  /** Number of ports below the first range, in the packed numbering A . j. */
  readonly #skipped: number;

  /** Throws a RangeError where a, k and the PSID do not fit together. */
  constructor(psidOffset: number, psidLen: number, psid: number) {
    const inRange =
      isWithin(psidOffset, 15) &&
      isWithin(psidLen, PORT_BITS) &&
      psidOffset + psidLen <= PORT_BITS &&
      isWithin(psid, (1 << psidLen) - 1);
    if (!inRange) throw new RangeError(`no port set: a=${psidOffset} k=${psidLen} PSID=${psid}`);
    // An unshared address is the one set of a = 0, k = 0: all ports.
    this.#a = psidLen === 0 ? 0 : psidOffset;
    this.#m = PORT_BITS - this.#a - psidLen;
    this.#psid = psid;
    this.#psidMask = (1 << psidLen) - 1;
    this.#skipped = this.#a > 0 ? 1 << this.#m : 0;
    this.count = (1 << (this.#a + this.#m)) - this.#skipped;
  }

  contains(port: number): boolean {
    return (
      port >>> PORT_BITS === 0 &&
      ((port >>> this.#m) & this.#psidMask) === this.#psid &&
      (this.#a === 0 || port >>> (PORT_BITS - this.#a) !== 0)
    );
  }

  /** The port at `index`, which must be in 0..count - 1. */
  at(index: number): number {
    const packed = index + this.#skipped;
    const j = packed & ((1 << this.#m) - 1);
    return ((packed >>> this.#m) << (PORT_BITS - this.#a)) | (this.#psid << this.#m) | j;
  }

  /** Inverse of `at()`; -1 for a port outside the set. */
  indexOf(port: number): number {
    if (!this.contains(port)) return -1;
    const j = port & ((1 << this.#m) - 1);
    return (((port >>> (PORT_BITS - this.#a)) << this.#m) | j) - this.#skipped;
  }

  /** All ranges, ascending, both ends inclusive. */
  ranges(): [number, number][] {
    const size = 1 << this.#m;
    const ranges: [number, number][] = [];
    for (let index = 0; index < this.count; index += size) {
      const first = this.at(index);
      ranges.push([first, first + size - 1]);
    }
    return ranges;
  }
}

/** Ports per CE and ports that no CE may use, for every CE of a rule. */
export function portCounts(a: number, k: number): { perCe: number; excluded: number } {
  const excluded = a > 0 && k > 0 ? 1 << (PORT_BITS - a) : 0;
  return { perCe: (PORTS - excluded) / (1 << k), excluded };
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
