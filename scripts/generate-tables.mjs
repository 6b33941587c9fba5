// Writes docs/drops.md and docs/counters.md from the tables in src/, read from compiled output:
// `node scripts/generate-tables.mjs [--check] [OUTPUT-FOLDER]`, by default dist/. With --check nothing is
// written, and the exit status is 1 where a page differs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const words = process.argv.slice(2);
const check = words.includes("--check");
const compiled = resolve(ROOT, words.find((word) => !word.startsWith("--")) ?? "dist");
const load = (path) => import(pathToFileURL(join(compiled, path)).href);

const { DROPS } = await load("src/verdict.js");
const { COUNTERS } = await load("src/counters.js");

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function page(title, text, ...parts) {
  const made = "<!-- Made by scripts/generate-tables.mjs from the tables in src/; do not edit. -->";
  return `${[`# ${title}`, made, text, ...parts].join("\n\n")}\n`;
}

const drops = page(
  "Why packets are dropped",
  "Every packet that mapd does not forward is counted under one of these reasons: as " +
    "`mapd_dropped_packets_total{domain,family,reason}` in `/metrics` and by name in `mapctl counters`. " +
    "The family is that of the packet as it came in.",
  table(
    ["Reason", "Meaning", "Source"],
    DROPS.map(({ name, help, rfc }) => [`\`${name}\``, help, rfc === "none" ? "" : rfc]),
  ),
);

const counters = page(
  "Counters",
  "What `mapctl counters` shows for each domain, besides the [drop reasons](drops.md). " +
    '"in" is what mapd read from its TUN device, "out" what the kernel took from it.',
  table(
    ["Counter", "Kind", "Unit", "Meaning"],
    COUNTERS.map(({ name, kind, unit, help }) => [`\`${name}\``, kind, unit, help]),
  ),
);

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

let differing = 0;
for (const [name, text] of [
  ["docs/drops.md", drops],
  ["docs/counters.md", counters],
]) {
  const path = join(ROOT, name);
  if (read(path) === text) continue;
  if (check) {
    process.stderr.write(`${name} differs from its table; run scripts/generate-tables.mjs\n`);
    differing++;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${name} written\n`);
  }
}
process.exitCode = differing > 0 ? 1 : 0;
