/** Counts packets by rule, where an operator has asked for it; a BR only. */
import { FORWARDED } from "./packet-io.js";

/** Elements of a rule in the array of counts, and what they are. */
export const HITS_A_RULE = 2;
export const HIT_TO_CE = 0;
export const HIT_FROM_CE = 1;

export class RuleHits {
  /** Index of the rule that the packet at hand goes to a CE by, and comes from one by; -1: none. */
  to = -1;
  from = -1;
  readonly #counts: Float64Array | null;

  /** `counts`: HITS_A_RULE elements for each rule of the table; null counts nothing. */
  constructor(counts: Float64Array | null) {
    this.#counts = counts;
  }

  /** Takes the verdict on the packet at hand; counts it where it was forwarded. Returns the verdict. */
  judged(verdict: number): number {
    const counts = this.#counts;
    if (counts !== null && verdict === FORWARDED) {
      if (this.to >= 0) counts[this.to * HITS_A_RULE + HIT_TO_CE]!++;
      if (this.from >= 0) counts[this.from * HITS_A_RULE + HIT_FROM_CE]!++;
    }
    this.to = -1;
    this.from = -1;
    return verdict;
  }
}
