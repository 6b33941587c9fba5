/** Whether a border relay turns packets from CE to CE around, and how many it turned. */
import { counterIndex } from "../counters.js";

const HAIRPIN_PACKETS = counterIndex("hairpin_packets");

export class Hairpin {
  readonly enabled: boolean;
  readonly #counters: Float64Array;

  constructor(enabled: boolean, counters: Float64Array) {
    this.enabled = enabled;
    this.#counters = counters;
  }

  count(): void {
    this.#counters[HAIRPIN_PACKETS]!++;
  }
}
