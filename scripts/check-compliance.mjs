// Holds docs/RFC-COMPLIANCE.md against the code. Its tables have the columns ID | status | function |
// test | note. Every function `path#symbol` and every test `path` or `path#name` must exist; what is done
// must name both. IDS lists the requirements by section: each has one row, in that section, and no other has one.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const PAGE = "docs/RFC-COMPLIANCE.md";
const IDS = "test/vectors/requirement-ids.json";
const ID = /^[A-Z][A-Z0-9]*(-[A-Za-z0-9.]+)+$/;
const STATUSES = ["done", "partial", "not yet", "not applicable", "by choice"];
/** Statuses that claim something which must be shown. */
const CLAIMS = ["done", "partial"];
const COLUMNS = 5;

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Null when the reference is good, else what is wrong with it. */
function judgeFunction(reference) {
  const [path, symbol] = reference.split("#");
  if (!isFile(path)) return `no file ${path}`;
  if (symbol === undefined) return `${reference} names no symbol (path#symbol)`;
  const text = readFileSync(join(ROOT, path), "utf8");
  // A declaration or a method, not a mention.
  const name = escaped(symbol);
  const declared = new RegExp(
    `\\b(function|class|const|interface|type)\\s+${name}\\b|^\\s*(static |async |override |protected |private |readonly |get )*#?${name}\\s*(\\(|=)|^\\w[\\w *]*\\b${name}\\(`,
    "m",
  );
  return declared.test(text) ? null : `${path} declares no ${symbol}`;
}

function judgeTest(reference) {
  const hash = reference.indexOf("#");
  const path = hash < 0 ? reference : reference.slice(0, hash);
  if (!path.startsWith("test/")) return `${reference} is not under test/`;
  if (!existsSync(join(ROOT, path))) return `no test ${path}`;
  const isFolder = statSync(join(ROOT, path)).isDirectory();
  if (isFolder) {
    return existsSync(join(ROOT, path, "case.json")) ? null : `${path} is no golden case`;
  }
  if (hash < 0) return null;
  const name = reference.slice(hash + 1);
  return readFileSync(join(ROOT, path), "utf8").includes(name) ? null : `${path} has no ${name}`;
}

function isFile(path) {
  return path !== "" && existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile();
}

/** References of a cell: in backquotes, separated by anything. */
function references(cell) {
  return [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]);
}

function judgeRow(cells, seen) {
  const [id, status, functions, tests] = cells;
  const findings = [];
  if (cells.length !== COLUMNS) findings.push(`${cells.length} columns instead of ${COLUMNS}`);
  if (!ID.test(id)) findings.push("is no requirement ID");
  if (seen.has(id)) findings.push("is there twice");
  seen.add(id);
  if (!STATUSES.includes(status)) findings.push(`status ${status}; one of ${STATUSES.join(", ")}`);
  const claims = CLAIMS.includes(status);
  const [functionRefs, testRefs] = [references(functions ?? ""), references(tests ?? "")];
  if (claims && functionRefs.length === 0) findings.push("names no function");
  if (claims && testRefs.length === 0) findings.push("names no test");
  findings.push(...functionRefs.map(judgeFunction), ...testRefs.map(judgeTest));
  return findings.filter((finding) => finding !== null);
}

/** What is wrong with the rows as a whole: an ID without its row, or a row in a section that does not list it. */
function judgeSet(rows) {
  const expected = Object.entries(JSON.parse(readFileSync(join(ROOT, IDS), "utf8")));
  const sectionOf = new Map(expected.flatMap(([name, ids]) => ids.map((id) => [id, name])));
  const there = new Set(rows.map(({ cells }) => cells[0]));
  const missing = [...sectionOf.keys()].filter((id) => !there.has(id));
  const misplaced = rows.filter(({ cells, section }) => sectionOf.get(cells[0]) !== section);
  return [
    ...missing.map((id) => `${PAGE}: ${id} of ${IDS} has no row`),
    ...misplaced.map(({ cells, line, section }) => {
      return `${PAGE}:${line}: ${cells[0]}: is not listed in ${IDS} under "${section}"`;
    }),
  ];
}

function rows(text) {
  let section = "";
  return text.split("\n").flatMap((line, index) => {
    if (line.startsWith("## ")) section = line.slice(3).trim();
    if (!line.startsWith("|")) return [];
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const isHead = cells[0] === "ID" || /^:?-+:?$/.test(cells[0]);
    return isHead ? [] : [{ cells, section, line: index + 1 }];
  });
}

let findings = [];
let count = 0;
if (!isFile(PAGE)) findings = [`${PAGE} is missing`];
else {
  const seen = new Set();
  const all = rows(readFileSync(join(ROOT, PAGE), "utf8"));
  count = all.length;
  findings = all.flatMap(({ cells, line }) =>
    judgeRow(cells, seen).map((finding) => `${PAGE}:${line}: ${cells[0]}: ${finding}`),
  );
  if (count === 0) findings.push(`${PAGE} has no rows`);
  findings.push(...judgeSet(all));
}
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${count} requirements, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
