import { test } from "tap";
import { createRandom } from "../../../../daemon/runtime/random.js";

test("the pool is filled when it is used up, and every number is given once", async (t) => {
  let next = 0;
  let fills = 0;
  const random = createRandom((pool) => {
    fills++;
    for (let index = 0; index < pool.length; index++) pool[index] = next++;
  });
  const numbers = Array.from({ length: 2500 }, () => random());
  t.same(numbers, [...numbers.keys()]);
  t.equal(fills, 3);
});

test("numbers are unsigned 32-bit and do not repeat in a pattern", async (t) => {
  const random = createRandom();
  const numbers = Array.from({ length: 4096 }, () => random());
  t.ok(numbers.every((value) => Number.isInteger(value) && value >= 0 && value <= 0xffffffff));
  // 4096 draws from 2^32 collide once in about 500 runs; a broken pool repeats most of them.
  t.ok(new Set(numbers).size > 4000);
});
