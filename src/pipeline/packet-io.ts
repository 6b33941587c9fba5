/** What a pipeline gets packets from and gives packets to, and what it says of each. */

import type { Observer } from "./observer.js";

export { HELD } from "../translate/fragment/results.js";
export { HEADROOM, type Output } from "../translate/output.js";

/** Verdicts of `process()` beside HELD and the negative drop codes. */
export const FORWARDED = 0;
/** The packet became part of another (a whole datagram), or others (segments), judged in its place. */
export const ABSORBED = 2;

/** One domain's packet path. */
export interface Pipeline {
  /**
   * Judges the packet in [at, end) of a slot, whose virtio header lies right before `at`. Returns FORWARDED after it was
   * rewritten in place and emitted, ABSORBED, HELD for a fragment that waits for others, or a negative drop code, and then
   * the packet is unmodified.
   */
  process(slot: number, at: number, end: number, nowMs: number): number;
  /**
   * Called before a batch is judged, whose packets lie from HEADROOM on in the slots 0..count - 1, `lengths` bytes each: what
   * they will need from memory can be on its way for all of them at once. No verdict, counter or packet depends on it.
   */
  foresee?(count: number, lengths: Uint32Array): void;
  /** Work that is due by time: sessions and fragments that end. Called between batches, at least once a second. */
  tick(nowMs: number): void;
  /** Drops the fragments that wait, and counts them: the pipeline is not called any more. */
  retire(): void;
  /** Tells the observer of the packets that nobody has read from the device; null: nobody watches any more. */
  observe(observer: Observer | null): void;
}
