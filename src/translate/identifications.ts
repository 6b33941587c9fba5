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

/**
 * Words of a flow's entry, together so that a look at it is one of memory: its hash, and
 *   next identification:16 | length of its run:8 | how many of it are left:8
 * What a packet takes beyond LONGEST_RUN leaves none.
 */
const ENTRY_WORDS = 2;
const BYTE = 0xff;

const MULTIPLIER = 0x9e3779b1;

export class Identifications {
  readonly #counters = new Uint16Array(COUNTERS);
  readonly #flows = new Int32Array(FLOWS * ENTRY_WORDS);
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
    const flows = this.#flows;
    const entry = (flow >>> (32 - FLOW_BITS)) * ENTRY_WORDS;
    const known = flows[entry] === flow ? flows[entry + 1]! : 0;
    if ((known & BYTE) < count) return this.#takeRun(entry, flow, ends, known, count);
    const first = known >>> 16;
    flows[entry + 1] = (((first + count) & 0xffff) << 16) | ((known & 0xffff) - count);
    return first;
  }

  /** `known`: the second word of the flow's entry, or 0. */
  #takeRun(entry: number, flow: number, ends: number, known: number, count: number): number {
    const doubled = ((known >>> 8) & BYTE) * 2;
    const run = Math.min(Math.max(doubled, 1), LONGEST_RUN);
    const len = Math.max(run, count);
    const counter = ends >>> (32 - COUNTER_BITS);
    const first = this.#counters[counter]!;
    this.#counters[counter] = first + len;
    this.#flows[entry] = flow;
    this.#flows[entry + 1] = (((first + count) & 0xffff) << 16) | (run << 8) | (len - count);
    return first;
  }
}

function mixed(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, MULTIPLIER);
  return product ^ (product >>> 15);
}
