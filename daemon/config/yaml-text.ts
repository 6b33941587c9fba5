/** YAML text to plain values. Duplicate keys, unknown tags and bad syntax are refused with their place. */
import { createRequire } from "node:module";
import type { LineCounter, Pair, YAMLError } from "yaml";
import type { Checked, Diagnostic } from "../../src/map/types.js";
import { readJson } from "./json-text.js";

/** An alias may repeat a block, but not grow a small file into a large one. */
const MAX_ALIASES = 100;

/** One slip may make the parser stumble many times over; nobody reads more than this. */
const MAX_PROBLEMS = 20;

/** Longest message about a text that may be no text at all, characters. */
const LONGEST_MESSAGE = 160;

export function readYaml(text: string): Checked<unknown> {
  const json = readJson(text);
  return json === undefined ? parseYaml(text) : { ok: true, value: json, diagnostics: [] };
}

/** The long way, which knows the places of what is wrong. */
export function parseYaml(text: string): Checked<unknown> {
  // Loaded for texts that are not JSON alone: it takes as long as a thousand rules.
  const yaml: typeof import("yaml") = createRequire(import.meta.url)("yaml");
  const { isScalar, LineCounter, parseDocument, visit } = yaml;
  const lineCounter = new LineCounter();
  // The parser looks for equal keys pair by pair, which takes seconds for thousands of rules.
  const document = parseDocument(text, { version: "1.2", uniqueKeys: false, lineCounter });
  // A warning of the parser (an unknown tag, say) means that a value is not what it looks like.
  const problems = shortened([...document.errors, ...document.warnings].map(syntaxProblem));
  // A text this far from YAML has no keys to speak of.
  if (problems.length > MAX_PROBLEMS) return { ok: false, diagnostics: problems };
  visit(document, {
    Map(_key, { items }): void {
      problems.push(...keyProblems(items, isScalar, lineCounter));
    },
  });
  if (problems.length > 0) return { ok: false, diagnostics: problems };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }), diagnostics: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, diagnostics: [finding("bad-yaml", message)] };
  }
}

function shortened(problems: readonly Diagnostic[]): Diagnostic[] {
  const rest = problems.length - MAX_PROBLEMS;
  if (rest <= 0) return [...problems];
  return [...problems.slice(0, MAX_PROBLEMS), finding("bad-yaml", `${rest} more like these`)];
}

/** Keys that stand twice, are no text, or that JavaScript objects do not hold as they are. */
function keyProblems(
  items: readonly Pair[],
  isScalar: typeof import("yaml").isScalar,
  lineCounter: LineCounter,
): Diagnostic[] {
  const problems: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : null;
    if (name === null || name === "__proto__") {
      problems.push(finding("bad-yaml", `${placeOf(key, lineCounter)}this cannot be a key`));
    } else if (seen.has(name)) {
      const text = `${placeOf(key, lineCounter)}the key "${clipped(name)}" stands here twice`;
      problems.push(finding("duplicate-key", text));
    } else {
      seen.add(name);
    }
  }
  return problems;
}

/** `line 2:1: `, or nothing for a key that is not written. */
function placeOf(node: unknown, lineCounter: LineCounter): string {
  const range: unknown =
    typeof node === "object" && node !== null ? Reflect.get(node, "range") : null;
  if (!Array.isArray(range) || typeof range[0] !== "number") return "";
  const { line, col } = lineCounter.linePos(range[0]);
  return `line ${line}:${col}: `;
}

function syntaxProblem(error: YAMLError): Diagnostic {
  const place = error.linePos?.[0];
  const at = place === undefined ? "" : `line ${place.line}:${place.col}: `;
  // The parser appends the place and the quoted line; the first line says what is wrong.
  const [first = error.code] = error.message.split("\n");
  const text = OWN_WORDS[error.code] ?? first.replace(/ at line \d+, column \d+:?$/, "");
  return finding("bad-yaml", `${at}${clipped(text)}`);
}

/** Where the parser speaks to programmers. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a second document begins here; a configuration is one, so remove this line",
  RESOURCE_EXHAUSTION: "blocks are nested too deeply here; this is no configuration",
};

function clipped(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}...`;
}

function finding(code: string, message: string): Diagnostic {
  return { code, severity: "error", path: "", message, rfc: "" };
}
