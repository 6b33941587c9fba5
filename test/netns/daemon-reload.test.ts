/* SIGHUP: all of the new configuration or nothing of it, without losing a packet or a counter. */
import "./sandboxed.js";
import { type Test, test } from "tap";
import {
  BR_E,
  BR_T,
  CE_T,
  ConfigFile,
  type DaemonProcess,
  deviceExists,
  ip,
  ipLines,
  mapctl,
  run,
  setForwarding,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;

setForwarding(1);

interface Started {
  readonly file: ConfigFile;
  readonly daemon: DaemonProcess;
}

async function started(t: Test, ...domains: readonly string[]): Promise<Started> {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  return { file, daemon: await startDaemon(t, file) };
}

async function reload({ file, daemon }: Started, ...domains: readonly string[]): Promise<void> {
  file.write(domains, PORT);
  daemon.kill("SIGHUP");
  await daemon.logged('"configuration taken"');
}

async function reloadInVain({ file, daemon }: Started, ...domains: readonly string[]) {
  file.write(domains, PORT);
  daemon.kill("SIGHUP");
  await daemon.logged("the old one stays in force");
}

function status(file: ConfigFile) {
  return JSON.parse(mapctl(file, "status", "--json").stdout);
}

function routes(): string {
  return [...ipLines("-4 route show proto 200"), ...ipLines("-6 route show proto 200")].join("\n");
}

test("rules and MTU change live, counters are kept", async (t) => {
  const setup = await started(t, BR_T);
  const { file } = setup;
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  await until(
    () => status(file).domains[0].dropped > 0,
    () => "a drop",
  );
  const before = status(file);
  await reload(setup, `${BR_T.replace("[metro]", "[metro, whole]")}    mtu: { ipv6: 1480 }\n`);
  const after = status(file);
  t.equal(after.domains[0].br.rules, 2);
  t.equal(after.domains[0].mtu.ipv6, 1480);
  t.not(after.configHash, before.configHash);
  t.ok(after.domains[0].dropped >= before.domains[0].dropped, "counters are kept");
  t.equal(after.domains[0].workers[0].restarts, 0, "the worker is the same");
  t.match(routes(), /192\.0\.2\.0\/24 dev mapt0 scope link mtu lock 1460/);
  t.match(routes(), /198\.51\.100\.0\/24 dev mapt0/);
  t.match(ip("link show mapt0"), /mtu 1480/);
  // The new rule is what the worker judges by: port 80 of a whole address is nobody's excluded port.
  run("bash", "-c", "echo x > /dev/udp/198.51.100.7/80");
  await until(
    () => status(file).domains[0].packets.out.ipv6 > 0,
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
  t.equal(status(setup.file).domains[0].ce.psid, 0x35);
  t.match(setup.daemon.log, /NAT44 started afresh/);
});

test("domains come and go", async (t) => {
  const setup = await started(t, BR_T);
  await reload(setup, BR_T, BR_E);
  t.ok(deviceExists("mape0"));
  t.same(
    status(setup.file).domains.map((domain: { name: string }) => domain.name),
    ["br-t", "br-e"],
  );
  setup.file.write([BR_E], PORT);
  setup.daemon.kill("SIGHUP");
  await setup.daemon.logged('"configuration taken"', 2);
  t.notOk(deviceExists("mapt0"));
  t.notMatch(routes(), /mapt0/);
  t.equal(status(setup.file).ready, true);
});

test("an invalid file changes nothing, and the metric says so", async (t) => {
  const setup = await started(t, BR_T);
  const before = status(setup.file);
  await reloadInVain(setup, BR_T.replace("[metro]", "[metre]"));
  const after = status(setup.file);
  t.equal(after.configHash, before.configHash);
  t.equal(after.lastReloadSuccessful, false);
  t.equal(after.ready, true);
  const metrics = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
  t.match(metrics, /^mapd_config_last_reload_successful 0$/m);
  await reload(setup, BR_T);
  t.equal(status(setup.file).lastReloadSuccessful, true);
});

test("what needs a restart is named, and the rest of the file is not taken either", async (t) => {
  const setup = await started(t, BR_T);
  const changed = BR_T.replace("[metro]", "[metro, whole]").replace("mapt0", "mapt9");
  await reloadInVain(setup, changed);
  t.match(setup.daemon.log, /domains\.br-t\.tun\.name cannot change while mapd runs/);
  t.equal(status(setup.file).domains[0].br.rules, 1);
  t.notMatch(routes(), /198\.51\.100/);
  t.notOk(deviceExists("mapt9"));
});

test("a domain that cannot start takes the whole reload back", async (t) => {
  ip("tuntap add dev mape0 mode tun");
  t.teardown(() => ip("link del mape0"));
  const setup = await started(t, BR_T, CE_T);
  await reloadInVain(setup, BR_T.replace("2001:db8:ffff", "2001:db8:fffd"), BR_E);
  t.match(setup.daemon.log, /the device name mape0 is taken/);
  t.same(
    status(setup.file).domains.map((domain: { name: string }) => domain.name),
    ["br-t", "ce-t"],
  );
  t.match(routes(), /2001:db8:ffff::\/64 dev mapt0/);
  t.match(routes(), /default dev mapt1/, "the domain that was to go is back in service");
  t.equal(status(setup.file).ready, true);
});

test("a route that is somebody else's takes the change back", async (t) => {
  ip("link add other0 type dummy");
  ip("link set other0 up");
  ip("route add 198.51.100.0/24 dev other0");
  t.teardown(() => ip("link del other0"));
  const setup = await started(t, BR_T);
  const changed = BR_T.replace("[metro]", "[metro, whole]").replace("db8:ffff", "db8:fffd");
  await reloadInVain(setup, changed);
  t.match(routes(), /2001:db8:ffff::\/64 dev mapt0/);
  t.notMatch(routes(), /fffd/);
  t.equal(status(setup.file).domains[0].br.rules, 1);
});
