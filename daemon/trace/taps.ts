/** What a worker is told of those who trace. */
import { Filter, type FilterTerm } from "../../src/tun/trace/filter.js";
import { TraceRing } from "../../src/tun/trace/ring.js";
import type { Watcher } from "../../src/tun/trace/tap.js";

export interface TapStart {
  readonly terms: readonly FilterTerm[];
  readonly dropsOnly: boolean;
  /** Bytes of each packet. */
  readonly snapLen: number;
  /** As `TraceRing.allocate()` gives it; the worker writes it. */
  readonly ring: SharedArrayBuffer;
}

/** The worker's side. */
export function watchersOf(taps: readonly TapStart[]): readonly Watcher[] {
  return taps.map(({ terms, dropsOnly, snapLen, ring }) => {
    const filter = new Filter(terms);
    return {
      filter,
      dropsOnly: dropsOnly || filter.dropsOnly,
      snapLen,
      ring: new TraceRing(ring),
    };
  });
}
