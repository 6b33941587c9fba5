/** Keeps the packets that a pipeline drops without having been handed them: fragments that waited, and its own making. */

import type { Observer } from "../pipeline/observer.js";
import { HEADROOM, type PacketIo } from "../pipeline/packet-io.js";
import type { BlockPool } from "../translate/fragment/block-pool.js";
import { DROPS, type DropName } from "../verdict.js";

export interface DroppedPacket {
  readonly reason: DropName;
  readonly packet: Uint8Array;
}

export function reasonOf(verdict: number): DropName | null {
  return DROPS.find(({ code }) => code === verdict)?.name ?? null;
}

export class DropWatch implements Observer {
  readonly #frames: PacketIo["frames"];
  /** Packets that are being judged, each made of the one before. */
  readonly #judged: Uint8Array[] = [];
  #dropped: DroppedPacket[] = [];

  constructor(io: PacketIo) {
    this.#frames = io.frames;
  }

  /** Those since it was asked last, in order. */
  take(): readonly DroppedPacket[] {
    const dropped = this.#dropped;
    this.#dropped = [];
    return dropped;
  }

  entered(slot: number, at: number, end: number): void {
    const { buffer, byteOffset } = this.#frames[slot]!;
    this.#judged.push(new Uint8Array(buffer, byteOffset + at, end - at).slice());
  }

  left(verdict: number): void {
    this.#add(verdict, this.#judged.pop());
  }

  lost(dropCode: number, pool: BlockPool, fragment: number): void {
    const length = pool.len(fragment);
    const packet = new Uint8Array(HEADROOM + length);
    pool.copy(fragment, 0, length, new DataView(packet.buffer), HEADROOM);
    this.#add(dropCode, packet.subarray(HEADROOM));
  }

  #add(verdict: number, packet: Uint8Array | undefined): void {
    const reason = reasonOf(verdict);
    if (reason !== null && packet !== undefined) this.#dropped.push({ reason, packet });
  }
}
