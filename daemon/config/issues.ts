/** Turns what zod found into diagnostics that an operator can act on. */
import type { z } from "zod";
import type { Diagnostic } from "../../src/map/types.js";
import { didYouMean } from "../suggest.js";
import { formatPath, keysOf, type Path, schemaAt, valueAt } from "./schema-walk.js";

type Issue = z.core.$ZodIssue;

interface Context {
  readonly schema: z.core.$ZodType;
  /** What was given to the schema. */
  readonly input: unknown;
  /** Where the input stands in the whole configuration. */
  readonly base: Path;
}

export function issuesToDiagnostics(issues: readonly Issue[], context: Context): Diagnostic[] {
  return issues.flatMap((issue) => issueToDiagnostics(issue, issue.path, context));
}

/** What zod says of a required key that is not there, by the kind of its schema. */
const MISSING_CODES: ReadonlySet<string> = new Set([
  "invalid_type",
  "invalid_value",
  "invalid_union",
]);

function issueToDiagnostics(issue: Issue, path: Path, context: Context): Diagnostic[] {
  const where = formatPath([...context.base, ...path]);
  const error = (code: string, message: string, rfc = "", at = where): Diagnostic => {
    return { code, severity: "error", path: at, message, rfc };
  };
  const value = valueAt(context.input, path);
  const isMissing = value === undefined && path.length > 0;
  if (isMissing && MISSING_CODES.has(issue.code)) return [error("missing-key", "is required")];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const at = formatPath([...context.base, ...path, key]);
        return error("unknown-key", `unknown key${suggestKey(key, path, context)}`, "", at);
      });
    case "invalid_union":
      return unionDiagnostics(issue, path, context) ?? [error("bad-value", issue.message)];
    case "invalid_type":
      return [error("wrong-type", `must be ${typeName(issue.expected)}, not ${describe(value)}`)];
    case "invalid_value":
      return [error("bad-value", choiceMessage(issue.values, value))];
    case "too_small":
    case "too_big":
      return [error("out-of-range", rangeMessage(issue))];
    case "invalid_key":
      return [error("bad-name", issue.issues[0]?.message ?? issue.message)];
    case "custom": {
      const { code, rfc } = issue.params ?? {};
      return [error(String(code ?? "bad-value"), issue.message, String(rfc ?? ""))];
    }
    default:
      return [error("bad-value", `${issue.message}, not ${describe(value)}`)];
  }
}

function suggestKey(key: string, path: Path, context: Context): string {
  const schema = schemaAt(context.schema, path);
  return schema === null
    ? ""
    : didYouMean(
        key,
        keysOf(schema).map(([name]) => name),
      );
}

/** Findings of the one branch whose type fits the value; null where none or several do. */
function unionDiagnostics(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  context: Context,
): Diagnostic[] | null {
  const fitting = issue.errors.filter((branch) => branch.every((inner) => fits(inner)));
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) return null;
  return only.flatMap((inner) => issueToDiagnostics(inner, [...path, ...inner.path], context));
}

/** An issue about the value's content, not about its type or choice as a whole. */
function fits(issue: Issue): boolean {
  if (issue.path.length > 0 || issue.code === "custom") return true;
  return issue.code === "too_small" && issue.origin === "array";
}

function choiceMessage(values: readonly z.core.util.Primitive[], value: unknown): string {
  const names = values.map(String);
  const hint = typeof value === "string" ? didYouMean(value, names) : "";
  const list = names.length === 1 ? names[0] : `one of ${names.join(", ")}`;
  return `must be ${list}, not ${describe(value)}${hint}`;
}

function rangeMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const bound = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const side = issue.code === "too_small" ? "at least" : "at most";
  if (issue.origin === "array") return `must have ${side} ${bound} entry`;
  if (issue.origin === "string") return `must have ${side} ${bound} characters`;
  return `must be ${side} ${bound}`;
}

function typeName(expected: string): string {
  switch (expected) {
    case "int":
    case "number":
      return "a whole number";
    case "string":
      return "text";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "a mapping of keys";
    default:
      return expected;
  }
}

const LONGEST_QUOTE = 60;

function describe(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  const text = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}...` : value;
  return `the text ${JSON.stringify(text)}`;
}
