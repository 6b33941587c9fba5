/** The lint as a library, `mapd/lint`: rules, and texts in any format, with a fix for each finding. Pure, for browsers too. */
export type { LintCode } from "./code.js";
export { LINT_GROUPS, type LintGroup, lintCode } from "./codes.js";
export { type Lint, type LintedDomain, type LintInput, lintRules, withFix } from "./lint.js";
export { type LintMatch, type LintOptions, type LintReport, lintFormat, lintText } from "./text.js";
