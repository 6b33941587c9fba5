/* Workers and daemons that fail under traffic, in the lab: what is lost, how long it takes, what the log and /metrics say. */
import "./sandboxed.js";
import { setTimeout as sleep } from "node:timers/promises";
import { type Test, test } from "tap";
import { DAEMONS, type DaemonName } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { Call } from "./call.js";
import { type Failing, failWorker, withFailingWorkers } from "./failing-workers.js";
import { type Outage, outageText, Stream } from "./stream.js";

const timeout = { timeout: 60_000 };
const STOPPED_MS = 1_500;

const network = await withFailingWorkers(() => bringUp("map-t"));
const { topology, daemons } = network;
const stream = await Stream.start(topology, "lan1");

function tell(t: Test, what: string, outage: Outage): void {
  t.comment(`${what}: ${outageText(outage)}`);
  t.ok(outage.back, "the stream flows again");
}

async function logged(name: DaemonName, pattern: RegExp): Promise<boolean> {
  return until(async () => pattern.test(await daemons[name].log()), 5_000);
}

interface Case {
  readonly how: Failing;
  readonly daemon: DaemonName;
  readonly what: string;
  readonly logs: RegExp;
  /** Of all workers that this test has let fail in this daemon, in the order of the table. */
  readonly restarts: Readonly<Record<"died" | "hung", number>>;
}

const CASES: readonly Case[] = [
  {
    how: "throw",
    daemon: "ce1",
    what: "a CE's worker throws",
    logs: /"cause":"died","downMs":\d+.*worker runs again; counters are kept, and [1-9]\d* NAT44 sessions as they were 0(\.\d)? s ago/,
    restarts: { died: 1, hung: 0 },
  },
  {
    how: "exit",
    daemon: "br",
    what: "a BR's worker ends without a word",
    logs: /worker runs again; counters are kept, and no NAT44 sessions: there are none/,
    restarts: { died: 1, hung: 0 },
  },
  {
    how: "loop",
    daemon: "br",
    what: "a BR's worker computes for ever",
    logs: /"stoodMs":\d+,"msg":"worker hangs: its loop has not turned".*"cause":"hung","downMs":\d+/s,
    restarts: { died: 1, hung: 1 },
  },
  {
    how: "block",
    daemon: "ce1",
    what: "a CE's worker is held where nothing ends it",
    logs: /"reason":"worker 0 ended: it does not end; it is left behind".*"cause":"hung","downMs":\d+/s,
    restarts: { died: 1, hung: 1 },
  },
];

for (const { how, daemon, what, logs, restarts } of CASES) {
  await test(`${what}: another one takes its place in under a second`, timeout, async (t) => {
    const { pid } = await daemons[daemon].status();
    const outage = await stream.during(async () => {
      failWorker(pid, how);
      t.ok(await logged(daemon, logs), `the log says so: ${await daemons[daemon].log()}`);
    });
    tell(t, what, outage);
    t.ok(outage.longestMs < 1_000, `${outage.longestMs} ms`);
    const metrics = await daemons[daemon].metrics();
    for (const [cause, count] of Object.entries(restarts)) {
      const sample = `mapd_worker_restarts_total{domain="lab",cause="${cause}"} ${count}`;
      t.ok(metrics.split("\n").includes(sample), sample);
    }
    t.equal((await daemons[daemon].status()).ready, true);
  });
}

await test(
  "SIGSTOP and SIGCONT: no worker is taken for hung, sessions stay",
  timeout,
  async (t) => {
    const call = await Call.start(topology, "lan2");
    t.teardown(() => call.stop());
    const before = await call.speak();
    const pids = await Promise.all(DAEMONS.map(async (name) => (await daemons[name].status()).pid));
    const outage = await stream.during(async () => {
      for (const pid of pids) process.kill(pid, "SIGSTOP");
      await sleep(STOPPED_MS);
      for (const pid of pids) process.kill(pid, "SIGCONT");
    });
    tell(t, `all daemons stopped for ${STOPPED_MS} ms`, outage);
    const laterMs = outage.longestMs - STOPPED_MS;
    t.ok(laterMs < 1_000, `${laterMs} ms after SIGCONT`);
    t.same(await call.speak(), before, "the connection goes on through the same ports");
    // Long enough for a false alarm to show.
    await sleep(1_000);
    const [worker] = (await daemons.ce2.status()).domains.flatMap(({ workers }) => workers);
    t.equal(worker?.restarts, 0);
    t.notMatch(await daemons.ce2.log(), /worker hangs/);
  },
);

await test(
  "hosts that are busy: workers that wait for a processor are not taken for hung",
  timeout,
  async (t) => {
    const burners = Array.from({ length: 16 }, () =>
      topology.run("core", ["timeout", "2", "sh", "-c", "while :; do :; done"]).catch(() => ""),
    );
    const outage = await stream.during(async () => {
      await Promise.all(burners);
    });
    tell(t, "16 other programs that compute", outage);
    const [worker] = (await daemons.ce2.status()).domains.flatMap(({ workers }) => workers);
    t.equal(worker?.restarts, 0);
  },
);

await stream.stop();
await network.end();
