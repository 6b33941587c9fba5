/* A worker that dies is started again on the same device, with the counters that it had. */
import "./sandboxed.js";
import { pino } from "pino";
import { type Test, test } from "tap";
import { parseConfig } from "../../daemon/config/load.js";
import { loadNativeTun } from "../../daemon/native-loader.js";
import { Domain } from "../../daemon/runtime/domain.js";
import type { SavedNat44 } from "../../daemon/runtime/worker-handle.js";
import { counterIndex, dropIndex } from "../../src/counters.js";
import { DESTINATION_PORT_EXCLUDED } from "../../src/verdict.js";
import {
  BR_T,
  CE_T,
  deviceExists,
  ip,
  ipLines,
  prepareHost,
  RULES,
  run,
  until,
} from "./daemon-under-test.js";

prepareHost();

const EXCLUDED = dropIndex(DESTINATION_PORT_EXCLUDED, 4);

async function startDomain(
  t: Test,
  text: string,
  inherited: SavedNat44 | null = null,
): Promise<Domain> {
  const checked = parseConfig(`${RULES}\ndomains:${text}`);
  const config = checked.ok ? checked.value.domains[0] : undefined;
  if (config === undefined) throw new Error(JSON.stringify(checked.diagnostics));
  const domain = new Domain(config, loadNativeTun(), pino({ level: "silent" }), inherited);
  await domain.start();
  t.teardown(() => domain.stop());
  return domain;
}

async function sendExcluded(domain: Domain): Promise<void> {
  const before = domain.counters()[EXCLUDED]!;
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  await until(
    () => domain.counters()[EXCLUDED] === before + 1,
    () => "the packet to be judged",
  );
}

test("a worker that dies: same device, same counters, and packets go on", async (t) => {
  const domain = await startDomain(t, BR_T);
  await sendExcluded(domain);
  const [worker] = domain.workers;
  await worker?.kill();
  t.same(domain.problems(), ["domain br-t: worker 0 is not running"]);
  t.ok(deviceExists("mapt0"), "the device does not go with the worker");
  t.equal(domain.counters()[EXCLUDED], 1, "nor do the counters");
  await until(
    () => worker?.alive === true,
    () => "the worker to run again",
  );
  t.equal(worker?.restarts, 1);
  t.same(domain.problems(), []);
  await sendExcluded(domain);
  t.equal(domain.counters()[EXCLUDED], 2);
});

test("one of two workers dies: the other goes on", async (t) => {
  const domain = await startDomain(t, BR_T.replace("name: mapt0", "name: mapt0, queues: 2"));
  const [first, second] = domain.workers;
  await first?.kill();
  t.equal(second?.alive, true);
  await until(
    () => first?.alive === true,
    () => "the worker to run again",
  );
  await sendExcluded(domain);
});

test("a worker takes a changed domain, and says what it keeps", async (t) => {
  const domain = await startDomain(t, BR_T);
  const excluded = domain.config;
  await domain.reconfigure({
    ...excluded,
    settings: { ...excluded.settings, rules: [] },
  });
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  // Without rules there is no route either, so nothing comes in.
  t.equal(domain.counters()[counterIndex("in_ipv4_packets")], 0);
  await domain.reconfigure(excluded);
  await sendExcluded(domain);
});

test("a worker of a CE that dies: the next one has the sessions that were saved last", async (t) => {
  const domain = await startDomain(t, CE_T);
  const page = () => domain.askNat44({ kind: "sessions", cursor: 0, limit: 10 });
  run("bash", "-c", "echo x > /dev/udp/203.0.113.77/7");
  await until(
    async () => (await page()).rows.length === 1,
    () => "a session",
  );
  const [before] = (await page()).rows;
  await domain.saveNat44();
  run("bash", "-c", "echo x > /dev/udp/203.0.113.78/7");
  // What still waits in the device is the next worker's.
  await until(
    async () => (await page()).rows.length === 2,
    () => "another session",
  );
  const [worker] = domain.workers;
  await worker?.kill();
  await t.rejects(page(), { code: "worker-failed", message: /being started again; try again/ });
  await until(
    () => worker?.alive === true,
    () => "the worker to run again",
  );
  const { rows } = await page();
  t.equal(rows.length, 1, "what came after is lost");
  t.match(rows[0], { ...before, remainingMs: Number });
});

test("a CE that inherits what makes no sense starts empty, and says so", async (t) => {
  const identity = { address: 0xc0000212, psid: 0x34, psidOffset: 6, psidLen: 8 };
  const rubbish = { identity, state: Uint8Array.of(1, 2, 3), savedAtMs: performance.now() };
  const domain = await startDomain(t, CE_T, rubbish);
  t.same(domain.restored, { problem: "not a NAT44 state" });
  t.same(await domain.askNat44({ kind: "hosts" }), []);
});

test("what a domain without NAT44 answers", async (t) => {
  const domain = await startDomain(t, BR_T);
  const message = "domain br-t has no NAT44";
  await t.rejects(domain.askNat44({ kind: "hosts" }), { code: "no-nat44", message });
  await domain.saveNat44();
  t.equal(domain.savedNat44, null);
});

test("a domain that stops has taken the state of its NAT44 as the last act of its worker", async (t) => {
  const domain = await startDomain(t, CE_T);
  run("bash", "-c", "echo x > /dev/udp/203.0.113.77/7");
  await until(
    async () => (await domain.askNat44({ kind: "hosts" })).length === 1,
    () => "a session",
  );
  t.equal(domain.savedNat44, null, "nobody has asked for it");
  await domain.stop();
  t.match(domain.savedNat44?.identity, { address: 0xc0000212, psid: 0x34 });
});

test("somebody else's device that is deleted: mapd says so, waits for it, and goes on", async (t) => {
  const make = (): void => void ip("tuntap add dev mapt1 mode tun");
  make();
  t.teardown(() => run("ip", "link", "del", "mapt1"));
  const domain = await startDomain(t, CE_T.replace("name: mapt1", "name: mapt1, attach: true"));
  const routes = ipLines("-4 route show dev mapt1");
  run("bash", "-c", "echo x > /dev/udp/203.0.113.77/7");
  const hosts = () => domain.askNat44({ kind: "hosts" });
  await until(
    async () => (await hosts()).length === 1,
    () => "a session",
  );
  ip("link del mapt1");
  const reason =
    "domain ce-t: the device mapt1 is gone: there is no TUN device mapt1 to attach to: " +
    "make it first (ip tuntap add dev mapt1 mode tun) or set tun.attach: false";
  await until(
    () => domain.problems().join() === reason,
    () => `the reason; there is: ${domain.problems().join()}`,
  );
  make();
  await until(
    () => domain.problems().length === 0,
    () => `the device to be used again; there is: ${domain.problems().join()}`,
  );
  t.same(ipLines("-4 route show dev mapt1"), routes);
  t.equal((await hosts()).length, 1, "with its sessions");
  t.match(domain.failures, { recreations: 1 });
  t.ok(domain.failures.recreationFailures > 0);
});

test("stop() gives everything back", async (t) => {
  const domain = await startDomain(t, BR_T);
  await domain.stop();
  t.notOk(deviceExists("mapt0"));
});
