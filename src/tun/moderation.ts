/**
 * How long to wait before the next read, so that packets come in batches worth merging. A loop that keeps up with
 * its senders finds one or two packets a read, and merges nothing; a pause too short to notice changes that. There is
 * none below a rate of packets at which it gathers any, so that an idle line answers as fast as it can, and none for
 * traffic of so many flows that nothing is merged all the same.
 */

/** Packets a millisecond from which on pauses pay. A super-packet is one: bulk TCP stays below. */
const LEAST_RATE = 40;

/** The rate is that of the last span of so many milliseconds. */
const SPAN_MS = 2;

/** Milliseconds; the kernel's timers add about a tenth. */
const PAUSE_MS = 0.1;

/** From this rate on, packets a millisecond, the line is so busy that a longer pause merges more and delays nobody notably. */
const HIGH_RATE = 130;
const LONG_PAUSE_MS = 0.5;

/** The part of all packets that has to be merged into others for a pause to be worth its own cost. */
const LEAST_MERGED = 0.25;

/** How long pauses are left out that were of no use, before they are tried again. */
const WITHOUT_MS = 100;

export class Moderation {
  readonly #fewPackets: number;
  #rate = 0;
  #packets = 0;
  #sinceMs = 0;
  /** The count of merged packets when the span began. */
  #mergedBefore = 0;
  #pauses = 0;
  #withoutUntilMs = 0;

  constructor(batchSize: number) {
    // What comes in bursts of more, as TCP does, is merged without help, and would only be slower with it.
    this.#fewPackets = batchSize / 8;
  }

  /**
   * After a read of `count` packets, of all of which since the start `merged` were merged into others: milliseconds to
   * wait before the next read, or 0.
   */
  pauseAfter(count: number, merged: number, nowMs: number): number {
    this.#packets += count;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs >= SPAN_MS) this.#endSpan(merged, elapsedMs, nowMs);
    const isFew = count < this.#fewPackets;
    if (!isFew || this.#rate < LEAST_RATE || nowMs < this.#withoutUntilMs) return 0;
    this.#pauses++;
    return this.#rate < HIGH_RATE ? PAUSE_MS : LONG_PAUSE_MS;
  }

  #endSpan(merged: number, elapsedMs: number, nowMs: number): void {
    const hasMerged = merged - this.#mergedBefore >= this.#packets * LEAST_MERGED;
    if (this.#pauses > 0 && !hasMerged) this.#withoutUntilMs = nowMs + WITHOUT_MS;
    this.#rate = this.#packets / elapsedMs;
    this.#packets = 0;
    this.#sinceMs = nowMs;
    this.#mergedBefore = merged;
    this.#pauses = 0;
  }
}
