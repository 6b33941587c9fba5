/** Counts packets by rule, where an operator has asked for it; a BR only. */
import type { RuleTable } from "../map/rule-table.js";
import { FORWARDED } from "./packet-io.js";

/** Elements of a rule in the array of counts, and what they are. */
export const HITS_A_RULE = 2;
export const HIT_TO_CE = 0;
export const HIT_FROM_CE = 1;

export class RuleHits {
  /** The rule that the packet at hand goes to a CE by, and comes from one by, as the table names it; -1: none. */
  to = -1;
  from = -1;
  readonly #table: RuleTable;
  readonly #counts: Float64Array | null;

  /** `counts`: HITS_A_RULE elements for each rule of the table, in the order of its list; null counts nothing. */
  constructor(table: RuleTable, counts: Float64Array | null) {
    this.#table = table;
    this.#counts = counts;
  }

  /** Takes the verdict on the packet at hand; counts it where it was forwarded. Returns the verdict. */
  judged(verdict: number): number {
    const counts = this.#counts;
    if (counts !== null && verdict === FORWARDED) {
      if (this.to >= 0) counts[this.#rowOf(this.to) + HIT_TO_CE]!++;
      if (this.from >= 0) counts[this.#rowOf(this.from) + HIT_FROM_CE]!++;
    }
    this.to = -1;
    this.from = -1;
    return verdict;
  }

  #rowOf(rule: number): number {
    return this.#table.indexOf(rule) * HITS_A_RULE;
  }
}
