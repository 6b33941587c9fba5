/** What a service manager hears of the daemon, and when its watchdog hears nothing. */
import { test } from "tap";
import {
  LoopWatch,
  type Repeat,
  type ServedDaemon,
  ServiceReport,
  statusLine,
} from "../../../../daemon/runtime/service.js";
import type { ServiceManager } from "../../../../daemon/system/notify.js";

function served(changes: Partial<ServedDaemon> = {}): ServedDaemon {
  return {
    phase: "ready",
    reasons: () => [],
    lastReload: { successful: true },
    config: { drainTimeoutMs: 5000 },
    domains: [domain("br-t", 1), domain("ce-e", 1)],
    ...changes,
  };
}

function domain(name: string, ...beats: readonly number[]): ServedDaemon["domains"][number] {
  return { config: { settings: { name } }, workers: beats.map((beat) => ({ beat, wanted: true })) };
}

const LINES: readonly { readonly daemon: ServedDaemon; readonly line: string }[] = [
  { daemon: served(), line: "ready: br-t, ce-e" },
  {
    daemon: served({ phase: "degraded", reasons: () => ["worker 0 is gone", "and more"] }),
    line: "degraded: br-t, ce-e; worker 0 is gone; and more",
  },
  {
    daemon: served({ lastReload: { successful: false } }),
    line: "ready: br-t, ce-e; the configuration last read was refused",
  },
  {
    daemon: served({ domains: Array.from({ length: 9 }, (_, i) => domain(`d${i}`, 1)) }),
    line: "ready: 9 domains",
  },
];

for (const { daemon, line } of LINES) {
  test(`the state in one line: ${line}`, async (t) => {
    t.equal(statusLine(daemon), line);
  });
}

test("loops have all turned once each heartbeat is another one than the last time", async (t) => {
  const one = { beat: 1 };
  const two = { beat: 1 };
  const watch = new LoopWatch();
  t.equal(watch.haveAllTurned([one, two]), true, "seen for the first time");
  t.equal(watch.haveAllTurned([one, two]), false);
  one.beat++;
  t.equal(watch.haveAllTurned([one, two]), false, "one stands still");
  one.beat++;
  t.equal(watch.haveAllTurned([one, two]), false, "the other's turns do not count for it");
  two.beat++;
  t.equal(watch.haveAllTurned([one, two]), true);
  one.beat++;
  t.equal(watch.haveAllTurned([one]), true, "a worker that has gone is not waited for");
  one.beat++;
  t.equal(watch.haveAllTurned([one, { beat: 1 }]), true, "a new one counts as turning");
});

/** A service manager that writes down what it is told. */
function listener(watchdogMs: number | null): {
  readonly manager: Pick<ServiceManager, keyof ServiceManager>;
  readonly heard: string[];
} {
  const heard: string[] = [];
  const manager = {
    watchdogMs,
    ready: (status: string) => heard.push(`ready ${status}`),
    reloading: (us: bigint) => heard.push(`reloading ${us > 0n}`),
    stopping: (status: string, ms: number) => heard.push(`stopping ${status} ${ms}`),
    status: (status: string) => heard.push(`status ${status}`),
    alive: () => heard.push("alive"),
  };
  return { manager, heard };
}

test("a reload is told from its begin to its end, also where it fails", async (t) => {
  const { manager, heard } = listener(null);
  const report = new ServiceReport(manager, served());
  const document = await report.reload(async () => {
    heard.push("taken");
    return { taken: true };
  });
  t.same(document, { taken: true });
  await t.rejects(
    report.reload(() => Promise.reject(new Error("no"))),
    /no/,
  );
  t.same(heard, [
    "reloading true",
    "taken",
    "ready ready: br-t, ce-e",
    "reloading true",
    "ready ready: br-t, ce-e",
  ]);
});

test("the end is told with the time that drain and stop may take", async (t) => {
  const { manager, heard } = listener(null);
  new ServiceReport(manager, served({ phase: "draining" })).stopping();
  t.same(heard, ["stopping draining: br-t, ce-e 35000"]);
});

/** Timers that a test advances, by their intervals. */
function clockwork(): { readonly again: Repeat; readonly steps: Map<number, () => void> } {
  const steps = new Map<number, () => void>();
  const again: Repeat = (step, everyMs) => {
    steps.set(everyMs, step);
    return () => steps.delete(everyMs);
  };
  return { again, steps };
}

test("the watchdog hears of loops that turn, and of none that hangs", async (t) => {
  const turning = { beat: 0, wanted: true };
  const hanging = { beat: 0, wanted: true };
  const workers = [{ config: { settings: { name: "br-t" } }, workers: [turning, hanging] }];
  const { manager, heard } = listener(2000);
  const { again, steps } = clockwork();
  const report = new ServiceReport(manager, served({ domains: workers }), again);
  report.started();
  t.same(heard, ["ready ready: br-t", "alive"]);
  t.same([...steps.keys()], [1000, 500], "four looks within the watchdog's time");
  const look = steps.get(500) ?? t.fail;
  turning.beat++;
  hanging.beat++;
  look();
  t.equal(heard.length, 3, "both have turned");
  for (let i = 0; i < 8; i++) {
    turning.beat++;
    look();
  }
  t.equal(heard.length, 3, "one that hangs silences all");
  hanging.beat++;
  look();
  t.same(heard.slice(2), ["alive", "alive"], "it was replaced");
  hanging.wanted = false;
  turning.beat++;
  look();
  t.equal(heard.length, 5, "the device of one is gone, for as long as it takes");
  report.stop();
  t.equal(steps.size, 0, "nothing after the end");
});

test("without a watchdog the loops are nobody's business, and the status is told", async (t) => {
  const { manager, heard } = listener(null);
  const { again, steps } = clockwork();
  new ServiceReport(manager, served(), again).started();
  t.same([...steps.keys()], [1000]);
  steps.get(1000)?.();
  t.same(heard, ["ready ready: br-t, ce-e", "status ready: br-t, ce-e"]);
});
