/** `mapctl lint`: what is wrong, or probably not meant, with rules and domains in any format. */
import type { Lint } from "../../src/lint/lint.js";
import { type LintMatch, type LintReport, lintFormat } from "../../src/lint/text.js";
import type { Ipv6Prefix } from "../../src/map/types.js";
import { formatIpv4 } from "../../src/wire/address.js";
import { ruleValues } from "../control/show/rules.js";
import { lintConfiguration } from "../convert/lint.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";
import {
  FILE_ARGUMENT,
  FOREIGN_NAMES,
  foreignFormat,
  isConfiguration,
  OWN_FORMAT,
  sourceText,
} from "./foreign-text.js";
import { ipv6PrefixValue } from "./values.js";

export const lintCommand: CliCommand = {
  name: "lint",
  summary: "Find what is wrong, or probably not meant, with rules in any format",
  arguments: [FILE_ARGUMENT],
  options: [
    {
      flags: "--from <format>",
      description: "the format, where it is not recognised",
      choices: [OWN_FORMAT, ...FOREIGN_NAMES],
    },
    { flags: "--end-user-prefix <prefix>", description: "find the rule of this delegated prefix" },
    { flags: "--strict", description: "status 1 where there are warnings" },
  ],
  schema: "mapd.lint/1",
  examples: [
    "mapctl lint /etc/mapd/mapd.yaml --strict",
    "mapctl lint rules.json --end-user-prefix 2001:db8:12:3400::/56 --json",
  ],
  run: runLint,
};

async function runLint(input: CliInput, context: CliContext): Promise<number> {
  const prefixText = textOption(input, "endUserPrefix");
  const endUserPrefix =
    prefixText === undefined ? undefined : ipv6PrefixValue(prefixText, "--end-user-prefix");
  const text = await sourceText(input, context);
  const report = reportOf(text, textOption(input, "from"), endUserPrefix);
  const { format, ruleCount, match, diagnostics } = report;
  if (context.json) {
    const shown = match === null ? null : matchDocument(match);
    writeJson(context, { schema: "mapd.lint/1", format, ruleCount, match: shown, diagnostics });
  } else writeReport(report, context);
  if (diagnostics.some(({ severity }) => severity === "error")) return EXIT.invalid;
  return isGiven(input, "strict") && diagnostics.length > 0 ? EXIT.failure : EXIT.done;
}

function reportOf(
  text: string,
  named: string | undefined,
  endUserPrefix: Ipv6Prefix | undefined,
): LintReport {
  const isOwn = named === undefined ? isConfiguration(text) : named === OWN_FORMAT;
  if (isOwn) return lintConfiguration(text, { endUserPrefix });
  return lintFormat(text, foreignFormat(text, named), { endUserPrefix });
}

function matchDocument({ rule, path, ipv4, psid }: LintMatch): object {
  return { name: rule.name, path, rule: ruleValues(rule), ipv4: formatIpv4(ipv4), psid };
}

function writeReport(report: LintReport, context: CliContext): void {
  const { format, ruleCount, match, diagnostics } = report;
  for (const diagnostic of diagnostics) context.stdout.write(`${lineOf(diagnostic)}\n`);
  if (match !== null) {
    const { name } = match.rule;
    const psid = match.psid === null ? "" : `, PSID ${match.psid}`;
    const place = match.path === "" ? "" : ` (${match.path})`;
    context.stdout.write(
      `the prefix's rule: "${name}"${place}: ${formatIpv4(match.ipv4)}${psid}\n`,
    );
  }
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const counts = `${ruleCount} rules, ${errors} errors, ${warnings} warnings`;
  context.stderr.write(`${format}: ${counts}\n`);
}

/** `warning no-subnet-bits: line 2.ea-len: ... (RFC 7597 §5.2)` and the fix below it. */
function lineOf(lint: Lint): string {
  const [severity = "", ...rest] = formatDiagnostic(lint).split(":");
  const fix = lint.fix === "" ? "" : `\n  fix: ${lint.fix}`;
  return `${severity} ${lint.code}:${rest.join(":")}${fix}`;
}
