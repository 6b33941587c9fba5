/* TUN devices that somebody deletes under traffic, in the lab: mapd makes them again, with all that was on them. */
import "./sandboxed.js";
import { type Test, test } from "tap";
import { DAEMONS, type DaemonName } from "../../lab/plan.js";
import { until } from "../../lab/process.js";
import { bringUp } from "../../lab/round.js";
import { Call } from "./call.js";
import { type Outage, outageText, Stream } from "./stream.js";

const timeout = { timeout: 60_000 };
const DEVICE = "mape0";
/** Well above what mapd takes between two attempts. */
const PATIENCE_MS = 10_000;

const network = await bringUp("map-e");
const { topology, daemons } = network;
const stream = await Stream.start(topology, "lan1");

function tell(t: Test, what: string, outage: Outage): void {
  t.comment(`${what}: ${outageText(outage)}`);
  t.ok(outage.back, "the stream flows again");
}

/** All that the daemon has put into its kernel, and the device's own settings, without its number. */
async function installed(name: DaemonName): Promise<readonly string[]> {
  const texts = await Promise.all(
    [
      ["ip", "-4", "route", "show", "table", "all", "proto", "200"],
      ["ip", "-6", "route", "show", "table", "all", "proto", "200"],
      ["ip", "-brief", "address", "show", "dev", DEVICE],
      ["ip", "-brief", "link", "show", "dev", DEVICE],
      ["tc", "qdisc", "show", "dev", DEVICE],
      ["tc", "filter", "show", "dev", DEVICE, "ingress"],
    ].map((command) => topology.run(name, command)),
  );
  return texts.map((text) => text.replaceAll(/ (id|tag) [0-9a-f]+/g, "").trimEnd());
}

