/** Which rule of several is meant: the longest match for what was asked about. */
import type { CeQuery } from "../../src/map/find-ce.js";
import { matchIpv4, matchIpv6, type RuleMatch } from "../../src/map/match.js";
import type { Rule } from "../../src/map/types.js";
import { MapdError } from "../errors.js";
import type { RuleArgument, RuleSetArgument } from "./rule-argument.js";

export interface ChosenRule extends RuleArgument {
  /** Other rules that cover the same, longest prefix first. */
  readonly covered: readonly Rule[];
}

/** Throws a `MapdError` where no rule covers it, or where nothing is asked that could choose. */
export function chooseRule(set: RuleSetArgument, query: CeQuery): ChosenRule {
  const { rules, diagnostics, isIidGiven } = set;
  const [only, ...others] = rules;
  if (only !== undefined && others.length === 0) {
    return { rule: only, diagnostics, isIidGiven, covered: [] };
  }
  const match = matchOf(rules, query);
  if (match === null) {
    const found = {
      code: "no-rule",
      severity: "error",
      path: "rule",
      message: `none of the ${rules.length} rules covers that address; it is no CE's, or its rule is missing`,
      rfc: "RFC 7597 §5",
    } as const;
    throw new MapdError("invalid", found.message, { diagnostics: [found] });
  }
  const path = `rules.${match.rule.name}`;
  const own = diagnostics.filter((one) => one.path.startsWith(`${path}.`));
  return { rule: match.rule, diagnostics: own, isIidGiven, covered: match.covered };
}

function matchOf(rules: readonly Rule[], query: CeQuery): RuleMatch | null {
  const { endUserPrefix, ipv6, ipv4, port } = query;
  const target = endUserPrefix ?? ipv6;
  if (target !== undefined) return matchIpv6(rules, target);
  if (ipv4 !== undefined) return matchIpv4(rules, ipv4, port ?? null);
  const message = `there are ${rules.length} rules: give an address or an end-user prefix, whose longest match is taken, or write one rule`;
  throw new MapdError("usage", message);
}
