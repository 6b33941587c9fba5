/** Where the packets go that a path writes, the ones that it makes itself included. */

/** Bytes before a packet as it was read or is made; a header may grow into them, the payload never moves. */
export const HEADROOM = 256;

export interface Output {
  /** One view a slot, made at start; borrowed slots included. */
  readonly frames: readonly DataView[];
  /** Queues the packet in [at, end) of a slot for writing; its virtio header lies right before `at`. */
  emit(slot: number, at: number, end: number): void;
  /**
   * A spare slot for a packet of our own, which is the caller's until the packets queued are written.
   * Never fails: when none is left, what is queued is written first, in order.
   */
  borrow(): number;
}