/** Puts another device in the place of mapd's while mapd stands still: it would be there sooner at times. */
async function takeName(name: DaemonName): Promise<void> {
  const { pid } = await daemons[name].status();
  process.kill(pid, "SIGSTOP");
  try {
    await topology.run(name, ["ip", "link", "del", DEVICE]);
    await topology.run(name, [
      "ip",
      "link",
      "add",
      DEVICE,
      "type",
      "veth",
      "peer",
      "name",
      "other0",
    ]);
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

/** How long mapd itself says that it took. */
async function toldMs(name: DaemonName): Promise<string> {
  return [...(await daemons[name].log()).matchAll(/"downMs":(\d+)/g)]
    .map(([, ms]) => ms)
    .join(", ");
}

async function isLogged(name: DaemonName, text: string): Promise<boolean> {
  return until(async () => (await daemons[name].log()).includes(text), PATIENCE_MS);
}

async function sample(name: DaemonName, metric: string): Promise<number> {
  const line = (await daemons[name].metrics()).split("\n").find((row) => row.startsWith(metric));
  return Number(line?.split(" ").at(-1));
}

for (const name of DAEMONS.filter((one) => one !== "ce2")) {
  await test(
    `ip link del on ${name}: back in under a second, with routes, classifier and sessions`,
    timeout,
    async (t) => {
      const call = await Call.start(topology, "lan1");
      t.teardown(() => call.stop());
      const said = await call.speak();
      const before = await installed(name);
      const packets = (await daemons[name].status()).domains[0]?.packets.in;
      const outage = await stream.during(async () => {
        await topology.run(name, ["ip", "link", "del", DEVICE]);
        t.ok(await isLogged(name, "the device is there again, with its addresses and routes"));
      });
      tell(t, `${name}: ip link del (${await toldMs(name)} ms by the log)`, outage);
      t.ok(outage.longestMs < 1_000, `${outage.longestMs} ms`);
      t.same(await installed(name), before, "the same addresses, routes and classifier");
      t.same(await call.speak(), said, "the connection goes on through the same ports");
      const status = await daemons[name].status();
      t.same([status.ready, status.reasons], [true, []]);
      const now = status.domains[0]?.packets.in;
      t.ok((now?.ipv4 ?? 0) > (packets?.ipv4 ?? 0), "counters go on where they were");
      t.equal(await sample(name, "mapd_device_recreations_total"), 1);
      t.equal(await sample(name, "mapd_device_recreation_failures_total"), 0);
      t.equal(status.domains[0]?.workers[0]?.restarts, 0, "no worker has failed");
    },
  );
}

await test("a device moved to another network namespace is made again here", timeout, async (t) => {
  const outage = await stream.during(async () => {
    await topology.run("br", ["ip", "link", "set", DEVICE, "netns", topology.namespace("core")]);
    const again = async (): Promise<boolean> =>
      (await sample("br", "mapd_device_recreations_total")) === 2;
    t.ok(await until(again, PATIENCE_MS), "it is there again");
  });
  tell(t, "br: ip link set netns", outage);
  t.notMatch(await topology.run("core", ["ip", "-brief", "link"]), DEVICE, "and not twice");
});

await test(
  "ip link set down: not ready, what to do; up again, it is back with its routes",
  timeout,
  async (t) => {
    const before = await installed("br");
    const outage = await stream.during(async () => {
      await topology.run("br", ["ip", "link", "set", DEVICE, "down"]);
      const isTold = async (): Promise<boolean> => {
        const { reasons } = await daemons.br.status();
        return (
          reasons.join() ===
          `domain lab: the device ${DEVICE} is down: ip link set dev ${DEVICE} up`
        );
      };
      t.ok(await until(isTold, PATIENCE_MS));
      // A change meanwhile counts when it is up again.
      await daemons.br.reload((_daemon, planned) => planned);
      await topology.run("br", ["ip", "link", "set", DEVICE, "up"]);
      t.ok(await isLogged("br", "the device is up again, with its addresses and routes"));
    });
    tell(t, "br: ip link set down, and up when mapd has said so", outage);
    t.same(await installed("br"), before);
    t.equal(await sample("br", "mapd_device_downs_total"), 1);
  },
);

await test(
  "up again, but somebody else has its route by now: not ready, why, and back when that is gone",
  timeout,
  async (t) => {
    const before = await installed("br");
    const [route = ""] = (before[0] ?? "").split(" ");
    const counts = async (): Promise<readonly number[]> =>
      Promise.all(
        ["recreations", "recreation_failures", "downs"].map((name) =>
          sample("br", `mapd_device_${name}_total`),
        ),
      );
    const isTold = (pattern: RegExp) => async (): Promise<boolean> =>
      (await daemons.br.status()).reasons.some((reason) => pattern.test(reason));
    const [recreations, failures, downs = 0] = await counts();
    const outage = await stream.during(async () => {
      await topology.run("br", ["ip", "link", "set", DEVICE, "down"]);
      t.ok(await until(isTold(/is down: ip link set/), PATIENCE_MS));
      await topology.run("br", ["ip", "route", "add", route, "dev", "lo"]);
      await topology.run("br", ["ip", "link", "set", DEVICE, "up"]);
      const isWithout = isTold(/mape0 is up without its addresses and routes: .*File exists/);
      t.ok(await until(isWithout, PATIENCE_MS));
      t.ok((await sample("br", "mapd_device_refit_failures_total")) > 0);
      await topology.run("br", ["ip", "route", "del", route, "dev", "lo"]);
      const isReady = async (): Promise<boolean> => (await daemons.br.status()).ready;
      t.ok(await until(isReady, PATIENCE_MS));
    });
    tell(t, "br: its route was taken while it was down", outage);
    t.same(await installed("br"), before);
    t.same(await counts(), [recreations, failures, downs + 1], "nothing was deleted");
  },
);

await test(
  "while the name is taken: not ready, why, a reload is taken, and in the end it is back",
  timeout,
  async (t) => {
    const outage = await stream.during(async () => {
      await takeName("br");
      const isTold = async (): Promise<boolean> => {
        const { reasons } = await daemons.br.status();
        return reasons.some((reason) =>
          /the device mape0 is gone: .*mape0.* is taken|refuses/.test(reason),
        );
      };
      t.ok(await until(isTold, PATIENCE_MS), JSON.stringify((await daemons.br.status()).reasons));
      await daemons.br.reload((_daemon, planned) => ({
        ...planned,
        domains: planned.domains.map((domain) => ({ ...domain, icmp: { "rate-limit": 7 } })),
      }));
      const failures = await sample("br", "mapd_device_recreation_failures_total");
      t.ok(failures > 0, `${failures} attempts have failed`);
      await topology.run("br", ["ip", "link", "del", DEVICE]);
    });
    tell(t, "br: the name was taken", outage);
    const { ready, configHash } = await daemons.br.status();
    t.ok(ready);
    t.match(
      await daemons.br.log(),
      `"hash":"${configHash}","findings":[],"msg":"configuration taken"`,
    );
  },
);

await test("mapd stops while its device is gone, and leaves nothing", timeout, async (t) => {
  await stream.stop();
  await takeName("ce2");
  await isLogged("ce2", "the device cannot be made again yet");
  await daemons.ce2.stop();
  t.notOk(daemons.ce2.alive);
  t.match(await daemons.ce2.log(), "mapd stopped");
  await topology.run("ce2", ["ip", "link", "del", DEVICE]);
  t.equal((await topology.run("ce2", ["ip", "-6", "route", "show", "proto", "200"])).trim(), "");
});

await network.end();
