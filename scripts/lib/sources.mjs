// Is dist/ what the sources would give? Decided by names, sizes and times, so that it takes no time.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** Of web/ the tests import what no browser is needed for. */
const FOLDERS = ["src", "web", "daemon", "lab", "test"];
const PROGRAM_FILES = [
  "tsconfig.json",
  "package-lock.json",
  "scripts/build-ts.mjs",
  "scripts/lib/bind-modules.mjs",
];
/** What the page is made of, and what makes it. */
const WEB_FOLDERS = ["src", "web"];
const WEB_FILES = ["scripts/build-web.mjs", "package-lock.json"];

/** Where it is written down from what a part was built. */
export const STAMPS = { program: "dist/.built-from", page: "dist/.page-built-from" };

function* filesBelow(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Fingerprint of everything that the program and its tests are compiled from. */
export function sourceFingerprint(root) {
  return fingerprintOf(root, FOLDERS, /\.ts$/, PROGRAM_FILES);
}

/** Fingerprint of everything that the page is built from. */
export function webFingerprint(root) {
  return fingerprintOf(root, WEB_FOLDERS, /./, WEB_FILES);
}

function fingerprintOf(root, folders, kinds, files) {
  const hash = createHash("sha256").update(process.versions.node);
  const sources = folders.flatMap((folder) => [...filesBelow(join(root, folder))]);
  const inputs = [...sources.filter((path) => kinds.test(path)).sort()];
  for (const path of [...inputs, ...files.map((name) => join(root, name))]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path.slice(root.length)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** `stamp`: one of STAMPS. */
export function isBuilt(root, stamp, fingerprint) {
  const path = join(root, stamp);
  return existsSync(path) && readFileSync(path, "utf8") === fingerprint;
}

export function markBuilt(root, stamp, fingerprint) {
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, stamp), fingerprint);
}

/** Removes what was compiled from sources that are gone: a test that nobody has any more must not run. */
export function removeOrphans(root) {
  for (const folder of FOLDERS) {
    for (const path of filesBelow(join(root, "dist", folder))) {
      const source = path
        .replace(join(root, "dist"), root)
        .replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
      if (source.endsWith(".ts") && !existsSync(source)) rmSync(path);
    }
  }
}
