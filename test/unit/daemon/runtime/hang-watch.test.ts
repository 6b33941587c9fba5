/** Which worker is taken for hung, and which is not. */
import { test } from "tap";
import { HangWatch, LOOK_MS } from "../../../../daemon/runtime/hang-watch.js";
import { ASKED, ASLEEP, AWAKE } from "../../../../daemon/runtime/heartbeat.js";
import type { ThreadUse } from "../../../../daemon/system/thread-use.js";

interface Case {
  readonly name: string;
  readonly activity: number;
  /** What the kernel says of the thread after so many milliseconds without a heartbeat. */
  readonly use: (stoodMs: number) => ThreadUse | null;
  /** After how many milliseconds it is taken for hung; null: not in a minute. */
  readonly hungMs: number | null;
}

const CASES: readonly Case[] = [
  {
    name: "a loop without end, with a processor of its own",
    activity: AWAKE,
    use: (stoodMs) => ({ state: "R", cpuMs: stoodMs, switches: stoodMs }),
    hungMs: 400,
  },
  {
    name: "a loop without end that gets a fifth of a processor",
    activity: AWAKE,
    use: (stoodMs) => ({ state: "R", cpuMs: stoodMs / 5, switches: stoodMs }),
    hungMs: 800,
  },
  {
    name: "a worker that sleeps where it should not",
    activity: AWAKE,
    use: () => ({ state: "S", cpuMs: 70, switches: 9 }),
    hungMs: 400,
  },
  {
    name: "a worker that sleeps for moments, and waits for a processor in between",
    activity: AWAKE,
    use: (stoodMs) => ({ state: "S", cpuMs: 70, switches: Math.floor(stoodMs / 150) }),
    hungMs: 15_000,
  },
  {
    name: "a worker that gets no processor",
    activity: AWAKE,
    use: () => ({ state: "R", cpuMs: 70, switches: 9 }),
    hungMs: 15_000,
  },
  {
    name: "a worker whose memory is on the disk",
    activity: AWAKE,
    use: () => ({ state: "D", cpuMs: 70, switches: 9 }),
    hungMs: 15_000,
  },
  {
    name: "a worker that a debugger holds",
    activity: AWAKE,
    use: () => ({ state: "t", cpuMs: 70, switches: 9 }),
    hungMs: 15_000,
  },
  {
    name: "a worker of which the kernel says nothing",
    activity: AWAKE,
    use: () => null,
    hungMs: 15_000,
  },
  {
    name: "a worker that is not woken from its sleep",
    activity: ASLEEP,
    use: () => ({ state: "S", cpuMs: 70, switches: 9 }),
    hungMs: 1_400,
  },
  {
    name: "a worker that takes over very many sessions",
    activity: ASKED,
    use: (stoodMs) => ({ state: "R", cpuMs: stoodMs, switches: stoodMs }),
    hungMs: 5_000,
  },
];

for (const { name, activity, use, hungMs } of CASES) {
  test(`${name}: ${hungMs} ms`, (t) => {
    const watch = new HangWatch();
    watch.begin(0);
    let stoodMs = 0;
    t.equal(
      watch.isHung({ beat: 7, activity }, LOOK_MS, () => use(0)),
      false,
    );
    let isHung = false;
    while (!isHung && stoodMs < 60_000) {
      stoodMs += LOOK_MS;
      isHung = watch.isHung({ beat: 7, activity }, LOOK_MS + stoodMs, () => use(stoodMs));
    }
    t.equal(isHung ? stoodMs : null, hungMs);
    t.equal(watch.stoodMs, hungMs);
    t.end();
  });
}

test("a loop that turns is never asked about", (t) => {
  const watch = new HangWatch();
  watch.begin(0);
  const use = (): ThreadUse => t.fail("the kernel is asked") as never;
  for (let beat = 1; beat < 1000; beat++) {
    t.notOk(watch.isHung({ beat, activity: AWAKE }, beat * LOOK_MS, use));
  }
  t.end();
});

test("time for which nobody looked is not held against the worker: the process was stopped", (t) => {
  const watch = new HangWatch();
  watch.begin(0);
  const use = (): ThreadUse => ({ state: "S", cpuMs: 70, switches: 9 });
  watch.isHung({ beat: 7, activity: AWAKE }, 100, use);
  t.notOk(watch.isHung({ beat: 7, activity: AWAKE }, 3_600_100, use), "an hour later");
  t.equal(watch.stoodMs, 250);
  t.notOk(watch.isHung({ beat: 8, activity: AWAKE }, 3_600_200, use), "it turns again");
  t.equal(watch.stoodMs, 0);
  t.end();
});

test("a new thread begins anew", (t) => {
  const watch = new HangWatch();
  watch.begin(0);
  const use = (): ThreadUse => ({ state: "S", cpuMs: 70, switches: 9 });
  for (let ms = 0; ms < 400; ms += LOOK_MS) watch.isHung({ beat: 7, activity: AWAKE }, ms, use);
  watch.begin(400);
  t.notOk(watch.isHung({ beat: 7, activity: AWAKE }, 500, use));
  t.equal(watch.stoodMs, 0);
  t.end();
});
