/** Limits how often something happens: the token bucket that RFC 4443 §2.4(f) recommends. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAtMs = 0;

  /** `perSecond` tokens come in a second; as many, but no less than one, may be spent at once. Zero refuses all. */
  constructor(perSecond: number) {
    this.#perMs = perSecond / 1000;
    this.#capacity = perSecond === 0 ? 0 : Math.max(1, perSecond);
    this.#tokens = this.#capacity;
  }

  /** Takes a token; false when there is none. `nowMs` never runs backwards. */
  take(nowMs: number): boolean {
    const refill = (nowMs - this.#filledAtMs) * this.#perMs;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#capacity, this.#tokens + refill);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
