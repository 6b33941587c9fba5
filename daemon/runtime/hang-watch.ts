/**
 * Tells a worker whose loop is stuck from one that sleeps, that waits for a processor on a busy host, or that was
 * stopped with the whole process (SIGSTOP, a suspended machine): to end those would help nobody, and cost sessions.
 */
import type { ThreadUse } from "../system/thread-use.js";
import { ASKED, ASLEEP, AWAKE, type Heartbeat } from "./heartbeat.js";
import { WAIT_MS } from "./worker-protocol.js";

/** How often to look, milliseconds. */
export const LOOK_MS = 50;

/** A loop that is awake turns at least this often, or it hangs; a turn with packets takes 50 ms. Milliseconds. */
const HUNG_MS = 400;

/** What comes between two looks counts as no more: while this thread did not run, the worker's may not have either. */
const STEP_MS = 5 * LOOK_MS;

/** Processor time without a turn that shows a loop without end: on a busy host real time alone shows nothing. */
const BUSY_MS = 150;

/** One sleep of this length, awake, shows that it waits for something that does not come. */
const SLEPT_MS = HUNG_MS / 2;

/** After so long it hangs, whatever the kernel says of it. */
const SURELY_MS = 15_000;

/** How long a loop may stay without a turn, by what it does: sessions of a large CE take a while to be taken over. */
const MOST_MS: Readonly<Record<number, number>> = {
  [AWAKE]: HUNG_MS,
  [ASLEEP]: WAIT_MS + HUNG_MS,
  [ASKED]: 5_000,
};

export class HangWatch {
  #seen = -1;
  #lookedAtMs = 0;
  /** For how long the heartbeat has stood still. */
  #stoodMs = 0;
  /** Of the thread when it was first seen to stand still, and when it was looked at last. */
  #first: ThreadUse | null = null;
  #last: ThreadUse | null = null;
  /** Since when, in `stoodMs`, it has not been on a processor. */
  #offSinceMs = 0;

  /** A new thread is watched from now on. */
  begin(nowMs: number): void {
    this.#seen = -1;
    this.#lookedAtMs = nowMs;
    this.#forget();
  }

  #forget(): void {
    this.#stoodMs = 0;
    this.#first = null;
    this.#last = null;
  }

  /** Milliseconds without a heartbeat, as far as they count. */
  get stoodMs(): number {
    return this.#stoodMs;
  }

  /** Whether the loop hangs; `use` asks the kernel, and is called only for a worker that stands still. */
  isHung({ beat, activity }: Heartbeat, nowMs: number, use: () => ThreadUse | null): boolean {
    const stepMs = Math.min(nowMs - this.#lookedAtMs, STEP_MS);
    this.#lookedAtMs = nowMs;
    if (beat !== this.#seen) {
      this.#seen = beat;
      this.#forget();
      return false;
    }
    this.#stoodMs += stepMs;
    if (activity === ASLEEP && this.#stoodMs < WAIT_MS) return false;
    this.#note(use());
    if (this.#stoodMs < (MOST_MS[activity] ?? HUNG_MS)) return false;
    return this.#stoodMs >= SURELY_MS || this.#isEvident();
  }

  #note(now: ThreadUse | null): void {
    this.#first ??= now;
    if (now === null || now.switches !== this.#last?.switches) this.#offSinceMs = this.#stoodMs;
    this.#last = now;
  }

  /** It sleeps where it should not, or has used a processor without getting anywhere. */
  #isEvident(): boolean {
    if (this.#first === null || this.#last === null) return false;
    const { state, cpuMs } = this.#last;
    if (state === "S" && this.#stoodMs - this.#offSinceMs >= SLEPT_MS) return true;
    return cpuMs - this.#first.cpuMs >= BUSY_MS;
  }
}
