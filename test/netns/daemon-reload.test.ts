/* SIGHUP: a changed configuration is taken live, without losing a counter. */
import "./sandboxed.js";
import { test } from "tap";
import {
  BR_E,
  BR_T,
  CE_T,
  deviceExists,
  ip,
  prepareHost,
  run,
  until,
} from "./daemon-under-test.js";
import { reload, routes, started, status } from "./reload.js";

prepareHost();

test("rules and MTU change live, counters are kept", async (t) => {
  const setup = await started(t, BR_T);
  const { file } = setup;
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  await until(
    async () => (await status(file)).domains[0]!.dropped > 0,
    () => "a drop",
  );
  const before = await status(file);
  await reload(setup, `${BR_T.replace("[metro]", "[metro, whole]")}    mtu: { ipv6: 1480 }\n`);
  const after = await status(file);
  t.equal(after.domains[0]!.br?.rules, 2);
  t.equal(after.domains[0]!.mtu.ipv6, 1480);
  t.not(after.configHash, before.configHash);
  t.ok(after.domains[0]!.dropped >= before.domains[0]!.dropped, "counters are kept");
  t.equal(after.domains[0]!.workers[0]!.restarts, 0, "the worker is the same");
  t.match(routes(), /192\.0\.2\.0\/24 dev mapt0 scope link mtu lock 1460/);
  t.match(routes(), /198\.51\.100\.0\/24 dev mapt0/);
  t.match(ip("link show mapt0"), /mtu 1480/);
  // The new rule is what the worker judges by: port 80 of a whole address is nobody's excluded port.
  run("bash", "-c", "echo x > /dev/udp/198.51.100.7/80");
  await until(
    async () => (await status(file)).domains[0]!.packets.out.ipv6 > 0,
    () => "a packet by the new rule",
  );
  await reload(setup, BR_T);
  t.notMatch(routes(), /198\.51\.100/);
});

test("a CE is renumbered live", async (t) => {
  const setup = await started(t, CE_T);
  await reload(setup, CE_T.replace("3400::/56", "3500::/56"));
  t.match(routes(), /2001:db8:12:3500:0:c000:212:35 dev mapt1/);
  t.notMatch(routes(), /2001:db8:12:3400/);
  t.equal((await status(setup.file)).domains[0]!.ce?.psid, 0x35);
  t.match(
    setup.daemon.log,
    "the CE's address changed from 192.0.2.18 PSID 52 (offset 6, length 8) " +
      "to 192.0.2.18 PSID 53 (offset 6, length 8): 0 NAT44 sessions end",
  );
});

test("domains come and go", async (t) => {
  const setup = await started(t, BR_T);
  await reload(setup, BR_T, BR_E);
  t.ok(deviceExists("mape0"));
  t.same(
    (await status(setup.file)).domains.map((domain) => domain.name),
    ["br-t", "br-e"],
  );
  await reload(setup, BR_E);
  t.notOk(deviceExists("mapt0"));
  t.notMatch(routes(), /mapt0/);
  t.equal((await status(setup.file)).ready, true);
});
