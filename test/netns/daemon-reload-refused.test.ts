/* SIGHUP: a configuration that cannot be taken whole changes nothing. */
import "./sandboxed.js";
import { readFileSync } from "node:fs";
import { test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import {
  BR_E,
  BR_T,
  CE_T,
  deviceExists,
  ip,
  makeOther,
  prepareHost,
  run,
  until,
} from "./daemon-under-test.js";
import { METRICS, reload, reloadInVain, routes, started, status } from "./reload.js";

prepareHost();

test("an invalid file changes nothing, and the metric says so", async (t) => {
  const setup = await started(t, BR_T);
  const before = await status(setup.file);
  await reloadInVain(setup, BR_T.replace("[metro]", "[metre]"));
  const after = await status(setup.file);
  t.equal(after.configHash, before.configHash);
  t.equal(after.lastReloadSuccessful, false);
  t.equal(after.ready, true);
  const metrics = await (await fetch(METRICS)).text();
  t.match(metrics, /^mapd_config_last_reload_successful 0$/m);
  await reload(setup, BR_T);
  t.equal((await status(setup.file)).lastReloadSuccessful, true);
});

test("what needs a restart is named, and the rest of the file is not taken either", async (t) => {
  const setup = await started(t, BR_T);
  const changed = BR_T.replace("[metro]", "[metro, whole]").replace("mapt0", "mapt9");
  await reloadInVain(setup, changed);
  t.match(setup.daemon.log, /error: domains\.br-t\.tun\.name: cannot change while mapd runs/);
  t.equal(setup.daemon.count("not taken"), 1, "said once");
  t.equal((await status(setup.file)).domains[0]!.br?.rules, 1);
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
    (await status(setup.file)).domains.map((domain) => domain.name),
    ["br-t", "ce-t"],
  );
  t.match(routes(), /2001:db8:ffff::\/64 dev mapt0/);
  t.match(routes(), /default dev mapt1/, "the domain that was to go is back in service");
  t.equal((await status(setup.file)).ready, true);
});

test("a route that is somebody else's takes the change back", async (t) => {
  makeOther(t, "other0");
  ip("route add 198.51.100.0/24 dev other0");
  const setup = await started(t, BR_T);
  const changed = BR_T.replace("[metro]", "[metro, whole]").replace("db8:ffff", "db8:fffd");
  await reloadInVain(setup, changed);
  t.match(routes(), /2001:db8:ffff::\/64 dev mapt0/);
  t.notMatch(routes(), /fffd/);
  t.equal((await status(setup.file)).domains[0]!.br?.rules, 1);
  // Traces look subscribers up, too, and would find one of the rule that was refused.
  const mirrored = askDaemon(setup.file.socket, "mirror", { host: "198.51.100.1:5000" });
  await t.rejects(mirrored, { code: "not-found" });
});

test("a CE that was changed in vain has its sessions again", async (t) => {
  makeOther(t, "other0");
  ip("route add 198.51.100.0/24 dev other0");
  const setup = await started(t, CE_T, BR_T);
  const sessions = async (): Promise<number | undefined> =>
    (await status(setup.file)).domains[0]?.nat44?.sessions;
  run("bash", "-c", "echo x > /dev/udp/203.0.113.77/7");
  await until(
    async () => (await sessions()) === 1,
    () => "a session",
  );
  const renumbered = CE_T.replace("3400::/56", "3500::/56");
  await reloadInVain(setup, renumbered, BR_T.replace("[metro]", "[metro, whole]"));
  t.match(setup.daemon.log, /PSID 53 \(offset 6, length 8\): 1 NAT44 sessions end/);
  t.match(setup.daemon.log, "back to the configuration before, with its NAT44 sessions");
  await until(
    async () => (await sessions()) === 1,
    () => "the session to be back",
  );
  t.equal((await status(setup.file)).domains[0]?.ce?.psid, 0x34);
});

test("a state file that cannot be written leaves the old configuration in force", async (t) => {
  const setup = await started(t, BR_T);
  const text = readFileSync(setup.file.path, "utf8");
  setup.file.writeText(`state-file: /nowhere/state\n${text.replace("[metro]", "[metro, whole]")}`);
  setup.daemon.kill("SIGHUP");
  await setup.daemon.logged("the old one stays in force");
  t.match(setup.daemon.log, "the folder /nowhere does not exist; make it");
  const now = await status(setup.file);
  t.equal(now.state, null);
  t.equal(now.domains[0]?.br?.rules, 1);
});
