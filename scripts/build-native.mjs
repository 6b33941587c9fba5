// Builds the TUN addon into native/prebuilds, where node-gyp-build finds it. Nothing is downloaded:
// the headers are those of the Node that runs this. A binary made from the same sources is kept.
// `--arch=arm64` builds for another machine, with the cross compiler that Debian has for it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findNodeHeaders } from "./lib/node-headers.mjs";

const NAME = "mapd_tun";
const SELF = fileURLToPath(import.meta.url);
const NATIVE = resolve(dirname(SELF), "../native");
/** How the names of each architecture's cross tools begin, and the Debian package that brings them all. */
const CROSS = {
  arm64: { prefix: "aarch64-linux-gnu-", package: "g++-aarch64-linux-gnu" },
  x64: { prefix: "x86_64-linux-gnu-", package: "g++-x86-64-linux-gnu" },
};
const ARCH = wantedArch(process.argv.slice(2));
const OUTPUT = join(NATIVE, "prebuilds", `${process.platform}-${ARCH}`);
const STAMP = join(OUTPUT, `${NAME}.stamp`);

function fail(message) {
  process.stderr.write(`build-native: ${message}\n`);
  process.exit(1);
}

function wantedArch(words) {
  const names = words.map((word) => /^--arch=(.+)$/.exec(word)?.[1]);
  const unknown = names.indexOf(undefined);
  if (unknown >= 0) fail(`unknown argument ${words[unknown]}`);
  const arch = names[0] ?? process.arch;
  if (arch !== process.arch && CROSS[arch] === undefined) {
    fail(`no cross compiler is known for ${arch}; known: ${Object.keys(CROSS).join(", ")}`);
  }
  return arch;
}

/** The compiler to check for, with its package, and what tells gyp and prebuildify of it. */
function toolchain() {
  if (ARCH === process.arch) {
    const compilerPackage = "build-essential";
    return {
      compilers: [
        ["cc", compilerPackage],
        ["c++", compilerPackage],
      ],
      environment: {},
    };
  }
  const { prefix, package: compilerPackage } = CROSS[ARCH];
  const environment = {
    CC: `${prefix}gcc`,
    // gyp links with the C++ compiler; there is no C++ here that would need one.
    CXX: `${prefix}gcc`,
    AR: `${prefix}ar`,
    PREBUILD_STRIP_BIN: `${prefix}strip`,
  };
  return { compilers: [[environment.CC, compilerPackage]], environment };
}

/** Hash of all that decides what the binary is. Node-API makes it independent of Node's version. */
function fingerprint() {
  const sources = join(NATIVE, "src");
  const files = readdirSync(sources)
    .sort()
    .map((name) => join(sources, name));
  const hash = createHash("sha256");
  for (const file of [SELF, join(NATIVE, "binding.gyp"), ...files]) {
    hash
      .update(file.slice(dirname(NATIVE).length))
      .update("\0")
      .update(readFileSync(file));
  }
  return hash.digest("hex");
}

function builtFile() {
  if (!existsSync(OUTPUT)) return undefined;
  return readdirSync(OUTPUT).find((name) => name.startsWith(NAME) && name.endsWith(".node"));
}

function isCurrent(hash) {
  return builtFile() !== undefined && existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash;
}

function findHeaders() {
  try {
    return findNodeHeaders();
  } catch (error) {
    return fail(error.message);
  }
}

function checkTools(compilers) {
  const tools = [...compilers, ["make", "build-essential"], ["python3", "python3"]];
  const missing = tools.filter(
    ([tool]) => spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0,
  );
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  const names = missing.map(([tool]) => tool).join(", ");
  fail(`missing: ${names}. On Debian: apt-get install ${packages}`);
}

function findPrebuildify() {
  try {
    return createRequire(import.meta.url).resolve("prebuildify/bin.js");
  } catch {
    return fail("prebuildify is not installed. Run: npm ci");
  }
}

function build(hash) {
  const prebuildify = findPrebuildify();
  const nodedir = findHeaders();
  const { compilers, environment } = toolchain();
  checkTools(compilers);
  mkdirSync(OUTPUT, { recursive: true });
  rmSync(STAMP, { force: true });
  const options = [
    `--arch=${ARCH}`,
    "--napi",
    "--strip",
    "--tag-libc",
    `--name=${NAME}`,
    `--target=node@${process.versions.node}`,
  ];
  const result = spawnSync(process.execPath, [prebuildify, ...options], {
    cwd: NATIVE,
    encoding: "utf8",
    // node-gyp reads its options from such variables; with nodedir it fetches nothing.
    env: { ...process.env, ...environment, npm_config_nodedir: nodedir },
  });
  if (result.status !== 0) fail(`the build failed:\n${result.stdout}${result.stderr}`);
  rmSync(join(NATIVE, "build"), { recursive: true, force: true });
  writeFileSync(STAMP, hash);
}

const hash = fingerprint();
if (isCurrent(hash)) {
  process.stderr.write("build-native: up to date\n");
} else {
  process.stderr.write(`build-native: building the TUN addon for ${ARCH}\n`);
  build(hash);
  process.stderr.write(`build-native: made ${join(OUTPUT, builtFile() ?? "")}\n`);
}
