import { test } from "tap";
import { SWEEP_LIMIT, TimerWheel } from "../../../src/nat44/timer-wheel.js";

const SECOND = 1000;
/** A monotonic clock has any start. */
const START = 86_400_250.5;

/** A wheel that has been turning until START. */
function turningWheel(capacity: number): TimerWheel {
  const wheel = new TimerWheel(capacity);
  due(wheel, START);
  return wheel;
}

function due(wheel: TimerWheel, nowMs: number): number[] {
  wheel.advance(nowMs);
  const entries: number[] = [];
  for (;;) {
    const entry = wheel.takeDue();
    if (entry < 0) return entries.sort((a, b) => a - b);
    entries.push(entry);
  }
}

const delays = [0.5, 1, 59, 60, 240, 300, 511, 512, 513, 1023, 1024, 1025, 7440, 100_000];
for (const seconds of delays) {
  test(`a deadline ${seconds} s away is never early and at most a second late`, (t) => {
    const wheel = turningWheel(1);
    const deadline = START + seconds * SECOND;
    wheel.set(0, deadline);
    for (let now = START; now < deadline; now += Math.min(SECOND, deadline - now)) {
      if (due(wheel, now).length > 0) t.fail(`early at ${now - START} ms`);
    }
    t.same(due(wheel, deadline + SECOND), [0]);
    t.same(due(wheel, deadline + 2000 * SECOND), [], "and only once");
    t.end();
  });
}

test("a deadline moved later holds, one moved earlier too, a cancelled one never comes", (t) => {
  const wheel = turningWheel(4);
  for (let entry = 0; entry < 4; entry++) wheel.set(entry, START + 100 * SECOND);
  wheel.set(0, START + 7440 * SECOND);
  wheel.set(1, START + 10 * SECOND);
  wheel.cancel(2);
  wheel.cancel(2);
  t.same(due(wheel, START + 9 * SECOND), []);
  t.same(due(wheel, START + 11 * SECOND), [1]);
  t.same(due(wheel, START + 101 * SECOND), [3]);
  t.same(due(wheel, START + 7439 * SECOND), []);
  t.same(due(wheel, START + 7441 * SECOND), [0]);
  t.end();
});

test("a deadline in the past comes with the next tick", (t) => {
  const wheel = turningWheel(1);
  wheel.set(0, START - 10 * SECOND);
  t.same(due(wheel, START + SECOND), [0]);
  t.end();
});

test("entries of one slot leave it from any place", (t) => {
  for (const victim of [0, 1, 2]) {
    const wheel = new TimerWheel(3);
    for (let entry = 0; entry < 3; entry++) wheel.set(entry, 5 * SECOND);
    wheel.cancel(victim);
    t.same(
      due(wheel, 5 * SECOND),
      [0, 1, 2].filter((entry) => entry !== victim),
    );
  }
  t.end();
});

test("a pause much longer than a turn loses nothing", (t) => {
  const wheel = turningWheel(600);
  for (let entry = 0; entry < 600; entry++) wheel.set(entry, START + (entry + 1) * SECOND);
  wheel.set(599, START + 1e9);
  t.equal(due(wheel, START + 5e8).length, 599);
  t.same(due(wheel, START + 1e9 + SECOND), [599]);
  t.end();
});

test("mass expiry comes in portions, and no entry is lost between them", (t) => {
  const count = 2 * SWEEP_LIMIT + 10;
  const wheel = new TimerWheel(count);
  for (let entry = 0; entry < count; entry++) wheel.set(entry, 3 * SECOND);
  const sizes = [0, 1, 2, 3].map(() => due(wheel, 10 * SECOND).length);
  t.same(sizes, [SWEEP_LIMIT, SWEEP_LIMIT, 10, 0]);
  t.end();
});

test("a wheel that is first turned long after its start loses nothing", (t) => {
  const wheel = new TimerWheel(3);
  for (let entry = 0; entry < 3; entry++) wheel.set(entry, START + entry * 400 * SECOND);
  t.same(due(wheel, START - SECOND), []);
  t.same(due(wheel, START + SECOND), [0]);
  t.same(due(wheel, START + 801 * SECOND), [1, 2]);
  t.end();
});

test("the clock standing still or going back changes nothing", (t) => {
  const wheel = turningWheel(1);
  wheel.set(0, START + 5 * SECOND);
  t.same(due(wheel, START), []);
  t.same(due(wheel, 0), []);
  t.same(due(wheel, START + 6 * SECOND), [0]);
  t.end();
});
