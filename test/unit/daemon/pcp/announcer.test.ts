import { mock } from "node:test";
import { test } from "tap";
import { Announcer } from "../../../../daemon/pcp/announcer.js";

/** Milliseconds at which something is said within ten minutes, with something done in between. */
function said(at: number, act: (announcer: Announcer) => void): readonly number[] {
  mock.timers.enable({ apis: ["setTimeout"] });
  const times: number[] = [];
  let nowMs = 0;
  const announcer = new Announcer(() => times.push(nowMs));
  announcer.start();
  while (nowMs < 600_000) {
    nowMs += 250;
    mock.timers.tick(250);
    if (nowMs === at) act(announcer);
  }
  mock.timers.reset();
  return times;
}

test("ten times, each gap twice the one before, from 250 ms on", async (t) => {
  const times = said(-1, () => undefined);
  t.same(times, [0, 250, 750, 1750, 3750, 7750, 15_750, 31_750, 63_750, 127_750]);
});

test("stopped, it is silent; started again, it begins anew", async (t) => {
  t.same(
    said(1000, (announcer) => announcer.stop()),
    [0, 250, 750],
  );
  const anew = said(1000, (announcer) => announcer.start());
  t.same(anew.slice(0, 6), [0, 250, 750, 1000, 1250, 1750]);
  t.equal(anew.length, 13);
});
