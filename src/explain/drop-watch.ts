/**
 * Keeps the packets that a pipeline drops without having been handed them: fragments that waited, and its own making. And
 * knows from where on what is emitted is of others: of fragments that waited for the packet.
 */

import { FROM_WAITING, type Observer } from "../pipeline/observer.js";
import { HEADROOM } from "../pipeline/packet-io.js";
import type { BlockPool } from "../translate/fragment/block-pool.js";
import type { Arena } from "../tun/arena.js";
import { DROPS, type DropName } from "../verdict.js";

export interface DroppedPacket {
  readonly reason: DropName;
  readonly packet: Uint8Array;
}

export function reasonOf(verdict: number): DropName | null {
  return DROPS.find(({ code }) => code === verdict)?.name ?? null;
}

export class DropWatch implements Observer {
  readonly #arena: Arena;
  /** Packets that are being judged, each made of the one before. */
  readonly #judged: Uint8Array[] = [];
  #dropped: DroppedPacket[] = [];
  #emissionsBefore = 0;
  #own = Number.POSITIVE_INFINITY;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The next packet is about to be judged. */
  begin(): void {
    // A fault ends what is being judged without a word.
    this.#judged.length = 0;
    this.#emissionsBefore = this.#arena.emissions;
    this.#own = Number.POSITIVE_INFINITY;
  }

  /** Of what is written since `begin()`, so many packets are not of fragments that waited; they come first. */
  get own(): number {
    return this.#own;
  }

  /** Those since it was asked last, in order. */
  take(): readonly DroppedPacket[] {
    const dropped = this.#dropped;
    this.#dropped = [];
    return dropped;
  }

  entered(slot: number, at: number, end: number, origin: number): void {
    if (origin === FROM_WAITING) {
      this.#own = Math.min(this.#own, this.#arena.emissions - this.#emissionsBefore);
    }
    const { buffer, byteOffset } = this.#arena.frames[slot]!;
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
