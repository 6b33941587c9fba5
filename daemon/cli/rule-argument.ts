/** RULE on the command line: a rule, the name of one in a configuration, a file that holds some, or standard input. */
import { readFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import { checkRule, checkRuleSet, type RuleInput } from "../../src/map/check.js";
import { isRuleText, readRuleLines, readRuleText } from "../../src/map/rule-text.js";
import type { Checked, Diagnostic, Iid, Rule } from "../../src/map/types.js";
import { allRules, ruleNames, ruleOf } from "../config/load.js";
import { MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import type { CliArgument, CliContext, CliInput, CliOption } from "./command.js";
import { textOption } from "./command.js";

export const RULE_ARGUMENT: CliArgument = {
  name: "rule",
  description:
    "'V6-PREFIX V4-PREFIX EA-LEN [OFFSET [PSID-LEN [PSID]]]', 'name|v6|len|v4|len|ea|offset', name of a rule (with --config), ./FILE with rules or a configuration, or - (standard input)",
  required: true,
};

export const RULE_OPTIONS: readonly CliOption[] = [
  { flags: "--config <file>", description: "configuration that defines the rule" },
  {
    flags: "--iid <style>",
    description: "interface identifier",
    choices: ["rfc7597", "draft-03"],
  },
];

export interface RuleArgument {
  readonly rule: Rule;
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  /** True where a configuration or --iid says which interface identifier the rule has. */
  readonly isIidGiven: boolean;
}

export interface RuleSetArgument {
  /** At least one. */
  readonly rules: readonly Rule[];
  /** Warnings. */
  readonly diagnostics: readonly Diagnostic[];
  readonly isIidGiven: boolean;
}

/** The one rule of argument `at`. Throws a `MapdError`: usage, not-found, or invalid with all that is wrong with it. */
export async function ruleArgument(
  input: CliInput,
  context: CliContext,
  at = 0,
): Promise<RuleArgument> {
  const { rules, ...rest } = await ruleSetArgument(input, context, at);
  const [rule, ...others] = rules;
  if (rule !== undefined && others.length === 0) return { rule, ...rest };
  const names = rules.slice(0, 5).map(({ name }) => name);
  const more = rules.length > names.length ? ", ..." : "";
  const message = `${input.arguments[at]} holds ${rules.length} rules, and this needs one: ${names.join(", ")}${more}; name it, with --config FILE, or write it`;
  throw new MapdError("usage", message);
}

/** The rules of argument `at`: of a file all, else the one. They agree with each other. */
export async function ruleSetArgument(
  input: CliInput,
  context: CliContext,
  at = 0,
): Promise<RuleSetArgument> {
  const text = (input.arguments[at] ?? "").trim();
  const iid = textOption(input, "iid") as Iid | undefined;
  const { inputs, isConfiguration } = await readRules(text, textOption(input, "config"), context);
  const given = accept(inputs);
  const diagnostics: Diagnostic[] = [];
  const rules = given.map((one) => {
    const path = given.length === 1 ? "" : `rules.${one.name}`;
    const checked = checkRule(iid === undefined ? one : { ...one, iid }, path);
    diagnostics.push(...checked.diagnostics);
    return accept(checked);
  });
  const clashes = checkRuleSet(rules);
  if (clashes.length > 0) throw invalid(clashes);
  return { rules, diagnostics, isIidGiven: isConfiguration || iid !== undefined };
}

/** The value, or the error that says why there is none. */
export function accept<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  throw invalid(checked.diagnostics);
}

function invalid(diagnostics: readonly Diagnostic[]): MapdError {
  return new MapdError("invalid", "the rule is not valid", { diagnostics });
}

interface ReadRules {
  readonly inputs: Checked<readonly RuleInput[]>;
  /** A configuration says which interface identifier its rules have. */
  readonly isConfiguration: boolean;
}

async function readRules(
  text: string,
  config: string | undefined,
  context: CliContext,
): Promise<ReadRules> {
  if (text === "-") return rulesIn(await readAll(context.stdin));
  if (isRuleText(text)) return { inputs: asList(readRuleText(text)), isConfiguration: false };
  // A name has no slash, a file's has one when it is written as a path.
  if (config === undefined && /[/.]/.test(text)) return rulesIn(await fileText(text));
  return { inputs: await readNamed(text, config), isConfiguration: true };
}

function asList(read: Checked<RuleInput>): Checked<readonly RuleInput[]> {
  return read.ok ? { ...read, value: [read.value] } : read;
}

/** A text whose first line reads like a rule holds a rule a line; any other is a configuration. */
function rulesIn(text: string): ReadRules {
  const isContent = (line: string): boolean => line !== "" && !line.startsWith("#");
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const first = lines.find(isContent) ?? "";
  const isList = first.includes("|") || /^["']?[0-9a-f:]+\/[0-9]+\s/i.test(first);
  const isConfiguration = first !== "" && !isList;
  return { inputs: isConfiguration ? allRules(text) : readRuleLines(text), isConfiguration };
}

async function fileText(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((cause: Error) => {
    throw new MapdError("not-found", `cannot read the rule: ${cause.message}`, { cause });
  });
}

async function readNamed(
  name: string,
  file: string | undefined,
): Promise<Checked<readonly RuleInput[]>> {
  if (file === undefined) {
    const message = `"${name}" is a rule's name and needs --config FILE; or write the rule: '2001:db8::/40 192.0.2.0/24 16'; or a file: ./${name}`;
    throw new MapdError("usage", message);
  }
  const text = await readFile(file, "utf8").catch((cause: Error) => {
    throw new MapdError("invalid", `cannot read the configuration: ${cause.message}`, { cause });
  });
  const found = ruleOf(text, name);
  if (found !== null) return asList(found);
  const hint = didYouMean(name, ruleNames(text));
  throw new MapdError("not-found", `${file} has no rule named "${name}"${hint}`);
}
