// `npm run fuzz -- --minutes N`: builds, then mutates packets for so long and holds what comes out against the
// invariants of test/fuzz. `--packets N` bounds it by number, `--seed N` repeats a run that began with the same corpus,
// `--corpus FOLDER` is where inputs are kept (default .fuzz).
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

function run(words) {
  const { status, error } = spawnSync(process.execPath, words, { cwd: ROOT, stdio: "inherit" });
  if (error !== undefined) process.stderr.write(`${error.message}\n`);
  return status ?? 1;
}

process.exitCode =
  run([join(ROOT, "scripts/build-ts.mjs")]) ||
  run([join(ROOT, "dist/test/fuzz/long-run.js"), ...process.argv.slice(2)]);
