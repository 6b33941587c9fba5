/*
 * One daemon in a namespace of its own: what it puts into the kernel, and that it takes all of it out.
 */
import "./sandboxed.js";
import { createServer } from "node:net";
import { type Test, test } from "tap";
import {
  BR_E,
  BR_T,
  CE_T,
  ConfigFile,
  deviceExists,
  ip,
  ipLines,
  makeOther,
  mapctl,
  prepareHost,
  run,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;
const MAP_ADDRESS = "2001:db8:12:3400:0:c000:212:34";

prepareHost();

function configured(t: Test, ...domains: readonly string[]): ConfigFile {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  return file;
}

/** All that carries mapd's protocol number, sorted. */
function ownRoutes(): string[] {
  return [...ipLines("-4 route show proto 200"), ...ipLines("-6 route show proto 200")].sort();
}

test("a BR of both modes: routes as planned, SIGTERM takes them out", async (t) => {
  const file = configured(t, BR_T, BR_E);
  const daemon = await startDaemon(t, file);
  t.same(ownRoutes(), [
    "192.0.2.0/24 dev mapt0 scope link mtu lock 1480",
    "198.51.100.0/24 dev mape0 scope link mtu lock 1460",
    "2001:db8:fffe::1 dev mape0 metric 1024 pref medium",
    "2001:db8:ffff::/64 dev mapt0 metric 1024 pref medium",
  ]);
  for (const name of ["mapt0", "mape0"]) {
    const [link] = JSON.parse(ip(`-json -details link show dev ${name}`));
    t.match(link, { mtu: 1500, txqlen: 1000, inet6_addr_gen_mode: "none" });
    t.notMatch(ip(`address show dev ${name}`), /inet/, `${name} has no address`);
  }
  t.equal((await fetch(`http://127.0.0.1:${PORT}/readyz`)).status, 200);
  daemon.kill("SIGTERM");
  t.same(await daemon.ended, { status: 0, signal: null });
  t.same(ownRoutes(), []);
  t.notOk(deviceExists("mapt0"));
  t.notOk(deviceExists("mape0"));
});

test("a CE: last-resort default route, own address, MAP address; never the shared address", async (t) => {
  makeOther(t, "lan0");
  ip("address add 203.0.113.2/24 dev lan0");
  ip("route add default via 203.0.113.1");
  const daemon = await startDaemon(t, configured(t, CE_T));
  t.same(ownRoutes(), [
    `${MAP_ADDRESS} dev mapt1 metric 1024 pref medium`,
    "default dev mapt1 scope link src 192.0.0.2 metric 2048 mtu lock 1480",
  ]);
  t.match(ip("-4 address show dev mapt1"), /inet 192\.0\.0\.2\/32/);
  t.match(ip("route get 198.51.100.1"), /dev lan0/, "an existing default route stays");
  ip("route del default via 203.0.113.1");
  t.match(ip("route get 198.51.100.1"), /dev mapt1 src 192\.0\.0\.2/);
  t.notMatch(ip("address show"), /192\.0\.2\.18/, "RFC 7597 §4: on no device");
  const bound = await new Promise((resolve) => {
    const server = createServer();
    server.on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen(1232, "192.0.2.18", () => server.close(() => resolve("bound")));
  });
  t.equal(bound, "EADDRNOTAVAIL", "no program can take a port of another CE");
  daemon.kill("SIGINT");
  t.same(await daemon.ended, { status: 0, signal: null });
  t.same(ownRoutes(), []);
});

test("kill -9 leaves no device and no route, and the next start needs no help", async (t) => {
  const file = configured(t, BR_T, CE_T);
  const daemon = await startDaemon(t, file);
  t.equal(ownRoutes().length, 4);
  daemon.kill("SIGKILL");
  t.same(await daemon.ended, { status: null, signal: "SIGKILL" });
  await until(
    () => !deviceExists("mapt0") && !deviceExists("mapt1"),
    () => "the devices to go",
  );
  t.same(ownRoutes(), []);
  const next = await startDaemon(t, file);
  t.equal(mapctl(file, "status").status, 0, "the socket that was left is replaced");
  next.kill("SIGTERM");
  t.match(await next.ended, { status: 0 });
});

test("an attached device with routes: off is used as it is and stays", async (t) => {
  ip("tuntap add dev mapt0 mode tun");
  ip("link set dev mapt0 mtu 1400 up");
  t.teardown(() => ip("link del mapt0"));
  const attached = BR_T.replace("name: mapt0", "name: mapt0, attach: true");
  const daemon = await startDaemon(t, configured(t, `${attached}    routes: off\n`));
  t.match(ip("link show mapt0"), /mtu 1400/);
  t.same(ownRoutes(), []);
  daemon.kill("SIGTERM");
  t.match(await daemon.ended, { status: 0 });
  t.ok(deviceExists("mapt0"));
});

test("an attached device with routes: auto: what is left by kill -9 is in nobody's way", async (t) => {
  ip("tuntap add dev mapt0 mode tun");
  t.teardown(() => ip("link del mapt0"));
  const file = configured(t, BR_T.replace("name: mapt0", "name: mapt0, attach: true"));
  const daemon = await startDaemon(t, file);
  daemon.kill("SIGKILL");
  await daemon.ended;
  t.equal(ownRoutes().length, 2, "the device stays, and so do its routes");
  const next = await startDaemon(t, file);
  t.equal(ownRoutes().length, 2);
  next.kill("SIGTERM");
  t.match(await next.ended, { status: 0 });
  t.same(ownRoutes(), []);
});

test("packets that enter the device are counted where people look", async (t) => {
  const file = configured(t, BR_T);
  await startDaemon(t, file);
  // 192.0.2.18 port 80 is in the range that no CE may use.
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  await until(
    () => {
      const { stdout } = mapctl(file, "counters", "--json");
      return JSON.parse(stdout).domains[0].drops.destination_port_excluded.ipv4 === 1;
    },
    () => "the drop to be counted",
  );
  const text = await (await fetch(`http://127.0.0.1:${PORT}/metrics`)).text();
  t.match(
    text,
    /^mapd_dropped_packets_total\{domain="br-t",family="ipv4",reason="destination_port_excluded"\} 1$/m,
  );
});
