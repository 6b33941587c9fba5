/*
 * What the real daemon may still do once it runs: as root, as an ordinary user with a device made for it, and for
 * those who speak to it.
 */
import "./sandboxed.js";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import {
  BR_E,
  BR_T,
  ConfigFile,
  DaemonProcess,
  deviceExists,
  ip,
  mapctl,
  mapdCommand,
  type Output,
  prepareHost,
  RULES,
  run,
  startDaemon,
  until,
} from "./daemon-under-test.js";

const MAPCTL = fileURLToPath(new URL("../../daemon/mapctl.js", import.meta.url));

/** Nobody of Debian, and groups that are nobody's. */
const USER = 65534;
const OBSERVERS = 65530;

/** Reads the checkout wherever it lies; what is kept of it is one thing that mapd has to give up. */
const READS_ALL = "dac_read_search";

prepareHost();
openTunToAll();

/** As udev has it on most hosts: a node of the sandbox's own, so that the host's keeps its mode. */
function openTunToAll(): void {
  for (const words of [
    "mknod --mode=666 /run/tun c 10 200",
    "mount --bind /run/tun /dev/net/tun",
  ]) {
    const { status, stderr } = run(...words.split(" "));
    if (status !== 0) throw new Error(`${words}: ${stderr}`);
  }
}

