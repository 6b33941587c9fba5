/** One property as one test: fast-check with a seed that is printed, and that MAPD_TEST_SEED repeats. */
import fc from "fast-check";
import { test } from "tap";

export function property<T extends [unknown, ...unknown[]]>(
  name: string,
  runs: number,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void,
): void {
  test(name, (t) => {
    const given = process.env.MAPD_TEST_SEED;
    const seed = given === undefined ? Date.now() & 0x7fffffff : Number(given);
    t.comment(`MAPD_TEST_SEED=${seed}, ${runs} runs`);
    fc.assert(fc.property<T>(...arbitraries, holds), { seed, numRuns: runs });
    t.pass(`held ${runs} times`);
    t.end();
  });
}
