/** Rules that the reader keeps: in the browser's store, in a file, as lines of IP_MAP_Calculator. */
import { checkDraft, draftOfText, ruleString } from "./draft.js";
import { FIRST_INPUTS, type Inputs } from "./model.js";
import { inputsOf, queryOf } from "./permalink.js";
import { readStored, writeStored } from "./storage.js";

const KEY = "mapd.saved-rules";
const SCHEMA = "mapd.saved-rules/1";

/** One saved rule with its CE, mode and the rest, as the query of its permalink. */
export interface SavedRule {
  readonly name: string;
  readonly query: string;
}

export type SaveProblem = { readonly kind: "name" | "rule"; readonly name: string };

export function loadSaved(): readonly SavedRule[] {
  return readQueries(readStored(KEY));
}

/** False where the browser keeps nothing. */
export function storeSaved(saved: readonly SavedRule[]): boolean {
  return writeStored(KEY, document(saved));
}

export function fileOf(saved: readonly SavedRule[]): string {
  return `${JSON.stringify(document(saved), null, 2)}\n`;
}

function document(saved: readonly SavedRule[]): object {
  return { schema: SCHEMA, rules: saved.map(({ query }) => query) };
}

export function savedOf(inputs: Inputs): SavedRule {
  return { name: inputs.draft.name, query: queryOf(inputs) };
}

/** Names are compared whole, and rules by what they are. */
export function whyNotSaved(saved: readonly SavedRule[], rule: SavedRule): SaveProblem | null {
  const named = saved.find(({ name }) => name === rule.name);
  if (named !== undefined) return { kind: "name", name: named.name };
  const same = saved.find(({ query }) => ruleKey(query) === ruleKey(rule.query));
  return same === undefined ? null : { kind: "rule", name: same.name };
}

function ruleKey(query: string): string {
  const inputs = inputsOf(query);
  const checked = inputs === null ? null : checkDraft(inputs.draft);
  if (!checked?.ok) return query;
  return JSON.stringify({ ...checked.value, name: "" });
}

/** Takes what can be taken of a file: an export of ours, or lines of rule strings. */
export function readFile(text: string): {
  readonly rules: readonly SavedRule[];
  readonly refused: number;
} {
  const json = parsed(text);
  if (json !== null) {
    const rules = readQueries(json);
    return { rules, refused: listOf(json).length - rules.length };
  }
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const rules = lines.flatMap((line) => {
    const draft = draftOfText(line);
    if (draft === null || !checkDraft(draft).ok) return [];
    return [savedOf({ ...FIRST_INPUTS, draft })];
  });
  return { rules, refused: lines.length - rules.length };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function listOf(value: unknown): readonly unknown[] {
  const rules = typeof value === "object" && value !== null ? Reflect.get(value, "rules") : null;
  return Array.isArray(rules) ? rules : [];
}

function readQueries(value: unknown): readonly SavedRule[] {
  return listOf(value).flatMap((query) => {
    const inputs = typeof query === "string" ? inputsOf(query) : null;
    return inputs === null || !checkDraft(inputs.draft).ok ? [] : [savedOf(inputs)];
  });
}

export function stringOf({ query }: SavedRule): string {
  const inputs = inputsOf(query);
  return inputs === null ? "" : ruleString(inputs.draft);
}
