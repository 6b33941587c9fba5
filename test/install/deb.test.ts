/*
 * The Debian package as the build stage of the Containerfile makes it, in a fresh Debian: installed, used, removed,
 * purged. One test after the other, on one root.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "tap";
import { ROOT, run } from "../package/checkout.js";
import { readContainerfile } from "../package/containerfile.js";
import { DebianRoot } from "./debian-root.js";
import { underSystemd } from "./under-systemd.js";

const BUILD_MS = 600_000;
const work = mkdtempSync(join(tmpdir(), "mapd-install-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

/** A folder with what the build stage copies, and nothing else. */
function copyBuildStage(folder: string): void {
  const [stage] = readContainerfile();
  for (const { sources, target } of stage?.copies ?? []) {
    for (const source of sources) {
      const path = join(folder, target === "./" ? source : target);
      mkdirSync(dirname(path), { recursive: true });
      cpSync(join(ROOT, source), path, { recursive: true });
    }
  }
}

function build(folder: string, output: string): string {
  const env = { ...process.env, SOURCE_DATE_EPOCH: "1750000000", DEBEMAIL: "mapd@debian.org" };
  // Quick rather than small: what is inside is the same.
  const args = ["scripts/build-deb.mjs", "--compression=gzip", `--output=${join(work, output)}`];
  return run(process.execPath, args, { cwd: folder, env, timeout: BUILD_MS }).trim();
}

const sources = join(work, "build");
copyBuildStage(sources);
const deb = build(sources, "first");
const root = new DebianRoot();
process.on("exit", () => root.remove());
root.shell(
  "apt-get -q update && apt-get -q -y install --no-install-recommends iproute2 libstdc++6",
);
const before = root.paths();

test("the same sources and time give the same package", async (t) => {
  const [one, two] = [deb, build(sources, "second")].map((file) => run("sha256sum", [file]));
  t.equal(one?.slice(0, 64), two?.slice(0, 64));
});

test("lintian finds no error and nothing to warn of", async (t) => {
  t.equal(run("lintian", ["--allow-root", "--fail-on", "error,warning", deb]), "");
});

test("it installs, and starts and enables nothing", async (t) => {
  const inside = root.bring(deb);
  root.shell(`apt-get -q -y install --no-install-recommends ${inside} && rm ${inside}`);
  t.equal(root.shell(`dpkg-query --show --showformat='\${db:Status-Status}' mapd`), "installed");
  t.equal(root.shell("systemctl is-enabled mapd.service || true"), "disabled\n");
  t.equal(root.shell("dpkg --verify mapd"), "");
});

test("the programs, the man pages and the completion are there", async (t) => {
  t.match(root.shell("mapd --version"), /^\d+\.\d+\.\d+\n$/);
  t.match(root.shell("mapctl calc '2001:db8::/40 192.0.2.0/24 16' --json"), /"sharingRatio":256/);
  t.equal(root.shell("mapd --check /etc/mapd/mapd.yaml.example"), "");
  for (const page of ["8 mapd", "8 mapctl", "5 mapd.yaml"]) {
    t.match(root.shell(`man ${page}`), /NAME/, page);
  }
  const complete =
    ". /usr/share/bash-completion/bash_completion; _completion_loader mapctl; " +
    `COMP_WORDS=(mapctl stat) COMP_CWORD=1; _mapctl; printf "%s\\n" "\${COMPREPLY[@]}"`;
  t.same(root.shell(`bash -c '${complete}'`).trim().split("\n").sort(), ["statistics", "status"]);
});

test("systemd takes the units, and they are as closed as they should be", async (t) => {
  const units = "/usr/lib/systemd/system";
  t.equal(
    root.shell(`systemd-analyze verify ${units}/mapd.service ${units}/mapd@.service 2>&1`),
    "",
  );
  for (const unit of ["mapd.service", "mapd@home.service"]) {
    root.shell(`systemd-analyze security --offline=true --threshold=20 --no-pager ${unit}`);
    t.pass(`${unit} has at most 2.0`);
  }
});

test("the installed daemon runs, answers mapctl, and ends without a trace", async (t) => {
  const script = [
    "set -e",
    "ip link add lan type bridge && ip link set lan up",
    "ip address add 192.168.1.1/24 dev lan",
    "mapd --config /etc/mapd/mapd.yaml.example 2>/tmp/mapd.log & daemon=$!",
    "for i in $(seq 100); do mapctl status --json >/tmp/status 2>/dev/null && break; sleep 0.1; done",
    "cat /tmp/status /tmp/mapd.log >&2",
    "cat /tmp/status",
    "kill $daemon && wait $daemon",
    "ip link show mapt0 >/dev/null 2>&1 && exit 9",
    "rm -f /tmp/status /tmp/mapd.log",
  ].join("\n");
  const status = JSON.parse(root.shellWithNetwork(`{ ${script}\n}`));
  t.equal(status.schema, "mapd.status/1");
});

test("a real systemd starts, reloads, restarts and stops it", { timeout: 60_000 }, (t) =>
  underSystemd(t, root.folder),
);

test("removed, only what somebody may have edited is left, and no link of an enabled service", async (t) => {
  root.shell("systemctl --quiet enable mapd.service");
  const link = join(root.folder, "etc/systemd/system/multi-user.target.wants/mapd.service");
  t.equal(readlinkSync(link).endsWith("/mapd.service"), true);
  root.shell("apt-get -q -y remove mapd");
  const left = root.paths().filter((path) => !before.includes(path));
  t.same(left, ["etc/mapd", "etc/mapd/mapd.yaml.example"]);
});

test("purged, nothing is left", async (t) => {
  root.shell("apt-get -q -y purge mapd");
  t.same(
    root.paths().filter((path) => !before.includes(path)),
    [],
  );
  t.notOk(existsSync(join(root.folder, "etc/mapd")));
});