/** The lines of /proc about privileges, each with how many threads have it. */
function privileges(pid: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${id}/status`, "utf8");
    for (const line of status.match(/^(Cap(Inh|Prm|Eff|Amb)|NoNewPrivs):.*/gm) ?? []) {
      const key = line.replace(/\s+/, " ");
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

/** Every thread has these capabilities, and none can gain one. */
function allHold(pid: number, mask: string): Record<string, number> {
  const threads = readdirSync(`/proc/${pid}/task`).length;
  const names = ["CapInh", "CapPrm", "CapEff", "CapAmb"];
  const rows = names.map((name) => [`${name}: ${mask.padStart(16, "0")}`, threads]);
  return { ...Object.fromEntries(rows), "NoNewPrivs: 1": threads };
}

function configured(t: Test, head: string, ...domains: readonly string[]): ConfigFile {
  const file = new ConfigFile(t);
  write(file, head, ...domains);
  return file;
}

function write(file: ConfigFile, head: string, ...domains: readonly string[]): void {
  const top = `control-socket: ${file.socket}\nhttp: null\n${head}`;
  file.writeText(`${top}${RULES}\ndomains:${domains.join("")}`);
}

/** A persistent device for a user, with the addresses and routes that `routes: off` leaves to somebody else. */
function makeDevice(t: Test, name: string, user: number): void {
  ip(`tuntap add dev ${name} mode tun user ${user}`);
  ip(`link set ${name} up`);
  ip(`route add 192.0.2.0/24 dev ${name}`);
  t.teardown(() => ip(`link del ${name}`));
}

const ATTACHED = `${BR_T.replace("name: mapt0", "name: mapt0, attach: true")}    routes: off\n`;

test("root keeps what routes and devices need, in no thread more, and a reload still adds a domain", async (t) => {
  const file = configured(t, "", BR_T);
  const daemon = await startDaemon(t, file);
  t.same(privileges(daemon.pid), allHold(daemon.pid, "1000"));
  t.match(readFileSync(`/proc/${daemon.pid}/limits`, "utf8"), /^Max core file size +0 +0 /m);
  daemon.kill("SIGUSR1");
  write(file, "", BR_T, BR_E);
  const warning =
    /warning: domains\.br-e: runs without its classifier, .* takes CAP_BPF, which mapd gave up/;
  t.match(mapctl(file, "reload", "--dry-run"), { status: 0, stderr: warning });
  t.match(mapctl(file, "reload"), { status: 0, stderr: warning });
  await daemon.logged('"no classifier: mapd cuts super-packets on their way into the tunnel"');
  t.match(ip("route show dev mape0"), /198\.51\.100\.0\/24/);
  t.same(privileges(daemon.pid), allHold(daemon.pid, "1000"));
  daemon.kill("SIGTERM");
  t.match(await daemon.ended, { status: 0 });
  t.notOk(deviceExists("mape0"));
  t.notMatch(daemon.log, /debugger/i, "SIGUSR1 would open it to every user of the host");
});

test("with a domain of MAP-E it keeps what puts the classifiers and the intake back, too", async (t) => {
  const daemon = await startDaemon(t, configured(t, "", BR_T, BR_E));
  t.same(privileges(daemon.pid), allHold(daemon.pid, "8000003000"));
});

test("an attached device and routes: off: nothing is kept, and a reload that needs more is refused", async (t) => {
  makeDevice(t, "mapt0", 0);
  const file = configured(t, "", ATTACHED);
  const daemon = await startDaemon(t, file);
  t.same(privileges(daemon.pid), allHold(daemon.pid, "0"));
  t.equal(mapctl(file, "reload").status, 0);
  write(file, "", ATTACHED, BR_E);
  const refused = mapctl(file, "reload");
  t.equal(refused.status, 5);
  t.match(
    refused.stderr,
    /domains\.br-e: needs CAP_NET_ADMIN, which mapd gave up when it had started; restart mapd/,
  );
  const dry = mapctl(file, "reload", "--dry-run", "--json");
  t.match(JSON.parse(dry.stdout), { refusals: [{ code: "privileges-given-up" }] });
  t.match(mapctl(file, "status"), { status: 0 }, "and the old one is in force");
});

/** Starts the daemon as USER, with no capability but the one to read. */
async function startUnprivileged(t: Test, file: ConfigFile): Promise<DaemonProcess> {
  chmodSync(dirname(file.path), 0o777);
  const sets = ["bounding-set", "inh-caps", "ambient-caps"];
  const wrapper = [
    "setpriv",
    `--reuid=${USER}`,
    `--regid=${USER}`,
    "--clear-groups",
    ...sets.map((name) => `--${name}=-all,+${READS_ALL}`),
  ];
  const daemon = new DaemonProcess(t, [...wrapper, ...mapdCommand(file)]);
  await daemon.logged('"mapd runs"');
  return daemon;
}

test("an ordinary user with a device made for it needs no privilege at all", async (t) => {
  makeDevice(t, "mapt0", USER);
  const file = configured(t, "", ATTACHED);
  const daemon = await startUnprivileged(t, file);
  t.same(privileges(daemon.pid), allHold(daemon.pid, "0"));
  t.match(
    readFileSync(`/proc/${daemon.pid}/status`, "utf8"),
    /^Uid:\t65534\t65534\t65534\t65534$/m,
  );
  t.equal(statSync(file.socket).uid, USER);
  // 192.0.2.18 port 80 is in the range that no CE may use.
  run("bash", "-c", "echo x > /dev/udp/192.0.2.18/80");
  await until(
    () => {
      const { stdout } = mapctl(file, "counters", "--json");
      return JSON.parse(stdout).domains[0].drops.destination_port_excluded.ipv4 === 1;
    },
    () => "the packet to be judged",
  );
  daemon.kill("SIGTERM");
  t.match(await daemon.ended, { status: 0 });
  t.ok(deviceExists("mapt0"), "the device stays for the next time");
});

test("a device that is somebody else's is refused to an ordinary user, with the remedy", async (t) => {
  makeDevice(t, "mapt0", USER - 1);
  const file = configured(t, "", ATTACHED);
  await t.rejects(startUnprivileged(t, file), {
    message: /attach to a device made for your user \(ip tuntap add \.\.\. user USER/,
  });
});

/** mapctl as a user of these groups, the first of them the primary one. */
function mapctlAs(gids: readonly number[], file: ConfigFile, ...words: readonly string[]): Output {
  const [gid = 0, ...more] = gids;
  const groups = more.length === 0 ? "--clear-groups" : `--groups=${more.join(",")}`;
  const who = ["setpriv", `--reuid=${USER}`, `--regid=${gid}`, groups, `--inh-caps=+${READS_ALL}`];
  const command = [process.execPath, MAPCTL, ...words, "--socket", file.socket];
  return run(...who, `--ambient-caps=+${READS_ALL}`, ...command);
}

/** The number of a group that every Debian has. */
function gidOf(name: string): number {
  const [, gid] =
    new RegExp(`^${name}:[^:]*:(\\d+):`, "m").exec(readFileSync("/etc/group", "utf8")) ?? [];
  return Number(gid);
}

test("observers may look, operators may change, others may not even connect", async (t) => {
  const keys = "control-socket-group: adm\ncontrol-socket-operators: daemon\n";
  const file = configured(t, keys, BR_T);
  chmodSync(dirname(file.path), 0o755);
  const [observers, operators] = [gidOf("adm"), gidOf("daemon")];
  const daemon = await startDaemon(t, file);
  const { mode, gid } = statSync(file.socket);
  t.same({ mode: mode & 0o777, gid }, { mode: 0o660, gid: observers });

  t.equal(mapctlAs([OBSERVERS], file, "status").status, 3, "the file's mode keeps others out");
  t.equal(mapctlAs([OBSERVERS, observers], file, "status").status, 0);
  const refused = mapctlAs([observers], file, "drain");
  t.equal(refused.status, 1);
  t.match(
    refused.stderr,
    /drain changes what mapd does: the user with uid 65534 may only look; become root, or be a member of the group daemon/,
  );
  t.match(mapctl(file, "ready"), { status: 0 }, "and nothing is drained");

  t.equal(mapctlAs([observers, operators], file, "log-level", "debug").status, 0);
  await daemon.logged('"changed by the control socket"');
  t.match(daemon.log, /"client":\{"uid":65534,"pid":\d+\},"msg":"changed by the control socket"/);
  t.match(daemon.log, /"client":\{"uid":65534,"pid":\d+\},"msg":"refused by the control socket"/);
});
