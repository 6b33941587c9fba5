/** Who watches a pipeline at work. While nobody does, it costs a comparison for a packet of the pipeline's own making. */
import type { BlockPool } from "../translate/fragment/block-pool.js";

/** Where a packet that is judged comes from. */
export const ORIGINS = ["device", "segment", "reassembled", "resumed", "mapd", "written"] as const;

export type Origin = (typeof ORIGINS)[number];

/** Read from the device. */
export const FROM_DEVICE = 0;
/** A segment of a super-packet, a datagram that was put together, a fragment that has waited for its first one. */
export const FROM_SEGMENTS = 1;
export const FROM_FRAGMENTS = 2;
export const FROM_WAITING = 3;
/** Nobody has sent it: mapd itself speaks. */
export const FROM_MAPD = 4;
/** On its way out. */
export const WRITTEN = 5;

export interface Observer {
  /**
   * The packet in [at, end) of a slot is about to be judged. What is emitted until `left()` is what it becomes, but for
   * what packets inside become: while a packet is judged others may be, which are made of it.
   */
  entered(slot: number, at: number, end: number, origin: number): void;
  /** Its verdict; a drop code where it is dropped, and unmodified. */
  left(verdict: number): void;
  /** A fragment that waited, still stored in the pool under that name, is dropped. */
  lost(dropCode: number, pool: BlockPool, fragment: number): void;
}
