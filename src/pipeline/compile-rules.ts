/** From a domain's rules to the table that its packet path looks them up in; apart from that path, which is much to load. */
import type { Allocate } from "../map/compile-table.js";
import { RuleTable } from "../map/rule-table.js";
import type { DomainSettings } from "./settings.js";

/** Compiles the rules that a domain forwards by: all of a BR's, the forwarding ones of a CE. */
export function compileRules(settings: DomainSettings, allocate?: Allocate): RuleTable {
  const rules =
    settings.role === "br" ? settings.rules : settings.rules.filter((rule) => rule.forwarding);
  return RuleTable.compile(rules, settings.mode, allocate);
}
