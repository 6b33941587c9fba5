/** YAML text to plain values. Duplicate keys, unknown tags and bad syntax are refused with their place. */
import { type Document, isScalar, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import type { Checked, Diagnostic } from "../../src/map/types.js";

/** An alias may repeat a block, but not grow a small file into a large one. */
const MAX_ALIASES = 100;

export function readYaml(text: string): Checked<unknown> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: "1.2", uniqueKeys: true, lineCounter });
  // A warning of the parser (an unknown tag, say) means that a value is not what it looks like.
  const problems = [...document.errors, ...document.warnings].map(toDiagnostic);
  problems.push(...keyProblems(document, lineCounter));
  if (problems.length > 0) return { ok: false, diagnostics: problems };
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: MAX_ALIASES }), diagnostics: [] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, diagnostics: [finding("bad-yaml", message)] };
  }
}

/** Keys that no configuration has and that JavaScript objects do not hold as they are. */
function keyProblems(document: Document, lineCounter: LineCounter): Diagnostic[] {
  const problems: Diagnostic[] = [];
  visit(document, {
    Pair(_index, { key }): void {
      const isPlain = isScalar(key) && key.value !== "__proto__";
      if (isPlain) return;
      const offset = readOffset(key);
      const { line, col } = lineCounter.linePos(offset);
      problems.push(finding("bad-yaml", `line ${line}:${col}: this cannot be a key`));
    },
  });
  return problems;
}

function readOffset(node: unknown): number {
  const range: unknown =
    typeof node === "object" && node !== null ? Reflect.get(node, "range") : null;
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : 0;
}

function toDiagnostic(error: YAMLError): Diagnostic {
  const place = error.linePos?.[0];
  const at = place === undefined ? "" : `line ${place.line}:${place.col}: `;
  // The parser appends the place and the quoted line; the first line says what is wrong.
  const [first = error.code] = error.message.split("\n");
  const what = first.replace(/ at line \d+, column \d+:?$/, "");
  const code = error.code === "DUPLICATE_KEY" ? "duplicate-key" : "bad-yaml";
  return finding(code, `${at}${what}`);
}

function finding(code: string, message: string): Diagnostic {
  return { code, severity: "error", path: "", message, rfc: "" };
}
