// `npm run deb`: the Debian package in release/, for the architecture of this machine, with a Node of its own.
// `npm run deb -- --output=FOLDER --compression=gzip` puts it elsewhere, and is quick where size does not matter.
// The same sources, Node and SOURCE_DATE_EPOCH give the same bytes.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeControl } from "./lib/deb-control.mjs";
import { stage } from "./lib/deb-tree.mjs";
import { manifest, run } from "./lib/product.mjs";
import { buildProduct } from "./setup.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
/** Debian's part of the version: how often these sources were packed. */
const REVISION = 1;

/** Seconds since 1970 that every file and the changelog get: the last commit's, where nobody says another. */
function sourceDate() {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) return Number(given);
  try {
    return Number(run("git", ["log", "-1", "--format=%ct"], { cwd: ROOT }));
  } catch {
    return Math.floor(Date.now() / 1000);
  }
}

function build({ output, compression }) {
  const { name, version } = manifest(ROOT);
  const architecture = run("dpkg", ["--print-architecture"]).trim();
  const about = { name, version: `${version}-${REVISION}`, architecture, date: sourceDate() };
  // The folders of a package are everybody's to read, whoever builds it.
  process.umask(0o022);
  const tree = mkdtempSync(join(tmpdir(), "mapd-deb-"));
  try {
    stage(ROOT, tree, about);
    writeControl(ROOT, tree, about);
    mkdirSync(output, { recursive: true });
    const file = join(output, `${name}_${about.version}_${architecture}.deb`);
    const args = ["--root-owner-group", `-Z${compression}`, "--build", tree, file];
    // dpkg-deb sets every later time back to this one.
    run("dpkg-deb", args, { env: { ...process.env, SOURCE_DATE_EPOCH: String(about.date) } });
    return file;
  } finally {
    rmSync(tree, { recursive: true });
  }
}

try {
  const { values } = parseArgs({
    options: {
      output: { type: "string", default: join(ROOT, "release") },
      compression: { type: "string", default: "xz" },
    },
  });
  await buildProduct();
  process.stdout.write(`${build({ ...values, output: resolve(values.output) })}\n`);
} catch (error) {
  process.stderr.write(`build-deb: ${error.message}\n`);
  process.exitCode = 1;
}
