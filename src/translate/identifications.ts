/**
 * Identifications for IPv4 packets that have none of their own and may be fragmented on their way (RFC 7915 §5.1). They are
 * counted by source, destination and protocol, within which they must not repeat soon (RFC 6864 §4); ends that share a
 * counter only make it come round sooner. A flow takes them in runs, the longer the more it sends: neighbours of one flow
 * then have neighbouring numbers whatever was sent between them, as super-packets need, and few numbers go unused.
 */

/** Counters, and flows with a run, are found by so many bits of their hashes, the highest, which depend on all others. */
const COUNTER_BITS = 10;
const FLOW_BITS = 12;
const COUNTERS = 1 << COUNTER_BITS;
const FLOWS = 1 << FLOW_BITS;

/** The longest run that is taken at a time, but for a super-packet of more. */
const LONGEST_RUN = 64;

const MULTIPLIER = 0x9e3779b1;

export class Identifications {
  readonly #counters = new Uint16Array(COUNTERS);
  /** By a flow's hash: the flow, its next identification, how many are left and what the run's length was. */
  readonly #flows = new Int32Array(FLOWS);
  readonly #next = new Uint16Array(FLOWS);
  readonly #left = new Uint16Array(FLOWS);
  readonly #runs = new Uint8Array(FLOWS);
  readonly #seed: number;

  /** `seed`: 32 bits, best unpredictable (RFC 7739 §1): nobody else shall know where a counter stands. */
  constructor(seed: number) {
    this.#seed = seed | 0;
    for (let i = 0; i < COUNTERS; i++) this.#counters[i] = mixed(this.#seed, i);
  }

  /** The first of `count` identifications in a row, for packets of one flow; `ports` is any number that tells flows apart. */
  take(
    source: number,
    destination: number,
    protocol: number,
    ports: number,
    count: number,
  ): number {
    const ends = mixed(mixed(this.#seed ^ protocol, source), destination);
    const flow = mixed(ends, ports);
    const entry = flow >>> (32 - FLOW_BITS);
    const isKnown = this.#flows[entry] === flow;
    if (!isKnown || this.#left[entry]! < count) this.#takeRun(entry, flow, ends, isKnown, count);
    const first = this.#next[entry]!;
    this.#next[entry] = first + count;
    this.#left[entry]! -= count;
    return first;
  }

  #takeRun(entry: number, flow: number, ends: number, isKnown: boolean, count: number): void {
    const run = isKnown ? Math.min(this.#runs[entry]! * 2, LONGEST_RUN) : 1;
    const len = Math.max(run, count);
    const counter = ends >>> (32 - COUNTER_BITS);
    const first = this.#counters[counter]!;
    this.#counters[counter] = first + len;
    this.#flows[entry] = flow;
    this.#next[entry] = first;
    this.#left[entry] = len;
    this.#runs[entry] = run;
  }
}

function mixed(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, MULTIPLIER);
  return product ^ (product >>> 15);
}
