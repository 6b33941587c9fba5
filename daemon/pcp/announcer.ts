/** Says the same thing several times, ever more seldom, since multicast may get lost (RFC 6886 §3.2.1, RFC 6887 §14.1.3). */

const TIMES = 10;
const FIRST_GAP_MS = 250;

export class Announcer {
  readonly #say: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(say: () => void) {
    this.#say = say;
  }

  /** Begins, or begins anew. */
  start(): void {
    this.stop();
    this.#go(TIMES, FIRST_GAP_MS);
  }

  #go(times: number, gapMs: number): void {
    this.#say();
    this.#timer = times === 1 ? null : setTimeout(() => this.#go(times - 1, gapMs * 2), gapMs);
    this.#timer?.unref();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
