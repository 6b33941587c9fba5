import { test } from "tap";
import {
  BATCH_CLASSES,
  LOOP_BYTES,
  LoopTimes,
  readLoop,
} from "../../../../daemon/runtime/loop-times.js";
import { BATCH_SIZE } from "../../../../daemon/runtime/worker-protocol.js";

test("a batch is counted in the class of the next power of two", (t) => {
  const shared = new SharedArrayBuffer(LOOP_BYTES);
  const times = new LoopTimes(shared, 0);
  for (const count of [1, 2, 3, 4, 5, 8, 9, 33, 63, 64, 65, 128, 200, 256]) times.batch(count);
  t.same(readLoop(shared).batches, [1, 1, 2, 2, 1, 0, 3, 2, 2]);
  t.equal(BATCH_CLASSES.at(-1), BATCH_SIZE);
  t.end();
});

test("what the loop sleeps is neither busy time nor lag", (t) => {
  const shared = new SharedArrayBuffer(LOOP_BYTES);
  const times = new LoopTimes(shared, 1000);
  times.looks(1000);
  times.looks(1002);
  times.sleeps(1003);
  times.wakes(1900);
  // A message took its time before the next look.
  times.looks(1950);
  times.sleeps(1951);
  times.tick();
  t.same(readLoop(shared), {
    busySeconds: 0.054,
    lagSeconds: 0.05,
    batches: [0, 0, 0, 0, 0, 0, 0, 0, 0],
  });
  times.wakes(2500);
  times.tick();
  t.equal(readLoop(shared).lagSeconds, 0, "of the last second only");
  t.end();
});

test("a worker that is started again goes on where the last one stopped", (t) => {
  const shared = new SharedArrayBuffer(LOOP_BYTES);
  const first = new LoopTimes(shared, 0);
  first.batch(1);
  first.sleeps(500);
  const second = new LoopTimes(shared, 0);
  second.batch(1);
  second.sleeps(250);
  t.match(readLoop(shared), { busySeconds: 0.75, batches: [2] });
  t.end();
});
