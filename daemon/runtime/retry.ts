/** Does something again and again, with growing pauses, until it works. */

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

export class Retry {
  readonly #step: () => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #active = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(step: () => Promise<void>, onFailure: (error: unknown) => void) {
    this.#step = step;
    this.#onFailure = onFailure;
  }

  /** True from `begin()` on until the step has worked. */
  get active(): boolean {
    return this.#active;
  }

  /** Tries now. Does nothing where it is trying already. */
  begin(): void {
    if (this.#active) return;
    this.#active = true;
    void this.#try(FIRST_PAUSE_MS);
  }

  async #try(pauseMs: number): Promise<void> {
    this.#timer = null;
    try {
      await this.#step();
      this.#active = false;
    } catch (error) {
      // Given up meanwhile.
      if (!this.#active) return;
      this.#onFailure(error);
      const nextMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      this.#timer = setTimeout(() => void this.#try(nextMs), pauseMs);
    }
  }

  /** Gives up; a step that is under way ends by itself. */
  stop(): void {
    this.#active = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
