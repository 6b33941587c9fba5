/** Puts the tables of a result between the two marks of docs/performance.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { circumstances, tablesOf, toMarkdown } from "./report.js";
import type { BenchResult } from "./result.js";

const DOCUMENT = fileURLToPath(new URL("../../../docs/performance.md", import.meta.url));
const BEGIN = "<!-- bench: what follows is written by `npm run bench -- --table FILE` -->\n";
const END = "<!-- bench: end -->\n";

export function fillDocument(result: BenchResult): void {
  const text = readFileSync(DOCUMENT, "utf8");
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT}: the two marks are missing`);
  const parts = [circumstances(result), ...tablesOf(result).map(toMarkdown)];
  const before = text.slice(0, begin + BEGIN.length);
  writeFileSync(DOCUMENT, `${before}\n${parts.join("\n\n")}\n\n${text.slice(end)}`);
}
