/** How the in-process benches take time, and what each gives. */

/** One quantity of one bench in one child process. */
export interface Measured {
  readonly load: string;
  readonly quantity: string;
  readonly unit: string;
  readonly value: number;
}

/** One child process of the bench: a function whose profile no other bench has shaped. */
export interface CpuBench {
  readonly name: string;
  /** `ms` is how long each quantity is measured. */
  run(ms: number): Promise<readonly Measured[]>;
}

/** Until the optimising compiler has seen everything, as CPU time; at least, where little is measured. */
const LEAST_WARM_UP_MS = 200;
/** On a busy machine the compiler's own thread may come late: only the fastest window counts. */
const WINDOWS = 4;
/** Between two looks at the clock, so that looking costs nothing for each step. */
const CHUNK_MS = 1;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Calls `step` so many times; returns the sum of what it said. */
function repeat(times: number, step: () => number): number {
  let done = 0;
  for (let i = 0; i < times; i++) done += step();
  return done;
}

/** Steps that take CHUNK_MS once they are compiled. */
function warmUp(ms: number, step: () => number): number {
  let times = 1;
  for (const began = cpuMs(); cpuMs() - began < ms; ) {
    const before = cpuMs();
    repeat(times, step);
    if (cpuMs() - before < CHUNK_MS) times *= 2;
  }
  return times;
}

/** Nanoseconds of CPU for one of what `step` says that it has done, in one window. */
function windowNs(ms: number, times: number, step: () => number): number {
  const began = cpuMs();
  let done = 0;
  let spent = 0;
  while (spent < ms) {
    done += repeat(times, step);
    spent = cpuMs() - began;
  }
  return (spent * 1e6) / done;
}

/**
 * Nanoseconds of CPU for one of what `step` says that it has done. CPU time of the process and not the wall's, so that
 * another process on the core does not count.
 */
export function nsEach(ms: number, step: () => number): number {
  // Compilers work beside the first part of it, and their time is the process's.
  const times = warmUp(Math.max(LEAST_WARM_UP_MS, 1.5 * ms), step);
  return Math.min(...Array.from({ length: WINDOWS }, () => windowNs(ms / WINDOWS, times, step)));
}

/** Nanoseconds on the wall for one of `count` things that `work` does at once. */
export function nsOnce(count: number, work: () => void): number {
  const before = performance.now();
  work();
  return ((performance.now() - before) * 1e6) / count;
}

/** Keeps results alive, so that no compiler finds the work to be useless. */
let kept = 0;
export function keep(value: number): void {
  kept = (kept ^ value) | 0;
}
export function keptValue(): number {
  return kept;
}
