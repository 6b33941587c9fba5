/** Rules as their table names them. */
import type { RuleTable } from "../../src/map/rule-table.js";
import type { Rule } from "../../src/map/types.js";

/** Found by its own IPv6 prefix, which no longer one of the table begins with. */
export function ruleIn(table: RuleTable, { ipv6 }: Rule): number {
  return table.lookup6(Uint32Array.from(ipv6.address));
}
