/* The classifiers on the devices of one daemon: where they are, what is said of them, and that they go with the daemon. */
import "./sandboxed.js";
import { type Test, test } from "tap";
import {
  BR_E,
  BR_T,
  ConfigFile,
  DaemonProcess,
  ip,
  mapctl,
  mapdCommand,
  prepareHost,
  run,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const PORT = 9464;
const FILTER = /protocol ipv6 pref 24944 bpf .* mapd direct-action/;
const NO_BPF = "-bpf,-sys_admin,-perfmon";
const NO_RAW = "-net_raw";

prepareHost();

function configured(t: Test, ...domains: readonly string[]): ConfigFile {
  const file = new ConfigFile(t);
  file.write(domains, PORT);
  return file;
}

/** What traffic control does with packets from the device, and to it. */
function filters(device: string): string {
  const qdisc = run("tc", "qdisc", "show", "dev", device, "clsact");
  const from = run("tc", "filter", "show", "dev", device, "ingress");
  const to = run("tc", "filter", "show", "dev", device, "egress");
  return `${qdisc.stdout}from: ${from.stdout}to: ${to.stdout}`;
}

const NONE = "from: to: ";
const FROM_DEVICE = new RegExp(`from: [\\s\\S]*${FILTER.source}[\\s\\S]*to: `);
const TO_DEVICE = new RegExp(`to: [\\s\\S]*${FILTER.source}`);

/** The `tun` part of each domain's status. */
function devices(file: ConfigFile): { offloads: string[]; classifier: unknown; intake: unknown }[] {
  const { domains } = JSON.parse(mapctl(file, "status", "--json").stdout);
  return domains.map(({ tun }: { tun: unknown }) => tun);
}

async function startWithout(t: Test, rights: string, file: ConfigFile): Promise<DaemonProcess> {
  const command = ["setpriv", "--bounding-set", rights, "--inh-caps", rights];
  const daemon = new DaemonProcess(t, [...command, ...mapdCommand(file)]);
  await daemon.logged('"mapd runs"');
  return daemon;
}

async function end(t: Test, daemon: DaemonProcess): Promise<void> {
  daemon.kill("SIGTERM");
  t.match(await daemon.ended, { status: 0 });
}

test("MAP-E has it, and all offloads with it; MAP-T has none", async (t) => {
  const file = configured(t, BR_E, BR_T);
  const daemon = await startDaemon(t, file);
  const [tunnel, translator] = devices(file);
  t.same(tunnel?.classifier, { on: true, reason: null });
  t.same(tunnel?.offloads, translator?.offloads);
  t.ok(tunnel?.offloads.includes("tso4"));
  t.equal(translator?.classifier, null);
  t.same(tunnel?.intake, { on: true, reason: null });
  t.equal(translator?.intake, null);
  t.match(filters("mape0"), FROM_DEVICE);
  t.match(filters("mape0"), TO_DEVICE);
  t.equal(filters("mapt0"), NONE);
  t.match(daemon.log, /the classifier is on/);
  await end(t, daemon);
});

test("every queue of a device has it", async (t) => {
  const file = configured(t, BR_E.replace("name: mape0", "name: mape0, queues: 2"));
  const daemon = await startDaemon(t, file);
  const [device] = devices(file);
  t.same(device?.classifier, { on: true, reason: null });
  t.same(device?.intake, { on: true, reason: null });
  t.ok(device?.offloads.includes("tso4"));
  await end(t, daemon);
});

test("without the right to load it mapd runs, and says what is missing", async (t) => {
  const file = configured(t, BR_E);
  const daemon = await startWithout(t, NO_BPF, file);
  const reason = /EPERM: operation not permitted, BPF_PROG_LOAD; it needs CAP_BPF/;
  const [device] = devices(file);
  t.match(device, { classifier: { on: false, reason }, intake: null });
  t.ok(device?.offloads.includes("tso4"));
  t.match(mapctl(file, "status").stdout, reason);
  t.match(daemon.log, /"level":40.*BPF_PROG_LOAD.*no classifier: mapd cuts super-packets/);
  t.equal(filters("mape0"), NONE);
  await end(t, daemon);
});

test("without the right to a packet socket super-packets enter the tunnel and do not leave it", async (t) => {
  const file = configured(t, BR_E);
  const daemon = await startWithout(t, NO_RAW, file);
  const reason = /EPERM: operation not permitted, AF_PACKET; it needs CAP_NET_RAW/;
  const [device] = devices(file);
  t.match(device, { classifier: { on: true }, intake: { on: false, reason } });
  t.match(mapctl(file, "status").stdout, reason);
  t.match(daemon.log, /"level":40.*AF_PACKET.*no intake: every packet leaves/);
  t.match(filters("mape0"), FROM_DEVICE);
  t.notMatch(filters("mape0"), TO_DEVICE);
  await end(t, daemon);
});

test("offload: off is without it, too", async (t) => {
  const file = configured(t, BR_E.replace("name: mape0", "name: mape0, offload: off"));
  const daemon = await startDaemon(t, file);
  t.match(devices(file)[0], { offloads: [], classifier: null, intake: null });
  t.equal(filters("mape0"), NONE);
  await end(t, daemon);
});

test("from an attached device it goes, and what was there before stays", async (t) => {
  ip("tuntap add dev mape0 mode tun");
  t.teardown(() => ip("link del mape0"));
  const file = configured(t, BR_E.replace("name: mape0", "name: mape0, attach: true"));
  await end(t, await startDaemon(t, file));
  t.equal(filters("mape0"), NONE);

  const other = "filter add dev mape0 ingress protocol ip prio 1 u32 match u32 0 0 flowid 1:1";
  run("tc", "qdisc", "add", "dev", "mape0", "clsact");
  run("tc", ...other.split(" "));
  const before = filters("mape0");
  const killed = await startDaemon(t, file);
  t.match(filters("mape0"), FROM_DEVICE);
  killed.kill("SIGKILL");
  await killed.ended;
  t.match(filters("mape0"), FROM_DEVICE, "after kill -9 it stays with the device");
  await end(t, await startDaemon(t, file));
  t.equal(filters("mape0"), before);
});

test("what another program takes away is put back", async (t) => {
  const file = configured(t, BR_E);
  const daemon = await startDaemon(t, file);
  const whole = filters("mape0");
  const takings = [
    "filter del dev mape0 ingress",
    "filter del dev mape0 egress",
    "qdisc del dev mape0 clsact",
  ];
  for (const taken of takings) {
    run("tc", ...taken.split(" "));
    await until(
      () => FROM_DEVICE.test(filters("mape0")) && TO_DEVICE.test(filters("mape0")),
      () => `both classifiers after tc ${taken}`,
    );
    t.equal(filters("mape0").length, whole.length);
  }
  await daemon.logged("another program has taken a classifier away", 3);
  await end(t, daemon);
});

test("where another program has taken its place mapd goes on, and cuts super-packets itself", async (t) => {
  const file = configured(t, BR_E);
  const daemon = await startDaemon(t, file);
  const taking = [
    "qdisc del dev mape0 clsact",
    "qdisc add dev mape0 clsact",
    "filter add dev mape0 ingress protocol ipv6 prio 24944 u32 match u32 0 0 flowid 1:1",
  ];
  // Between the last two mapd may have put its own back.
  const isTaken = (): boolean =>
    taking.map((words) => run("tc", ...words.split(" ")).status).at(-1) === 0;
  await until(isTaken, () => `a filter in the place of mapd's: ${filters("mape0")}`);
  await daemon.logged("no classifier: mapd cuts super-packets");
  const [device] = devices(file);
  t.match(device, { classifier: { on: false, reason: /RTM_NEWTFILTER/ }, intake: null });
  t.ok(device?.offloads.includes("tso4"));
  t.match(filters("mape0"), /pref 24944 u32/, "theirs stays");
  await end(t, daemon);
});
