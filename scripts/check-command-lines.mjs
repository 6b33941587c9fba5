// Every command line of mapctl that documents and configuration name is one of the table of commands, with options that
// the command has. The table is read from docs/commands.md, which a test holds against the commands themselves.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const TABLE = "docs/commands.md";
const FOLDERS = ["docs", "config", "systemd", "packaging"];
const FILES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
const KINDS = /\.(md|ya?ml|json|service|conf)$/;
/** Known to every command. */
const GLOBAL = ["--socket", "--json", "--color", "--help", "-h", "--version", "-V"];
/** Stands for any of them. */
const PLACEHOLDER = /^(COMMAND|\.\.\.|…)$/;

/** Options by the command's name, one word or two. */
function commands() {
  const sections = readFileSync(join(ROOT, TABLE), "utf8")
    .split(/^## mapctl /m)
    .slice(1);
  return new Map(
    sections.map((section) => {
      const [name = ""] = section.split("\n", 1);
      const usage = /```\n(mapctl .*)\n```/.exec(section)?.[1] ?? "";
      const options = usage.match(/(?<=[[ ])--?[a-z][a-z0-9-]*/g) ?? [];
      return [name.trim(), new Set([...options, ...GLOBAL])];
    }),
  );
}

const TABLE_OF_COMMANDS = commands();
const GROUPS = new Set([...TABLE_OF_COMMANDS.keys()].map((name) => name.split(" ")[0]));

/** The parts of a file that are code: all of it, or in Markdown what is marked as such; with their lines' numbers. */
function codeOf(path, text) {
  const lines = text.split("\n").map((line, index) => ({ line, number: index + 1 }));
  if (!path.endsWith(".md")) return lines;
  let isFenced = false;
  return lines.flatMap(({ line, number }) => {
    if (line.startsWith("```")) isFenced = !isFenced;
    if (isFenced || line.startsWith("    ")) return [{ line, number }];
    return [...line.matchAll(/`([^`]+)`/g)].map(([, code]) => ({ line: code, number }));
  });
}

/** The words of each command line, up to whatever ends it. */
function commandLines(code) {
  return [...code.matchAll(/(?<![\w/.-])mapctl((?: +(?:'[^']*'|[^\s'"|;#()]+))*)/g)].map(
    ([, rest = ""]) =>
      (rest.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/[,.:]+$/, "") || word),
  );
}

/** What is wrong with a command line, or null. */
function judge(words, isMarked) {
  const [first, second] = words;
  if (first === undefined || first.startsWith("-") || PLACEHOLDER.test(first)) return null;
  const two = `${first.toLowerCase()} ${second}`;
  const name = TABLE_OF_COMMANDS.has(two) ? two : first.toLowerCase();
  const options = TABLE_OF_COMMANDS.get(name);
  const used = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split("=")[0]);
  if (options === undefined) {
    if (GROUPS.has(name) && used.length === 0) return null;
    // In running text it may be a sentence.
    return isMarked || used.length > 0 ? `no command is named "${first}"` : null;
  }
  const unknown = used.filter((word) => !options.has(word));
  return unknown.length === 0 ? null : `mapctl ${name} has no option ${unknown.join(", ")}`;
}

function paths() {
  const nested = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(ROOT, join(entry.parentPath ?? entry.path, entry.name))),
  );
  return [...nested.filter((path) => KINDS.test(path)), ...FILES];
}

let count = 0;
const findings = paths().flatMap((path) =>
  codeOf(path, readFileSync(join(ROOT, path), "utf8")).flatMap(({ line, number }) =>
    commandLines(line).flatMap((words) => {
      count++;
      const finding = judge(words, path.endsWith(".md"));
      return finding === null ? [] : [`${path}:${number}: ${finding}: ${line.trim()}`];
    }),
  ),
);
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${count} command lines, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 && TABLE_OF_COMMANDS.size > 0 ? 0 : 1;
