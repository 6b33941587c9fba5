// Holds every import against the order of the folders: a file imports only from its own folder or from
// one that stands above it here. src/ imports nothing of Node and no package. The same arrows are in
// biome.json for the editor; this checks that they are these (`--write` puts them there).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Lowest first. A name without a folder's slash is a file. */
const ORDER = [
  ["src/drops.ts"],
  ["src/verdict.ts"],
  ["src/counters.ts"],
  ["src/wire/"],
  ["src/map/"],
  ["src/dhcp/"],
  ["src/convert/"],
  ["src/lint/"],
  ["src/translate/"],
  ["src/nat44/"],
  ["src/pcp/"],
  ["src/pipeline/"],
  ["src/tun/"],
  ["src/explain/"],
  ["web/"],
  ["daemon/"],
  ["lab/"],
  ["test/"],
].flat();

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|(?<![\w-])import\s*\(?\s*["']([^"']+)["']/g;

function covers(place, path) {
  return place.endsWith("/") ? path.startsWith(place) : path === place;
}

function layerOf(path) {
  return ORDER.findIndex((place) => covers(place, path));
}

function sources() {
  return ["src", "web", "daemon", "lab", "test"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name))),
  );
}

/** What is wrong with one import, or null. */
function judge(path, specifier) {
  const layer = layerOf(path);
  if (layer < 0) return "stands nowhere in the order of folders";
  if (!specifier.startsWith(".")) {
    return path.startsWith("src/") ? "src/ imports neither Node nor packages" : null;
  }
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
  const targetLayer = layerOf(target);
  if (targetLayer < 0)
    return target.endsWith(".json") ? null : "leads out of the folders of the order";
  return targetLayer > layer ? `${ORDER[targetLayer]} stands below ${ORDER[layer]}` : null;
}

function importsOf(path) {
  const text = readFileSync(join(ROOT, path), "utf8");
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2]);
}

/** The override of biome.json that says the same about one place. */
function biomeOverride(place, index) {
  const below = ORDER.slice(index + 1).map((other) =>
    other.endsWith("/")
      ? `**/${other.replace("src/", "")}**`
      : `**/${other.replace("src/", "").replace(".ts", ".js")}`,
  );
  const group = place.startsWith("src/") ? [...below, "node:*"] : below;
  const message = `${place} imports only what stands above it in the order of folders (ARCHITECTURE.md).`;
  const options = { patterns: [{ group, message }] };
  return {
    includes: [place.endsWith("/") ? `${place}**` : place],
    linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } },
  };
}

function checkBiome(write) {
  const path = join(ROOT, "biome.json");
  const config = JSON.parse(readFileSync(path, "utf8"));
  const isOurs = (override) => override.linter?.rules?.style?.noRestrictedImports !== undefined;
  const wanted = ORDER.slice(0, -1).map(biomeOverride);
  const have = (config.overrides ?? []).filter(isOurs);
  if (JSON.stringify(have) === JSON.stringify(wanted)) return [];
  if (!write)
    return [
      "biome.json: the import rules differ from ORDER (scripts/check-boundaries.mjs --write)",
    ];
  config.overrides = [
    ...(config.overrides ?? []).filter((override) => !isOurs(override)),
    ...wanted,
  ];
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
  return [];
}

const files = sources();
const findings = files.flatMap((path) =>
  importsOf(path).flatMap((specifier) => {
    const finding = judge(path, specifier);
    return finding === null ? [] : [`${path}: imports ${specifier}: ${finding}`];
  }),
);
findings.push(...checkBiome(process.argv.includes("--write")));
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${files.length} files, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
