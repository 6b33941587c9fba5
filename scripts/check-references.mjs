// References to RFCs have one form, `RFC 7597 §5.2`, so that they can be listed and checked. Allowed, too:
// the RFC alone, `RFC 7597 App. A`, and a list of sections, `RFC 7915 §4.1, §5.1`.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const FOLDERS = ["src", "daemon", "lab", "native", "test", "scripts", "config", "docs"];
const FILES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const KINDS = /\.(ts|c|h|mjs|md|yaml)$/;
const FOREIGN = /^native\/(build|prebuilds)\//;
const SELF = "scripts/check-references.mjs";

const WRONG = [
  { pattern: /\bRFC-?\d/, advice: "a space between RFC and number" },
  {
    pattern: /\bRFC \d+,?\s+(sections?|sec\.|chapter|clause|Section)\b/i,
    advice: "§ instead of the word",
  },
  { pattern: /\bRFC \d+(,|:)\s*§/, advice: "nothing between number and §" },
  { pattern: /\bRFC \d+§/, advice: "a space before §" },
  { pattern: /§§|§\s/, advice: "one § right before each section" },
  { pattern: /\bRFC \d+,? (appendix|Appendix|app\.|annex)/, advice: "App. for an appendix" },
];

function isUnderCheck(path) {
  return KINDS.test(path) && !FOREIGN.test(path) && path !== SELF;
}

function paths() {
  const nested = FOLDERS.flatMap((folder) => {
    try {
      return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name)));
    } catch (error) {
      if (error.code === "ENOENT") return [];
      throw error;
    }
  });
  return [...nested.filter(isUnderCheck), ...FILES];
}

function findingsIn(path) {
  let text;
  try {
    text = readFileSync(join(ROOT, path), "utf8");
  } catch (error) {
    if (error.code === "ENOENT" && FILES.includes(path)) return [`${path}: is missing`];
    throw error;
  }
  return text
    .split("\n")
    .flatMap((line, index) =>
      WRONG.filter(({ pattern }) => pattern.test(line)).map(
        ({ advice }) => `${path}:${index + 1}: ${advice}: ${line.trim()}`,
      ),
    );
}

const all = paths();
const findings = all.flatMap(findingsIn);
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${all.length} files, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
