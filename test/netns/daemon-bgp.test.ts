/* A BR beside BIRD, which announces its marker routes to a router: what the router sees, and how soon. */
import "./sandboxed.js";
import { spawn } from "node:child_process";
import { type Test, test } from "tap";
import { askDaemon } from "../../daemon/control/client.js";
import { startRouter } from "./bgp-peer.js";
import {
  BR_T,
  ConfigFile,
  ipLines,
  mapctl,
  prepareHost,
  RULES,
  startDaemon,
  until,
} from "./daemon-under-test.js";
import { status } from "./reload.js";

/** What the router needs to be told of: an IPv4 pool and a DMR prefix. */
const ANNOUNCED = 2;

/** Milliseconds are what it takes; a busy machine is granted a second. */
const SOON_MS = 1000;

const READY = "http://127.0.0.1:9464/readyz";

prepareHost();

function configured(t: Test, more = ""): ConfigFile {
  const file = new ConfigFile(t);
  const head = `control-socket: ${file.socket}\nannounce: { hold: 0 }\n${more}`;
  file.writeText(`${head}${RULES}\ndomains:${BR_T}`);
  return file;
}

/** Packets for a CE, one every few milliseconds, from a process of its own, until the test ends. */
function sendOn(t: Test): void {
  const script = "while sleep 0.005; do echo x > /dev/udp/192.0.2.18/1232; done";
  const child = spawn("bash", ["-c", script], { stdio: "ignore" });
  t.teardown(() => child.kill("SIGKILL"));
}

const forwarded = async (file: ConfigFile): Promise<number> =>
  (await status(file)).domains[0]?.packets.out.ipv6 ?? 0;

test("a router learns a BR while it is ready, and loses it in milliseconds", async (t) => {
  const router = await startRouter(t);
  const file = configured(t);
  const daemon = await startDaemon(t, file);
  await router.has(ANNOUNCED);
  t.match(router.routes().join("\n"), /192\.0\.2\.0\/24 via 10\.9\.0\.1 dev up/);
  t.match(router.routes().join("\n"), /2001:db8:ffff::\/64 via fd09::1 dev up/);

  sendOn(t);
  await until(
    async () => (await forwarded(file)) > 0,
    () => "packets",
  );
  const drainMs = performance.now();
  await askDaemon(file.socket, "drain");
  const drained = await router.has(0, drainMs);
  t.comment(`drain: withdrawn after ${drained} ms`);
  t.ok(drained < SOON_MS);
  const before = await forwarded(file);
  t.equal((await fetch(READY)).status, 503);
  t.equal(mapctl(file, "ready").status, 4);
  t.match(ipLines("route show proto 200").join("\n"), /192\.0\.2\.0\/24 dev mapt0/);
  await until(
    async () => (await forwarded(file)) > before + 100,
    () => "packets to be forwarded after the announcement was withdrawn",
  );
  const busy = mapctl(file, "drain", "--wait", "1.5", "--json");
  t.equal(busy.status, 1, "packets still come");
  t.match(JSON.parse(busy.stdout), { phase: "draining", drain: { quiet: false } });

  t.equal(mapctl(file, "undrain").status, 0);
  await router.has(ANNOUNCED);
  t.equal((await fetch(READY)).status, 200);
  const killedMs = performance.now();
  daemon.kill("SIGKILL");
  const killed = await router.has(0, killedMs);
  t.comment(`kill -9: withdrawn after ${killed} ms`);
  t.ok(killed < SOON_MS);
});

test("SIGTERM withdraws, forwards until drain-timeout, then stops", async (t) => {
  const router = await startRouter(t);
  const file = configured(t, "drain-timeout: 2\n");
  const daemon = await startDaemon(t, file);
  await router.has(ANNOUNCED);
  sendOn(t);
  await until(
    async () => (await forwarded(file)) > 0,
    () => "packets",
  );
  const startMs = performance.now();
  daemon.kill("SIGTERM");
  const withdrawn = await router.has(0, startMs);
  t.comment(`SIGTERM: withdrawn after ${withdrawn} ms`);
  t.ok(withdrawn < SOON_MS);
  const before = await forwarded(file);
  await until(
    async () => (await forwarded(file)) > before + 50,
    () => "packets to be forwarded while mapd drains",
  );
  t.same(await daemon.ended, { status: 0, signal: null });
  t.ok(performance.now() - startMs >= 2000, "packets still came, so all of the time was taken");
  t.match(daemon.log, /"packetsPerSecond":[1-9]/);
});
