/** Gives every IPv4 packet that is emitted through it an outer header: inner fragments on their way into the tunnel. */

import type { Limits } from "./limits.js";
import { writeVnetNone } from "./offload.js";
import type { Output } from "./output.js";
import { putOuterHeader } from "./tunnel.js";

export class TunnelOutput implements Output {
  readonly frames: readonly DataView[];
  readonly #output: Output;
  readonly #limits: Limits;
  /** Tunnel ends of the packet at hand. */
  readonly source = new Uint32Array(4);
  readonly destination = new Uint32Array(4);

  constructor(output: Output, limits: Limits) {
    this.frames = output.frames;
    this.#output = output;
    this.#limits = limits;
  }

  emit(slot: number, at: number, end: number): void {
    const frame = this.frames[slot]!;
    const newAt = putOuterHeader(frame, at, end, this.#limits, this.source, this.destination);
    writeVnetNone(frame, newAt);
    this.#output.emit(slot, newAt, end);
  }

  borrow(): number {
    return this.#output.borrow();
  }
}
