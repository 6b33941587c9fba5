// No file beyond 400 lines where people read most; those that come near are named.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const LIMIT = 400;
const NEAR = 350;
const FOLDERS = ["src", "web", "daemon", "lab", "native", "test", "scripts"];
const KINDS = /\.(tsx?|css|c|h|mjs)$/;
const FOREIGN = /^native\/(build|prebuilds)\//;

const sizes = FOLDERS.flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && KINDS.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((path) => !FOREIGN.test(path))
    .map((path) => ({
      path,
      lines: readFileSync(join(ROOT, path), "utf8").split("\n").length - 1,
    })),
);
const tooLong = sizes.filter(({ lines }) => lines > LIMIT);
for (const { path, lines } of sizes.filter((file) => file.lines > NEAR)) {
  const verdict = lines > LIMIT ? `more than ${LIMIT}` : `close to ${LIMIT}`;
  process.stderr.write(`${path}: ${lines} lines, ${verdict}\n`);
}
process.stdout.write(`${sizes.length} files, ${tooLong.length} too long\n`);
process.exitCode = tooLong.length === 0 ? 0 : 1;
