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
  /** Of the thread when it was first seen to stand still. */
  #before: ThreadUse | null = null;

  /** A new thread is watched from now on. */
  begin(nowMs: number): void {
    this.#seen = -1;
    this.#lookedAtMs = nowMs;
    this.#stoodMs = 0;
    this.#before = null;
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
      this.#stoodMs = 0;
      this.#before = null;
      return false;
    }
    this.#stoodMs += stepMs;
    if (activity === ASLEEP && this.#stoodMs < WAIT_MS) return false;
    const before = this.#before;
    this.#before ??= use();
    if (this.#stoodMs < (MOST_MS[activity] ?? HUNG_MS)) return false;
    return this.#stoodMs >= SURELY_MS || isEvident(before, use());
  }
}

/** It sleeps where it should not, or has used a processor without getting anywhere. */
function isEvident(before: ThreadUse | null, now: ThreadUse | null): boolean {
  if (before === null || now === null) return false;
  return now.state === "S" || now.cpuMs - before.cpuMs >= BUSY_MS;
}
