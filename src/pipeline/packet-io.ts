/**
 * What a pipeline gets packets from and gives packets to. A slot is one frame of the arena:
 * a DataView with HEADROOM bytes before the packet, the last VNET_HEADER_LEN of them its virtio header.
 */
export { HEADROOM } from "../translate/output.js";

export interface PacketIo {
  /** One view a slot, made at start. */
  readonly frames: readonly DataView[];
  /** Queues the packet in [at, end) of a slot for writing; its virtio header lies right before `at`. */
  emit(slot: number, at: number, end: number): void;
}

/** One domain's packet path. */
export interface Pipeline {
  /**
   * Judges the packet in [at, end) of a slot, whose virtio header lies right before `at`. Returns 0 after
   * it was rewritten in place and emitted, or a negative drop code, and then the packet is unmodified.
   */
  process(slot: number, at: number, end: number, nowMs: number): number;
  /** Work that is due by time: sessions that end. Called between batches, at least once a second. */
  tick(nowMs: number): void;
}
