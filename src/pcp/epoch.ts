/** Seconds since the mappings of before, or their nonces, were lost (RFC 6887 §8.5, RFC 6886 §3.6). */
export class Epoch {
  #zeroAtMs: number;

  constructor(nowMs: number) {
    this.#zeroAtMs = nowMs;
  }

  seconds(nowMs: number): number {
    return Math.floor(Math.max(0, nowMs - this.#zeroAtMs) / 1000) >>> 0;
  }

  /** Tells every client that it has to ask again. */
  reset(nowMs: number): void {
    this.#zeroAtMs = nowMs;
  }
}
