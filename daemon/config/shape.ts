/**
 * Checks the shape of a configuration piece by piece, so that a slip in one place does not hide the
 * contradictions elsewhere: what is sound goes on to the checks of meaning, the rest is remembered as faulty.
 */
import type { z } from "zod";
import type { Findings } from "../../src/map/findings.js";
import type { Diagnostic } from "../../src/map/types.js";
import { issuesToDiagnostics } from "./issues.js";
import { plainRules } from "./plain-rules.js";
import {
  type ConfigDocument,
  configSchema,
  type DomainDocument,
  domainSchema,
  type RuleDocument,
  ruleSchema,
} from "./schema.js";
import { formatPath, type Path } from "./schema-walk.js";

export interface Shape {
  /** The whole document, but perhaps for its rules; null where anything is faulty. */
  readonly document: ConfigDocument | null;
  /** Every named rule; null where it is faulty. */
  readonly rules: ReadonlyMap<string, RuleDocument | null>;
  /** Every domain in order; null where it is faulty beyond repair. */
  readonly domains: readonly (DomainDocument | null)[];
  /** Paths that have an error already. */
  readonly faulty: readonly string[];
}

export function readShape(input: unknown, findings: Findings): Shape {
  const faulty: string[] = [];
  const report = (diagnostics: readonly Diagnostic[]): void => {
    findings.add(...diagnostics);
    faulty.push(...diagnostics.map((diagnostic) => diagnostic.path));
  };
  const mapping = isMapping(input) ? input : {};
  const { rules: rawRules, domains: rawDomains } = mapping;
  const plain = plainRules(rawRules);
  if (plain !== null) {
    const rest = configSchema.safeParse({ ...mapping, rules: {} });
    if (rest.success) return soundShape(rest.data, plain);
  }
  const whole = configSchema.safeParse(input);
  if (whole.success) return soundShape(whole.data, new Map(Object.entries(whole.data.rules)));
  report(issuesToDiagnostics(whole.error.issues, { schema: configSchema, input, base: [] }));
  const rules = new Map<string, RuleDocument | null>();
  for (const [name, raw] of Object.entries(isMapping(rawRules) ? rawRules : {})) {
    const result = ruleSchema.safeParse(raw);
    rules.set(name, result.success ? result.data : null);
  }
  const list = Array.isArray(rawDomains) ? rawDomains : [];
  const domains = list.map((raw) => salvage(domainSchema, raw));
  return { document: null, rules, domains, faulty };
}

function soundShape(document: ConfigDocument, rules: Shape["rules"]): Shape {
  return { document, rules, domains: document.domains, faulty: [] };
}

/** Parses; where that fails, parses once more without the keys that are wrong. */
function salvage<S extends z.ZodType>(schema: S, raw: unknown): z.output<S> | null {
  const first = schema.safeParse(raw);
  if (first.success) return first.data;
  if (!isMapping(raw)) return null;
  const copy = structuredClone(raw);
  for (const issue of first.error.issues) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [];
    for (const key of keys) remove(copy, [...issue.path, key]);
    if (keys.length === 0) remove(copy, issue.path);
  }
  const second = schema.safeParse(copy);
  return second.success ? second.data : null;
}

/** Removes what a path names; inside a list the list goes, so that no index moves. */
function remove(root: Record<PropertyKey, unknown>, path: Path): void {
  const list = path.findIndex((key) => typeof key === "number");
  const keys = list < 0 ? path : path.slice(0, list);
  const last = keys.at(-1);
  let parent: unknown = root;
  for (const key of keys.slice(0, -1)) {
    if (!isMapping(parent)) return;
    parent = parent[key];
  }
  if (last !== undefined && isMapping(parent)) delete parent[last];
}

export function isMapping(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a finding at `path` only follows from a fault that was reported already. */
export function followsFrom(path: string, faulty: readonly string[]): boolean {
  return faulty.some((fault) => isWithin(path, fault) || isWithin(fault, path));
}

function isWithin(path: string, outer: string): boolean {
  if (outer === "" || !path.startsWith(outer)) return false;
  const next = path[outer.length];
  return next === undefined || next === "." || next === "[";
}

/** `domains[2]` */
export function domainPath(index: number): string {
  return formatPath(["domains", index]);
}
