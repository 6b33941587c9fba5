/** Identifications out of a CE's port set, so that no two CEs of one address use the same (RFC 7599 §10.3). */
import type { PortSet } from "../../map/port-set.js";
import type { IdentificationSource } from "./port-cache.js";

export class PortSetIdentifications implements IdentificationSource {
  readonly #ports: PortSet;
  #index: number;

  /** `random` gives unsigned 32-bit numbers; it chooses where the round begins. */
  constructor(ports: PortSet, random: () => number) {
    this.#ports = ports;
    this.#index = random() % ports.count;
  }

  /** Every port of the set once before any comes again. */
  next(): number {
    const identification = this.#ports.at(this.#index);
    this.#index = (this.#index + 1) % this.#ports.count;
    return identification;
  }
}
