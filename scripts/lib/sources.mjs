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

const FOLDERS = ["src", "daemon", "lab", "test"];
const STAMP = "dist/.built-from";

function* filesBelow(folder) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Fingerprint of everything that tsc reads. */
export function sourceFingerprint(root) {
  const hash = createHash("sha256").update(process.versions.node);
  const sources = FOLDERS.flatMap((folder) => [...filesBelow(join(root, folder))]);
  const inputs = [...sources.filter((path) => path.endsWith(".ts")).sort()];
  for (const path of [...inputs, join(root, "tsconfig.json"), join(root, "package-lock.json")]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path.slice(root.length)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

export function isBuilt(root, fingerprint) {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint;
}

export function markBuilt(root, fingerprint) {
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, STAMP), fingerprint);
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
