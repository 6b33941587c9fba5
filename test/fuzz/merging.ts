/**
 * What leaves a domain under fuzz goes through the merging of a batch, too, and where there is no classifier through the
 * cutting: the same packets have to come out of it.
 */
import { byFlow } from "../support/flows.js";
import { allFinished, cutWritesOf, merge, writesOf } from "../support/merge-rig.js";
import { finishedBy, type Offloaded } from "../support/offload.js";
import { withoutAtomicIdentification } from "../support/without-identification.js";

/** As many as a batch of the rig holds. */
const BATCH = 64;

export class MergeCheck {
  readonly #hasClassifier: boolean;
  #batch: Offloaded[] = [];

  constructor(hasClassifier: boolean) {
    this.#hasClassifier = hasClassifier;
  }

  /** Returns what is wrong with a batch that is full now. */
  add(packets: readonly Offloaded[]): string[] {
    const problems: string[] = [];
    for (const packet of packets) {
      this.#batch.push(packet);
      if (this.#batch.length === BATCH) problems.push(...this.end());
    }
    return problems;
  }

  /** Returns what is wrong with what is left. */
  end(): string[] {
    const batch = this.#batch;
    this.#batch = [];
    const merger = merge(batch, this.#hasClassifier);
    const writes = this.#hasClassifier ? writesOf(merger) : cutWritesOf(merger);
    const merged = writes.flatMap((packet) => finishedBy(packet, this.#hasClassifier));
    return textOf(merged) === textOf(allFinished(batch))
      ? []
      : [`merging ${batch.length} packets changed what comes out`];
  }
}

function textOf(packets: readonly Uint8Array[]): string {
  return byFlow(packets.map(withoutAtomicIdentification))
    .map((packet) => Buffer.from(packet).toString("latin1"))
    .join("|");
}
