/** `rules`: the mapping rules of the domains, in pages. */
import { z } from "zod";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { ruleFacts } from "../../../src/map/rule.js";
import type { Rule, RuleList } from "../../../src/map/types.js";
import type { RuleHits } from "../../runtime/rule-hits.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import type { DerivedFacts, RuleRow, RulesDocument, RuleValues } from "./documents.js";
import { chosenDomains, FILTER } from "./filter.js";

/** Rules of a page: an answer of some megabytes. */
const MOST_RULES = 10_000;

const RULES = z.strictObject({
  ...FILTER.shape,
  /** Only the rule of this name. */
  name: z.string().optional(),
  /** 0, or `next` of the page before. */
  cursor: z.int().min(0).default(0),
  limit: z.int().min(1).max(MOST_RULES).default(1000),
});

export function rulesCommand(daemon: ControlledDaemon): ControlCommand {
  return controlCommand("rules", "Mapping rules, a page of them: mapd.rules/1", RULES, (args) =>
    rulesDocument(daemon, args),
  );
}

function rulesDocument(daemon: ControlledDaemon, args: z.output<typeof RULES>): RulesDocument {
  const { name, cursor, limit } = args;
  const rows: RulesDocument["rules"][number][] = [];
  let total = 0;
  for (const domain of chosenDomains(daemon, args)) {
    const { settings } = domain.config;
    const { first, count } = span(settings.rules, name);
    const from = first + Math.max(0, cursor - total);
    const to = Math.min(first + count, from + limit - rows.length);
    total += count;
    if (from >= to) continue;
    const basic = settings.role === "ce" ? settings.rules[settings.bmr] : undefined;
    const hits = domain.ruleHits(from, to);
    for (const rule of settings.rules.slice(from, to)) {
      rows.push({ domain: settings.name, ...ruleRow(rule, basic, hits) });
    }
  }
  const next = cursor + limit < total ? cursor + limit : null;
  return { schema: "mapd.rules/1", total, next, rules: rows };
}

/** All rules of a domain, or the one of a name. */
function span(
  rules: RuleList,
  name: string | undefined,
): { readonly first: number; readonly count: number } {
  if (name === undefined) return { first: 0, count: rules.length };
  const first = rules.map((rule) => rule.name).indexOf(name);
  return first < 0 ? { first: 0, count: 0 } : { first, count: 1 };
}

/** `basic` is the basic mapping rule of a CE. */
export function ruleRow(
  rule: Rule,
  basic: Rule | undefined,
  hits: ReadonlyMap<string, RuleHits> | null,
): RuleRow {
  const facts = derivedFacts(rule);
  const rangesPerCe = rule.psidLen === 0 ? 1 : 2 ** rule.psidOffset - (rule.psidOffset > 0 ? 1 : 0);
  return {
    name: rule.name,
    rule: ruleValues(rule),
    basic: rule === basic,
    forwarding: rule.forwarding,
    ...facts,
    rangesPerCe,
    hits: hits?.get(rule.name) ?? null,
  };
}

export function ruleValues(rule: Rule): RuleValues {
  return {
    ruleIpv6Prefix: formatIpv6Prefix(rule.ipv6),
    ruleIpv4Prefix: formatIpv4Prefix(rule.ipv4),
    eaLen: rule.eaLen,
    psidOffset: rule.psidOffset,
    psidLen: rule.psidLen,
    ...(rule.psid === null ? {} : { psid: rule.psid }),
    iid: rule.iid,
  };
}

export function derivedFacts(rule: Rule): DerivedFacts {
  const facts = ruleFacts(rule);
  return {
    mode: facts.kind,
    endUserPrefixLen: facts.endUserPrefixLen,
    ceCount: facts.ceCount,
    sharingRatio: facts.sharingRatio,
    portsPerCe: facts.portsPerCe,
    excludedPorts: facts.excludedPorts,
  };
}
