/** What lint says of a configuration: all that `mapd --check` says, and what sound rules make probable mistakes of. */
import { advise, type PlacedRule } from "../../src/lint/advise.js";
import { unmatched, withFix } from "../../src/lint/lint.js";
import { type LintOptions, type LintReport, matchOf } from "../../src/lint/text.js";
import { Findings } from "../../src/map/findings.js";
import { parseConfig, ruleNames } from "../config/load.js";

export function lintConfiguration(text: string, { endUserPrefix }: LintOptions): LintReport {
  const checked = parseConfig(text);
  const findings = new Findings();
  findings.add(...checked.diagnostics);
  const domains = checked.ok ? checked.value.domains : [];
  const placed = domains.map(({ settings }): readonly PlacedRule[] => {
    return [...settings.rules].map((rule) => ({ rule, path: `rules.${rule.name}` }));
  });
  for (const rules of placed) findings.add(...advise(rules));
  const match = endUserPrefix === undefined ? null : matchOf(placed.flat(), endUserPrefix);
  if (checked.ok && match === null && endUserPrefix !== undefined) {
    findings.add(unmatched(endUserPrefix, "end-user-ipv6-prefix"));
  }
  const ruleCount = ruleNames(text).length;
  return { format: "mapd", ruleCount, match, diagnostics: findings.list.map(withFix) };
}
