/**
 * Deadlines of a fixed set of entries. Setting, moving and cancelling one costs constant time;
 * an entry comes up never early and at most TICK_MS late, if `advance()` is called that often.
 */

/** Granularity of deadlines, ms. */
export const TICK_MS = 1000;

/** One turn is 512 s; a longer deadline is looked at once a turn. */
const SLOTS = 512;
const SLOT_MASK = SLOTS - 1;

/** Most entries looked at between two `advance()` calls: mass expiry must not stall the packets. */
export const SWEEP_LIMIT = 4096;

const NOT_SET = -1;

/** Memory: 20 bytes an entry. Times are ms of one monotonic clock. */
export class TimerWheel {
  readonly #deadlines: Float64Array;
  /** Tick whose slot holds the entry, plus one; 0 when no deadline is set. */
  readonly #tickPlusOne: Uint32Array;
  /** Neighbours in the slot's list; a list's first entry has previous = NOT_SET. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #heads = new Int32Array(SLOTS).fill(NOT_SET);
  /** First tick that is not swept yet. */
  #sweepTick = 1;
  /** Last tick that has begun, as of the last `advance()`. */
  #nowTick = 0;
  #budget = 0;

  constructor(capacity: number) {
    this.#deadlines = new Float64Array(capacity);
    this.#tickPlusOne = new Uint32Array(capacity);
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
  }

  isSet(entry: number): boolean {
    return this.#tickPlusOne[entry] !== 0;
  }

  /** Of an entry that is set. */
  deadline(entry: number): number {
    return this.#deadlines[entry]!;
  }

  /** Sets or moves a deadline, which may be infinite. A later one only overwrites a number; the sweep moves the entry. */
  set(entry: number, deadlineMs: number): void {
    const current = this.#tickPlusOne[entry]!;
    const isLater = deadlineMs >= this.#deadlines[entry]!;
    this.#deadlines[entry] = deadlineMs;
    if (isLater && current !== 0) return;
    const tick = this.#slotTick(Math.ceil(deadlineMs / TICK_MS));
    if (current !== 0) {
      if (current - 1 <= tick) return;
      this.#unlink(entry);
    }
    this.#link(entry, tick);
  }

  cancel(entry: number): void {
    if (this.#tickPlusOne[entry] !== 0) this.#unlink(entry);
  }

  /** Tells the time; `takeDue()` then yields what is due. */
  advance(nowMs: number): void {
    this.#budget = SWEEP_LIMIT;
    const tick = Math.floor(nowMs / TICK_MS);
    if (tick <= this.#nowTick) return;
    this.#nowTick = tick;
    // After a pause longer than a turn one visit to every slot is enough.
    this.#sweepTick = Math.max(this.#sweepTick, tick - SLOT_MASK);
  }

  /** Unsets and returns an entry that is due, or -1 when none is left or the sweep limit is reached. */
  takeDue(): number {
    while (this.#sweepTick <= this.#nowTick) {
      const entry = this.#heads[this.#sweepTick & SLOT_MASK]!;
      if (entry === NOT_SET) {
        this.#sweepTick++;
        continue;
      }
      if (this.#budget-- <= 0) return -1;
      this.#unlink(entry);
      const tick = Math.ceil(this.#deadlines[entry]! / TICK_MS);
      if (tick <= this.#nowTick) return entry;
      this.#link(entry, this.#slotTick(tick));
    }
    return -1;
  }

  /** The tick at which to look at a deadline: its own, or the last one of this turn. */
  #slotTick(tick: number): number {
    return Math.min(Math.max(tick, this.#sweepTick), this.#sweepTick + SLOT_MASK);
  }

  #link(entry: number, tick: number): void {
    const slot = tick & SLOT_MASK;
    const head = this.#heads[slot]!;
    this.#tickPlusOne[entry] = tick + 1;
    this.#next[entry] = head;
    this.#previous[entry] = NOT_SET;
    if (head !== NOT_SET) this.#previous[head] = entry;
    this.#heads[slot] = entry;
  }

  #unlink(entry: number): void {
    const next = this.#next[entry]!;
    const previous = this.#previous[entry]!;
    if (next !== NOT_SET) this.#previous[next] = previous;
    if (previous !== NOT_SET) this.#next[previous] = next;
    else this.#heads[(this.#tickPlusOne[entry]! - 1) & SLOT_MASK] = next;
    this.#tickPlusOne[entry] = 0;
  }
}
