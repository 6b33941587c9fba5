// Makes a checkout ready to run: Debian packages, npm packages, addon, TypeScript. Does only what is
// missing, names everything before it does it, and speaks on standard error alone.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installForProject } from "./lib/debian.mjs";
import { findNodeHeaders } from "./lib/node-headers.mjs";
import {
  isBuilt,
  markBuilt,
  removeOrphans,
  STAMPS,
  sourceFingerprint,
  webFingerprint,
} from "./lib/sources.mjs";

const SELF = fileURLToPath(import.meta.url);
const ROOT = resolve(dirname(SELF), "..");
const OLDEST_NODE = 20;

function say(text) {
  process.stderr.write(`setup: ${text}\n`);
}

async function run(command, args) {
  const [status] = await once(spawn(command, args, { cwd: ROOT, stdio: ["ignore", 2, 2] }), "exit");
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: status ${status}`);
}

function checkNode() {
  const [major] = process.versions.node.split(".").map(Number);
  if (major >= OLDEST_NODE) return;
  throw new Error(`Node ${OLDEST_NODE} or later is needed; this is ${process.versions.node}`);
}

/** npm writes down what it installed in node_modules/.package-lock.json. */
function npmPackagesAreCurrent() {
  const installed = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const have = JSON.parse(readFileSync(installed, "utf8")).packages;
  const want = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  return Object.entries(want).every(
    ([path, { version, optional }]) =>
      path === "" || optional === true || have[path]?.version === version,
  );
}

async function installNpmPackages() {
  if (npmPackagesAreCurrent()) return;
  // Install scripts are run by hand where one is needed: npm 11 asks before it runs any.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  say(`running: npm ${args.join(" ")}`);
  await run("npm", args);
}

/** raw-socket is made for one Node ABI, so a change of Node means another build. */
async function buildRawSocket() {
  const folder = join(ROOT, "node_modules/raw-socket");
  const [binary, stamp] = ["build/Release/raw.node", "build/abi"].map((name) => join(folder, name));
  const abi = process.versions.modules;
  if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, "utf8") === abi) return;
  say("building raw-socket (used by the tests alone)");
  const nodeGyp = join(ROOT, "node_modules/node-gyp/bin/node-gyp.js");
  const nodedir = `--nodedir=${findNodeHeaders()}`;
  const args = [nodeGyp, "rebuild", "--silent", nodedir, `--directory=${folder}`];
  await promisify(execFile)(process.execPath, args).catch(({ message, stdout, stderr }) => {
    throw new Error(`raw-socket does not build: ${message}\n${stdout}${stderr}`);
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, abi);
}

async function buildAddon() {
  await run(process.execPath, ["scripts/build-native.mjs"]);
}

async function buildTypeScript() {
  const fingerprint = sourceFingerprint(ROOT);
  if (isBuilt(ROOT, STAMPS.program, fingerprint)) return;
  say("compiling TypeScript");
  await run(process.execPath, ["scripts/build-ts.mjs"]);
  removeOrphans(ROOT);
  markBuilt(ROOT, STAMPS.program, fingerprint);
}

async function buildPage() {
  const fingerprint = webFingerprint(ROOT);
  if (isBuilt(ROOT, STAMPS.page, fingerprint)) return;
  say("building the page");
  await run(process.execPath, ["scripts/build-web.mjs"]);
  markBuilt(ROOT, STAMPS.page, fingerprint);
}

/** What takes one core each, side by side: the compiler is busy for as long as all the rest. */
async function build({ rawSocket }) {
  const others = async () => {
    if (rawSocket) await buildRawSocket();
    await buildAddon();
    await buildPage();
  };
  const ended = await Promise.allSettled([buildTypeScript(), others()]);
  for (const { status, reason } of ended) if (status === "rejected") throw reason;
}

/** What a package is made of, without what only tests and the lab need; throws with a message for people. */
export async function buildProduct() {
  checkNode();
  await installNpmPackages();
  await build({ rawSocket: false });
}

/** Everything in its order, with `tests` what only they need too; throws with a message for people. */
export async function setup({ tests = false } = {}) {
  checkNode();
  installForProject(say, { tests });
  await installNpmPackages();
  await build({ rawSocket: true });
}

/** The same for a script that can only end when it fails. */
export async function setupOrExit(options) {
  try {
    await setup(options);
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === SELF) await setupOrExit();
