/**
 * How much memory the JavaScript engine takes for what is soon garbage. Where a host has much, V8 lets the young
 * generation grow to 32 MiB and the old one to four times what is alive before it looks, and gives some of it back by
 * timers of its own: resident memory then goes up and down by a third.
 */
import { setFlagsFromString } from "node:v8";
import { Worker, type WorkerOptions } from "node:worker_threads";

const FLAGS = [
  // The young generation stays as it is at the start: a scavenge of 2 MiB takes less than a millisecond.
  "--semi-space-growth-factor=1",
  // Marking begins, beside the thread, when the old generation has grown by 15 % (3 MiB at least), however much there is.
  "--heap-growing-percent=100",
  "--incremental-marking-soft-trigger=15",
  // A packet worker has no time for such a task: it marks as it allocates.
  "--incremental-marking-hard-trigger=20",
] as const;

/** What V8 does by itself. */
const FREE_FLAGS = [
  "--semi-space-growth-factor=2",
  "--heap-growing-percent=0",
  "--incremental-marking-soft-trigger=0",
  "--incremental-marking-hard-trigger=0",
] as const;

/** What a thread that lives long may have of a young generation: V8 makes it two halves of 1 MiB, and room for large objects. */
export const SMALL_HEAP = { maxYoungGenerationSizeMb: 3 } as const;

let isBounded = false;

/** Bounds the heap of the main thread; to be called before there is much in it. The flags are the whole process's. */
export function boundHeap(): void {
  isBounded = true;
  for (const flag of FLAGS) setFlagsFromString(flag);
}

/** Starts a thread. V8 forgets the first of the flags when it makes a heap, so it is told again. */
export function startThread(program: URL, options: WorkerOptions): Worker {
  return new Worker(program, options).once("online", boundHeap);
}

/**
 * Starts a thread that makes much at once and then ends, and gives all back: looking for garbage at every 15 % would take as
 * long as its work. Until it has ended no heap is bounded.
 */
export function startBriefThread(program: URL, options: WorkerOptions): Worker {
  for (const flag of FREE_FLAGS) setFlagsFromString(flag);
  const thread = new Worker(program, options);
  if (isBounded) thread.once("exit", boundHeap);
  return thread;
}
