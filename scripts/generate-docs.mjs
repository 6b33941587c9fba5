// Writes what is made from the configuration schema, config/mapd.schema.json and docs/configuration.md, and
// from the table of mapctl's commands, docs/commands.md; from both the man pages and the completion of shells; from
// the table of metrics, docs/metrics.md; from the table of the page's API, docs/page-api.md; from those of lint
// and of DHCPv6 options, docs/lint.md and docs/dhcpv6.md.
// Runs on compiled output: `node scripts/generate-docs.mjs [--check] [OUTPUT-FOLDER]`, by default dist/.
// With --check nothing is written, and the exit status is 1 where a file differs.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const words = process.argv.slice(2);
const check = words.includes("--check");
const compiled = resolve(root, words.find((word) => !word.startsWith("--")) ?? "dist");

const load = (path) => import(pathToFileURL(join(compiled, path)).href);
const { configurationPage, jsonSchema } = await load("daemon/config/reference.js");
const { commandsPage } = await load("daemon/cli/reference.js");
const { mapctlPage, mapdPage, mapdYamlPage } = await load("daemon/cli/man.js");
const { dhcpPage } = await load("daemon/cli/dhcp-reference.js");
const { lintPage } = await load("daemon/convert/lint-reference.js");
const { metricsPage } = await load("daemon/http/reference.js");
const { apiPage } = await load("daemon/http/api-reference.js");
const { completionFiles } = await load("daemon/cli/commands.js");

const schemaName = "config/mapd.schema.json";
const pages = [
  [schemaName, formatted(schemaName, JSON.stringify(jsonSchema()))],
  ["docs/configuration.md", configurationPage()],
  ["docs/commands.md", commandsPage()],
  ["docs/metrics.md", metricsPage()],
  ["docs/lint.md", lintPage()],
  ["docs/dhcpv6.md", dhcpPage()],
  ["docs/page-api.md", apiPage()],
  ["docs/man/mapctl.8", mapctlPage()],
  ["docs/man/mapd.8", mapdPage()],
  ["docs/man/mapd.yaml.5", mapdYamlPage()],
  ...completionFiles().map(({ file, script }) => [`completion/${file}`, script]),
];

let differing = 0;
for (const [name, text] of pages) {
  const path = join(root, name);
  if (read(path) === text) continue;
  if (check) {
    process.stderr.write(`${name} differs from its table; run scripts/generate-docs.mjs\n`);
    differing++;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stdout.write(`${name} written\n`);
  }
}
process.exitCode = differing > 0 ? 1 : 0;

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** As the formatter of this repository wants it, so that formatting all files changes nothing here. */
function formatted(name, text) {
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const words = [biome, "format", `--stdin-file-path=${name}`];
  const result = spawnSync(process.execPath, words, { cwd: root, input: text, encoding: "utf8" });
  if (result.status !== 0) throw new Error(`biome cannot format ${name}: ${result.stderr}`);
  return result.stdout;
}
