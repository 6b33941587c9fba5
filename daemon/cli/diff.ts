/** `mapctl diff`: two rules value by value, and what the change means for CEs. */
import { compareRules, type ValueDifference } from "../../src/map/compare.js";
import type { Diagnostic } from "../../src/map/types.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import { type CliCommand, type CliContext, type CliInput, isGiven, writeJson } from "./command.js";
import { paint } from "./paint.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";

export const diffCommand: CliCommand = {
  name: "diff",
  summary: "Compare two rules: what changes, and for how many CEs",
  arguments: [RULE_ARGUMENT, { ...RULE_ARGUMENT, name: "other" }],
  options: [...RULE_OPTIONS, { flags: "--all", description: "show equal values, too" }],
  schema: "mapd.diff/1",
  examples: [
    "mapctl diff '2001:db8::/40 192.0.2.0/24 16 6' '2001:db8::/40 192.0.2.0/24 16 4'",
    "mapctl diff old metro --config /etc/mapd/mapd.yaml --json",
  ],
  run: runDiff,
};

async function runDiff(input: CliInput, context: CliContext): Promise<number> {
  const one = await ruleArgument(input, context, 0);
  const other = await ruleArgument(input, context, 1);
  const { values, ces, effects } = compareRules(one.rule, other.rule);
  const diagnostics = [...one.diagnostics, ...other.diagnostics];
  const same = values.every((value) => value.same || value.key === "name");
  if (context.json) {
    const rules = { one: ruleValues(one.rule), other: ruleValues(other.rule) };
    writeJson(context, {
      schema: "mapd.diff/1",
      same,
      ...rules,
      values,
      ces,
      effects,
      diagnostics,
    });
    return EXIT.done;
  }
  writeText(context, values, isGiven(input, "all"));
  context.stdout.write(same ? "the rules are the same\n" : "\n");
  for (const effect of effects) context.stdout.write(`${effect}\n`);
  writeDiagnostics(context, diagnostics);
  return EXIT.done;
}

const COLUMNS: readonly Column<ValueDifference>[] = [
  { title: "", text: ({ same }) => (same ? "" : "*") },
  { title: "what", text: ({ label }) => label },
  { title: "first rule", text: ({ one }) => one },
  { title: "second rule", text: ({ other }) => other },
];

/** Changed ones bear a star, so that colour says nothing alone. */
function writeText(context: CliContext, values: readonly ValueDifference[], isAll: boolean): void {
  const rows = isAll ? values : values.filter(({ same }) => !same);
  if (rows.length > 0) writeTable(context, COLUMNS, rows);
}

function writeDiagnostics(context: CliContext, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    const text = formatDiagnostic(diagnostic);
    context.stderr.write(
      `${diagnostic.severity === "error" ? paint(context, "red", text) : text}\n`,
    );
  }
}
