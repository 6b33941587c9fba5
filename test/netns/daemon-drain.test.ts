/* Marker routes, drain file and phases: what is there when, without a routing daemon. */
import "./sandboxed.js";
import { existsSync } from "node:fs";
import { type Test, test } from "tap";
import {
  BR_E,
  BR_T,
  CE_T,
  ConfigFile,
  ip,
  mapctl,
  prepareHost,
  RULES,
  run,
  setForwarding,
  startDaemon,
  until,
} from "./daemon-under-test.js";
import { status } from "./reload.js";

const READY = "http://127.0.0.1:9464/readyz";

prepareHost();

const drainFile = (file: ConfigFile): string => `${file.path}.drain`;

function write(file: ConfigFile, announce: string, ...domains: readonly string[]): void {
  const head = `control-socket: ${file.socket}\ndrain-file: ${drainFile(file)}\nannounce: ${announce}`;
  file.writeText(`${head}\n${RULES}\ndomains:${domains.join("")}`);
}

function configured(t: Test, announce: string, ...domains: readonly string[]): ConfigFile {
  const file = new ConfigFile(t);
  write(file, announce, ...domains);
  return file;
}

/** Destination and device of every route in a table; empty where there is no such table. */
function markers(table = 464): string[] {
  const lines = ["-4", "-6"].flatMap((family) =>
    run("ip", family, "route", "show", "table", `${table}`, "proto", "200").stdout.split("\n"),
  );
  return lines.flatMap((line) => /^\S+ dev \S+/.exec(line) ?? []);
}

async function marked(count: number): Promise<void> {
  await until(
    () => markers().length === count,
    () => `${count} markers; there are:\n${markers().join("\n")}`,
  );
}

const OF_BR_T = ["192.0.2.0/24 dev mapt0", "2001:db8:ffff::/64 dev mapt0"];
const OF_BR_E = ["198.51.100.0/24 dev mape0", "2001:db8:fffe::1 dev mape0"];

test("markers of both modes, none of a CE; SIGTERM takes them out and leaves the drain file", async (t) => {
  const file = configured(t, "{}", BR_T, BR_E, CE_T);
  const daemon = await startDaemon(t, file);
  t.same(markers().sort(), [...OF_BR_T, ...OF_BR_E].sort());
  t.notOk(existsSync(drainFile(file)));
  const { stdout } = mapctl(file, "ready", "--json");
  t.match(JSON.parse(stdout), {
    schema: "mapd.ready/1",
    phase: "ready",
    ready: true,
    reasons: [],
    announced: ["br-t", "br-e"],
    drain: null,
  });
  daemon.kill("SIGTERM");
  t.same(await daemon.ended, { status: 0, signal: null });
  t.same(markers(), []);
  t.ok(existsSync(drainFile(file)));
});

test("drain and undrain: markers, file, phase, exit statuses", async (t) => {
  const file = configured(t, "{}", BR_T);
  await startDaemon(t, file);
  const drained = mapctl(file, "drain", "--wait", "10");
  t.equal(drained.status, 0, "nobody sends anything");
  t.match(drained.stdout, /^phase +draining$/m);
  t.match(drained.stdout, /^announced +nothing$/m);
  t.same(markers(), []);
  t.ok(existsSync(drainFile(file)));
  t.equal((await fetch(READY)).status, 503);
  const ready = mapctl(file, "ready");
  t.equal(ready.status, 4);
  t.match(ready.stdout, /mapd is drained: it forwards/);
  t.match(await status(file), { phase: "draining", ready: false });
  t.match(ip("route show proto 200"), /192\.0\.2\.0\/24 dev mapt0/, "it forwards");

  const held = mapctl(file, "undrain", "--hold", "1.5", "--json");
  t.match(JSON.parse(held.stdout), { phase: "draining", drain: { backInSeconds: 2 } });
  t.same(markers(), [], "not yet");
  await marked(2);
  t.notOk(existsSync(drainFile(file)));
  t.equal((await fetch(READY)).status, 200);
  t.equal(mapctl(file, "ready").status, 0);
  t.equal(mapctl(file, "undrain", "--hold", "soon").status, 2);
});

test("a fault withdraws the markers, and they come back once all has been well for a while", async (t) => {
  t.teardown(() => setForwarding(1));
  const file = configured(t, "{ hold: 3 }", BR_T);
  await startDaemon(t, file);
  t.same(markers(), OF_BR_T);
  setForwarding(0);
  await marked(0);
  t.ok(existsSync(drainFile(file)));
  t.match(await status(file), { phase: "degraded", ready: false });
  setForwarding(1);
  await until(
    async () => (await status(file)).phase === "ready",
    () => "mapd to be ready",
  );
  t.same(markers(), [], "ready, but not announced yet");
  await marked(2);
});

test("a reload changes the markers with the rules, the table and the domains", async (t) => {
  const file = configured(t, "{}", BR_T);
  await startDaemon(t, file);
  write(file, "{}", BR_T.replace("[metro]", "[metro, whole]"), BR_E.replace("[whole]", "[wide]"));
  t.equal(mapctl(file, "reload").status, 5, "no rule wide");
  t.same(markers(), OF_BR_T, "nothing has changed");
  write(file, "{}", BR_T.replace("[metro]", "[metro, whole]"));
  t.equal(mapctl(file, "reload").status, 0);
  t.same(markers(), ["192.0.2.0/24 dev mapt0", "198.51.100.0/24 dev mapt0", OF_BR_T[1]]);
  write(file, "{ table: 4640 }", BR_T);
  t.equal(mapctl(file, "reload").status, 0);
  t.same(markers(), []);
  t.same(markers(4640), OF_BR_T);
  write(file, "{ table: 4640 }", BR_E);
  t.equal(mapctl(file, "reload").status, 0);
  t.same(markers(4640), OF_BR_E);
  write(file, "null", BR_E);
  t.equal(mapctl(file, "reload").status, 0);
  t.same(markers(4640), []);
  t.equal(mapctl(file, "ready").status, 0);
});

test("an attached device keeps the markers of a killed mapd no longer than until the next start", async (t) => {
  ip("tuntap add dev mapt0 mode tun");
  t.teardown(() => ip("link del mapt0"));
  const attached = BR_T.replace("name: mapt0", "name: mapt0, attach: true");
  const file = configured(t, "{}", attached);
  const daemon = await startDaemon(t, file);
  daemon.kill("SIGKILL");
  await daemon.ended;
  t.same(markers(), OF_BR_T);
  setForwarding(0);
  t.teardown(() => setForwarding(1));
  await startDaemon(t, file);
  t.same(markers(), [], "the next one is not ready");
});

test("a daemon that is started while nothing can be announced says why", async (t) => {
  ip("tuntap add dev mapt0 mode tun");
  t.teardown(() => ip("link del mapt0"));
  const attached = BR_T.replace("name: mapt0", "name: mapt0, attach: true");
  const file = configured(t, "{}", `${attached}    routes: off\n`);
  const daemon = await startDaemon(t, file);
  const ready = mapctl(file, "ready");
  t.equal(ready.status, 4, "the device is down");
  t.match(ready.stdout, /marker routes could not be added: .*nexthop.* not up/);
  ip("link set mapt0 up");
  await marked(2);
  t.equal(mapctl(file, "ready").status, 0);
  t.equal(daemon.count('"msg":"marker routes could not be added"'), 1, "logged once");
});
