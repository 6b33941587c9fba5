/* What mapd says when it cannot start, with the exit status of the contract, and that nothing is left behind. */
import "./sandboxed.js";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { type Test, test } from "tap";
import {
  BR_T,
  ConfigFile,
  DaemonProcess,
  deviceExists,
  ip,
  ipLines,
  makeOther,
  mapctl,
  mapd,
  mapdCommand,
  prepareHost,
  setForwarding,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;

prepareHost();

function configured(t: Test, domain = BR_T, port = PORT): ConfigFile {
  const file = new ConfigFile(t);
  file.write([domain], port);
  return file;
}

/** Runs the daemon, which is to fail; gives the log of its end. */
async function failing(
  t: Test,
  words: readonly string[],
  environment?: NodeJS.ProcessEnv,
): Promise<{ status: number | null; log: string }> {
  const daemon = new DaemonProcess(t, words, environment);
  const { status } = await daemon.ended;
  return { status, log: daemon.log };
}

test("without CAP_NET_ADMIN", async (t) => {
  const noRight = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"];
  const { status, log } = await failing(t, [...noRight, ...mapdCommand(configured(t))]);
  t.equal(status, 1);
  t.match(log, /run mapd as root or with CAP_NET_ADMIN/);
});

test("without /dev/net/tun", async (t) => {
  const script = 'mount -t tmpfs none /dev/net && exec "$@"';
  const hidden = ["unshare", "--mount", "sh", "-c", script, "sh"];
  const { status, log } = await failing(t, [...hidden, ...mapdCommand(configured(t))]);
  t.equal(status, 1);
  t.match(log, /\/dev\/net\/tun is missing: load the driver \(modprobe tun\)/);
});

test("the name belongs to another TUN device", async (t) => {
  ip("tuntap add dev mapt0 mode tun");
  t.teardown(() => ip("link del mapt0"));
  const { status, log } = await failing(t, mapdCommand(configured(t)));
  t.equal(status, 1);
  t.match(log, /the device name mapt0 is taken/);
});

test("the name belongs to a device of another kind", async (t) => {
  makeOther(t, "mapt0");
  const { status, log } = await failing(t, mapdCommand(configured(t)));
  t.equal(status, 1);
  t.match(log, /mapt0/);
  t.match(log, /tun-name-in-use/);
});

test("another mapd holds the control socket: it goes on undisturbed", async (t) => {
  const file = configured(t);
  await startDaemon(t, file);
  const { status, log } = await failing(t, mapdCommand(file));
  t.equal(status, 1);
  t.match(log, /another mapd listens on/);
  t.equal(mapctl(file, "status", "--json").status, 0);
  t.ok(deviceExists("mapt0"));
});

test("another program holds the HTTP port", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { status, log } = await failing(t, mapdCommand(configured(t)));
  t.equal(status, 1);
  t.match(log, /cannot listen on 127\.0\.0\.1:9464: another program listens there/);
  t.notOk(deviceExists("mapt0"));
});

test("ip is missing", async (t) => {
  const environment = { ...process.env, PATH: "/nowhere" };
  const { status, log } = await failing(t, mapdCommand(configured(t)), environment);
  t.equal(status, 1);
  t.match(log, /the program ip \(iproute2\) is not in PATH; install it/);
  t.notOk(deviceExists("mapt0"));
});

test("a route of somebody else is not taken over, and nothing is left", async (t) => {
  makeOther(t, "other0");
  ip("route add 192.0.2.0/24 dev other0");
  const { status, log } = await failing(t, mapdCommand(configured(t)));
  t.equal(status, 1);
  t.match(log, /ip route add 192\.0\.2\.0\/24 dev mapt0 .*File exists/);
  t.same(ipLines("-4 route show proto 200"), []);
  t.same(ipLines("-6 route show proto 200"), []);
  t.match(ip("route show 192.0.2.0/24"), /dev other0/);
  t.notOk(deviceExists("mapt0"));
});

test("the state file cannot be written where it is to be", async (t) => {
  const file = configured(t);
  file.writeText(`state-file: /nowhere/state\n${readFileSync(file.path, "utf8")}`);
  t.equal(mapd("--check", file.path).status, 0, "which is no fault of the file");
  const { status, log } = await failing(t, mapdCommand(file));
  t.equal(status, 1);
  t.match(
    log,
    "state-file /nowhere/state cannot be written: the folder /nowhere does not exist; make it",
  );
  t.notOk(deviceExists("mapt0"));
});

test("forwarding is off: it runs, says so, and is ready once that is switched on", async (t) => {
  setForwarding(0);
  t.teardown(() => setForwarding(1));
  const file = configured(t);
  const daemon = await startDaemon(t, file);
  t.match(daemon.log, /sysctl -w net\.ipv4\.ip_forward=1/);
  t.match(daemon.log, /sysctl -w net\.ipv6\.conf\.all\.forwarding=1/);
  const before = await fetch(`http://127.0.0.1:${PORT}/readyz`);
  t.equal(before.status, 503);
  t.match(await before.text(), /IPv4 forwarding is off in the kernel: sysctl -w/);
  const status = JSON.parse(mapctl(file, "status", "--json").stdout);
  t.equal(status.ready, false);
  t.equal(status.reasons.length, 2);
  t.equal((await fetch(`http://127.0.0.1:${PORT}/livez`)).status, 200);
  setForwarding(1);
  await daemon.logged("forwarding is on in the kernel");
  await until(
    async () => (await fetch(`http://127.0.0.1:${PORT}/readyz`)).status === 200,
    () => "readiness",
  );
});

const statuses = [
  { name: "--help", words: ["--help"], status: 0, says: /mapd --check/ },
  { name: "--version", words: ["--version"], status: 0, says: /^\d+\.\d+\.\d+/ },
  { name: "nothing", words: [], status: 2, says: /exactly one of --config FILE and --check FILE/ },
  { name: "an unknown option", words: ["--fly"], status: 2, says: /unknown option/ },
  { name: "a word too many", words: ["x"], status: 2, says: /too many arguments/ },
  {
    name: "no such file",
    words: ["--config", "/nowhere/mapd.yaml"],
    status: 5,
    says: /cannot read the configuration/,
  },
  { name: "check of no such file", words: ["--check", "/nowhere"], status: 5, says: /cannot read/ },
];

for (const c of statuses) {
  test(`exit status ${c.status}: ${c.name}`, async (t) => {
    const { status, stdout, stderr } = mapd(...c.words);
    t.equal(status, c.status);
    t.match(stdout + stderr, c.says);
  });
}

test("an invalid configuration: status 5, all problems, nothing touched", async (t) => {
  const file = configured(t, BR_T.replace("[metro]", "[metre]").replace("map-t", "map-x"));
  for (const option of ["--config", "--check"]) {
    const { status, stderr } = mapd(option, file.path);
    t.equal(status, 5, option);
    t.match(stderr, /metre/);
    t.match(stderr, /map-x|mode/);
  }
  t.notOk(deviceExists("mapt0"));
});

test("a valid configuration: --check says nothing and gives 0", async (t) => {
  const { status, stderr } = mapd("--check", configured(t).path);
  t.equal(status, 0);
  t.equal(stderr, "");
  t.notOk(deviceExists("mapt0"));
});
