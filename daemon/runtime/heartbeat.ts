/** The sign of life of a packet worker: written by its loop, in shared memory, read by the main thread. */

const BEAT = 0;
const ACTIVITY = 1;

/** Bytes of the shared array. */
export const HEARTBEAT_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** What the loop does: packets, nothing (it waits in the kernel), or what the main thread has asked for. */
export const AWAKE = 0;
export const ASLEEP = 1;
export const ASKED = 2;

export interface Heartbeat {
  /** Another number, another turn of the loop. */
  readonly beat: number;
  /** AWAKE, ASLEEP or ASKED. */
  readonly activity: number;
}

export class Heart {
  readonly #shared: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#shared = new Int32Array(shared);
    this.#does(AWAKE);
  }

  /** The loop begins a turn. */
  beats(): void {
    Atomics.add(this.#shared, BEAT, 1);
    this.#does(AWAKE);
  }

  sleeps(): void {
    this.#does(ASLEEP);
  }

  wakes(isAsked: boolean): void {
    this.#does(isAsked ? ASKED : AWAKE);
  }

  #does(activity: number): void {
    Atomics.store(this.#shared, ACTIVITY, activity);
  }
}

export function readHeartbeat(shared: SharedArrayBuffer): Heartbeat {
  const numbers = new Int32Array(shared);
  return { beat: Atomics.load(numbers, BEAT), activity: Atomics.load(numbers, ACTIVITY) };
}
