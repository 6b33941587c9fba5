/** Unpredictable numbers without a system call each. */
import { randomFillSync } from "node:crypto";

const POOL_SIZE = 1024;

/** A source of uniform uint32 from the operating system's generator, drawn in blocks. */
export function createRandom(fill: (pool: Uint32Array) => void = randomFillSync): () => number {
  const pool = new Uint32Array(POOL_SIZE);
  let used = POOL_SIZE;
  return () => {
    if (used === POOL_SIZE) {
      fill(pool);
      used = 0;
    }
    return pool[used++]!;
  };
}
