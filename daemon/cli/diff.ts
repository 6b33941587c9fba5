/** `mapctl diff`: two rules value by value, and what the change means for CEs. */
import {
  compareRuleSets,
  compareRules,
  isSame,
  type RuleSetDifference,
  type ValueDifference,
} from "../../src/map/compare.js";
import { formatRuleString } from "../../src/map/rule-text.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import { type CliCommand, type CliContext, type CliInput, isGiven, writeJson } from "./command.js";
import { paint } from "./paint.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleSetArgument } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";

const SCHEMA = "mapd.diff/1";

export const diffCommand: CliCommand = {
  name: "diff",
  summary: "Compare two rules, or two files of rules: what changes, and for how many CEs",
  arguments: [RULE_ARGUMENT, { ...RULE_ARGUMENT, name: "other" }],
  options: [...RULE_OPTIONS, { flags: "--all", description: "show equal values, too" }],
  schema: SCHEMA,
  examples: [
    "mapctl diff '2001:db8::/40 192.0.2.0/24 16 6' '2001:db8::/40 192.0.2.0/24 16 4'",
    "mapctl diff old metro --config /etc/mapd/mapd.yaml --json",
    "mapctl diff ./old.yaml ./new.yaml",
  ],
  run: runDiff,
};

async function runDiff(input: CliInput, context: CliContext): Promise<number> {
  const before = await ruleSetArgument(input, context, 0);
  const after = await ruleSetArgument(input, context, 1);
  const [one, other] = [before.rules[0], after.rules[0]];
  const diagnostics = [...before.diagnostics, ...after.diagnostics];
  const isPair = before.rules.length === 1 && after.rules.length === 1;
  if (isPair && one !== undefined && other !== undefined) {
    showPair(context, one, other, isGiven(input, "all"), diagnostics);
  } else {
    showSets(context, compareRuleSets(before.rules, after.rules), diagnostics);
  }
  if (!context.json) writeDiagnostics(context, diagnostics);
  return EXIT.done;
}

function showPair(
  context: CliContext,
  one: Rule,
  other: Rule,
  isAll: boolean,
  diagnostics: readonly Diagnostic[],
): void {
  const difference = compareRules(one, other);
  const same = isSame(difference);
  if (context.json) {
    const rules = { one: ruleValues(one), other: ruleValues(other) };
    writeJson(context, { schema: SCHEMA, same, ...rules, ...difference, diagnostics });
    return;
  }
  writeText(context, difference.values, isAll);
  context.stdout.write(same ? "the rules are the same\n" : "\n");
  for (const effect of difference.effects) context.stdout.write(`${effect}\n`);
}

/** Of files with many rules: which came, went and changed, by name. */
function showSets(
  context: CliContext,
  { added, removed, changed, unchanged }: RuleSetDifference,
  diagnostics: readonly Diagnostic[],
): void {
  if (context.json) {
    writeJson(context, {
      schema: SCHEMA,
      same: added.length + removed.length + changed.length === 0,
      added: added.map((rule) => ({ name: rule.name, ...ruleValues(rule) })),
      removed: removed.map((rule) => ({ name: rule.name, ...ruleValues(rule) })),
      changed: changed.map(({ name, difference }) => ({ name, ...difference })),
      unchanged,
      diagnostics,
    });
    return;
  }
  for (const rule of removed) context.stdout.write(`- ${formatRuleString(rule)}\n`);
  for (const rule of added) context.stdout.write(`+ ${formatRuleString(rule)}\n`);
  for (const { name, difference } of changed) {
    context.stdout.write(`\n${name}\n`);
    writeText(context, difference.values, false);
    for (const effect of difference.effects) context.stdout.write(`${effect}\n`);
  }
  const counts = `${added.length} added, ${removed.length} removed, ${changed.length} changed`;
  context.stdout.write(`\n${counts}, ${unchanged} as before\n`);
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
