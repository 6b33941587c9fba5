/**
 * How long to wait before the next read, so that packets come in batches worth merging. A loop that keeps up with
 * its senders finds one or two packets a read, and merges nothing; a pause too short to notice changes that. Below a
 * rate of packets at which a pause gathers any, there is none: an idle line answers as fast as it can.
 */

/** Packets a millisecond from which on pauses pay. A super-packet is one: bulk TCP stays below. */
const LEAST_RATE = 40;

/** The rate is that of the last span of so many milliseconds. */
const SPAN_MS = 2;

/** Milliseconds; the kernel's timers add about as much. */
const PAUSE_MS = 0.05;

export class Moderation {
  readonly #fewPackets: number;
  #rate = 0;
  #packets = 0;
  #sinceMs = 0;

  constructor(batchSize: number) {
    this.#fewPackets = batchSize / 2;
  }

  /** After a read of `count` packets: milliseconds to wait before the next one, or 0. */
  pauseAfter(count: number, nowMs: number): number {
    this.#packets += count;
    const elapsedMs = nowMs - this.#sinceMs;
    if (elapsedMs >= SPAN_MS) {
      this.#rate = this.#packets / elapsedMs;
      this.#packets = 0;
      this.#sinceMs = nowMs;
    }
    return count < this.#fewPackets && this.#rate >= LEAST_RATE ? PAUSE_MS : 0;
  }
}
