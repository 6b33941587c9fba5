/* The Debian package without installing it: its control part, places, modes, and that it runs from an unpacked tree. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "tap";
import { ROOT, run, runScript } from "./checkout.js";

const folder = mkdtempSync(join(tmpdir(), "mapd-deb-test-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

const deb = runScript("build-deb.mjs", ["--compression=none", `--output=${folder}`]);
const tree = join(folder, "tree");
run("dpkg-deb", ["--raw-extract", deb, tree]);

function control(name: string): string {
  return readFileSync(join(tree, "DEBIAN", name), "utf8");
}

function field(name: string): string {
  return run("dpkg-deb", ["--field", deb, name]).trim();
}

/** Mode, owner and path of each entry, from `dpkg-deb --contents`. */
const entries = run("dpkg-deb", ["--contents", deb])
  .trimEnd()
  .split("\n")
  .map((line) => {
    const [mode = "", owner = "", , , , path = ""] = line.split(/ +/);
    return { mode, owner, path: path.replace(/^\.\//, "") };
  });
const files = entries.filter(({ mode }) => mode.startsWith("-"));

/** Runs the package's own Node on one of its programs. */
function mapd(program: string, ...args: string[]): string {
  const home = join(tree, "usr/lib/mapd");
  const script = join(home, "dist/daemon", program);
  return run(join(home, "node"), [script, ...args], { cwd: folder, env: { PATH: "/nonexistent" } });
}

test("name, version, architecture and what it depends on", async (t) => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  t.equal(field("Package"), "mapd");
  t.equal(field("Version"), `${version}-1`);
  t.equal(field("Architecture"), run("dpkg", ["--print-architecture"]).trim());
  const names = field("Depends")
    .split(", ")
    .map((text) => text.replace(/ .*/, ""));
  t.same(names.sort(), ["iproute2", "libc6", "libgcc-s1", "libstdc++6"]);
});

test("everything is root's and nobody else's to write, and only programs are executable", async (t) => {
  const modes = new Map<string, string[]>();
  for (const { mode, owner, path } of entries) {
    const key = `${mode} ${owner}`;
    modes.set(key, [...(modes.get(key) ?? []), path]);
  }
  t.same([...modes.keys()].sort(), [
    "-rw-r--r-- root/root",
    "-rwxr-xr-x root/root",
    "drwxr-xr-x root/root",
  ]);
  t.same(modes.get("-rwxr-xr-x root/root")?.sort(), [
    "usr/bin/mapctl",
    "usr/lib/mapd/node",
    "usr/sbin/mapd",
  ]);
});

test("every file has its place", async (t) => {
  const home = files.filter(({ path }) => path.startsWith("usr/lib/mapd/"));
  t.same(
    home.filter(
      ({ path }) =>
        !/^usr\/lib\/mapd\/(node|package\.json|(dist|native|node_modules)\/.+)$/.test(path),
    ),
    [],
  );
  const others = files
    .map(({ path }) => path)
    .filter((path) => !/^usr\/(lib\/mapd|share\/doc\/mapd\/docs|share\/mapd)\//.test(path));
  const manual = readdirSync(join(ROOT, "docs/man")).map(
    (page) => `usr/share/man/man${page.slice(-1)}/${page}.gz`,
  );
  const examples = readdirSync(join(ROOT, "config/examples")).map(
    (name) => `usr/share/doc/mapd/examples/${name}`,
  );
  t.same(
    others.sort(),
    [
      "etc/mapd/mapd.yaml.example",
      "usr/bin/mapctl",
      "usr/lib/systemd/system/mapd.service",
      "usr/lib/systemd/system/mapd@.service",
      "usr/sbin/mapd",
      "usr/share/bash-completion/completions/mapctl",
      "usr/share/doc/mapd/README.md",
      "usr/share/doc/mapd/changelog.Debian.gz",
      "usr/share/doc/mapd/changelog.gz",
      "usr/share/doc/mapd/copyright",
      ...examples,
      "usr/share/fish/vendor_completions.d/mapctl.fish",
      "usr/share/lintian/overrides/mapd",
      ...manual,
      "usr/share/zsh/vendor-completions/_mapctl",
    ].sort(),
  );
});

test("what lies in /etc are conffiles, and none of them is a configuration that starts", async (t) => {
  t.equal(control("conffiles"), "/etc/mapd/mapd.yaml.example\n");
  for (const unit of ["mapd.service", "mapd@.service"]) {
    const text = readFileSync(join(tree, "usr/lib/systemd/system", unit), "utf8");
    t.match(text, /^ConditionPathExists=\/etc\/mapd\/(mapd|%i)\.yaml$/m, unit);
    t.match(text, /^ExecStart=\/usr\/sbin\/mapd --config \/etc\/mapd\/(mapd|%i)\.yaml$/m, unit);
  }
});

test("no maintainer script enables or starts what did not run", async (t) => {
  for (const script of ["postinst", "prerm", "postrm"]) {
    run("sh", ["-n", join(tree, "DEBIAN", script)]);
    t.notMatch(control(script), /\b(enable|preset|unmask|deb-systemd-invoke)\b/, script);
    t.notMatch(control(script), /systemctl +(re)?start\b/, script);
  }
});

test("the sums are those of all files", async (t) => {
  const listed = control("md5sums").trimEnd().split("\n");
  t.same(listed.map((line) => line.slice(34)).sort(), files.map(({ path }) => path).sort());
  writeFileSync(join(folder, "md5sums"), control("md5sums"));
  run("md5sum", ["--check", "--quiet", join(folder, "md5sums")], { cwd: tree });
});

test("the copyright file names every npm package of the product, and Node", async (t) => {
  const text = readFileSync(join(tree, "usr/share/doc/mapd/copyright"), "utf8");
  const modules = join(tree, "usr/lib/mapd/node_modules");
  const manifests = readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === "package.json")
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(relative(modules, path)));
  t.ok(manifests.length > 20);
  for (const path of manifests) {
    const { name, version, license } = JSON.parse(readFileSync(path, "utf8"));
    t.ok(text.includes(`${name} ${version} (${license})\n`), name);
  }
  t.ok(text.includes(`Node.js ${process.versions.node}: /usr/lib/mapd/node\n`));
});

test("the unpacked programs run with the package's own Node and nothing else", async (t) => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  t.equal(mapd("mapd.js", "--version"), `${version}\n`);
  const rule = "2001:db8::/40 192.0.2.0/24 16";
  const { ce } = JSON.parse(
    mapd("mapctl.js", "calc", rule, "--ipv4", "192.0.2.18", "--psid", "52", "--json"),
  );
  t.equal(ce.mapIpv6, "2001:db8:12:3400:0:c000:212:34");
  t.equal(mapd("mapd.js", "--check", join(tree, "etc/mapd/mapd.yaml.example")), "");
});

test("every package that the product imports loads from the unpacked tree, and so does the addon", async (t) => {
  const home = join(tree, "usr/lib/mapd");
  const { dependencies } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const wanted = [...Object.keys(dependencies), "./dist/daemon/native-loader.js"];
  const program = `
    for (const name of ${JSON.stringify(wanted)}) await import(name);
    const { loadNativeTun } = await import("./dist/daemon/native-loader.js");
    const addon = loadNativeTun();
    process.stdout.write(String(addon.close(addon.createWake())));
  `;
  const args = ["--input-type=module", "--eval", program];
  t.equal(run(join(home, "node"), args, { cwd: home, env: {} }), "0");
});
