/** Trying again, with growing pauses. */
import { mock } from "node:test";
import { type Test, test } from "tap";
import { Retry } from "../../../../daemon/runtime/retry.js";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function fakeTime(t: Test): void {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.teardown(() => mock.timers.reset());
}

/** Fails `failures` times; the calls are counted. */
function failing(failures: number): { readonly step: () => Promise<void>; calls: number } {
  const state = {
    calls: 0,
    step: async (): Promise<void> => {
      state.calls++;
      if (state.calls <= failures) throw new Error(`no. ${state.calls}`);
    },
  };
  return state;
}

test("it tries at once, then after 100 ms, twice as long each time, a second at most", async (t) => {
  fakeTime(t);
  const state = failing(7);
  const failures: string[] = [];
  const retry = new Retry(state.step, (error) => failures.push(String(error)));
  retry.begin();
  retry.begin();
  await settled();
  t.equal(state.calls, 1, "one at a time");
  for (const [at, pauseMs] of [100, 200, 400, 800, 1000, 1000, 1000].entries()) {
    mock.timers.tick(pauseMs - 1);
    await settled();
    t.equal(state.calls, at + 1);
    t.ok(retry.active);
    mock.timers.tick(1);
    await settled();
    t.equal(state.calls, at + 2);
  }
  t.notOk(retry.active);
  t.same(
    failures,
    Array.from({ length: 7 }, (_, at) => `Error: no. ${at + 1}`),
  );
});

test("it begins anew with short pauses", async (t) => {
  fakeTime(t);
  const state = failing(0);
  const retry = new Retry(state.step, () => undefined);
  retry.begin();
  await settled();
  retry.begin();
  await settled();
  t.equal(state.calls, 2);
});

test("given up, it tries no more, and a step under way says nothing", async (t) => {
  fakeTime(t);
  const state = failing(9);
  let failures = 0;
  const retry = new Retry(state.step, () => failures++);
  retry.begin();
  await settled();
  retry.stop();
  mock.timers.tick(60_000);
  await settled();
  t.equal(state.calls, 1);
  retry.begin();
  retry.stop();
  await settled();
  t.equal(failures, 1);
});
