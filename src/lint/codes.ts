/** The one table of what lint finds: docs/lint.md, the fixes and the tests come from here. */
import type { LintCode } from "./code.js";
import { DHCP_CODES } from "./codes-dhcp.js";
import { RULE_CODES } from "./codes-rules.js";
import { TEXT_CODES } from "./codes-texts.js";

export interface LintGroup {
  readonly title: string;
  readonly codes: readonly LintCode[];
}

export const LINT_GROUPS: readonly LintGroup[] = [
  { title: "Rules, and what they serve", codes: RULE_CODES },
  { title: "Texts of other programs", codes: TEXT_CODES },
  { title: "DHCPv6 options", codes: DHCP_CODES },
];

const BY_CODE: ReadonlyMap<string, LintCode> = new Map(
  LINT_GROUPS.flatMap(({ codes }) => codes.map((row) => [row.code, row])),
);

export function lintCode(code: string): LintCode | undefined {
  return BY_CODE.get(code);
}
