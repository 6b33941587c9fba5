/**
 * The calculator as a library, `mapd/map`: rules, CEs, ports, DMR, solving, planning, comparing. Pure, without Node, for
 * browsers too. Nothing here throws for a bad rule: a function gives its value with diagnostics, or the diagnostics alone.
 */
export {
  formatIpv4,
  formatIpv6,
  type Ipv6Words,
  parseIpv4,
  parseIpv6,
} from "../wire/address.js";
export { Ascii } from "../wire/ascii.js";
export { type Analysis, analyseAddress, type IidStyle } from "./analyse.js";
export {
  type Ce,
  ceFromEndUserPrefix,
  ceFromIndex,
  ceFromIpv4Port,
  ceFromIpv4Psid,
  ceFromIpv6,
} from "./ce.js";
export { CeList, type ListFormat, ROW_BYTES } from "./ce-list.js";
export {
  checkDmr,
  checkDomainRules,
  checkEndUserPrefix,
  checkRule,
  checkRuleSet,
  DEFAULT_PSID_OFFSET,
  type RuleInput,
  selectBmr,
} from "./check.js";
export {
  type CeDifference,
  compareRuleSets,
  compareRules,
  type RuleDifference,
  type RuleSetDifference,
  type ValueDifference,
} from "./compare.js";
export { type RuleDesign, ruleDesign } from "./design.js";
export { DMR_LENGTHS, Dmr } from "./dmr.js";
export { type DmrAddress, embedAtEachLength, embedIpv4, extractIpv4 } from "./dmr-address.js";
export { type EaValue, eaOfCe } from "./ea.js";
export { type CeQuery, findCe } from "./find-ce.js";
export { type AddressForms, addressForms, readIid } from "./iid.js";
export { matchIpv4, matchIpv6, type RuleMatch } from "./match.js";
export { neighboursOf } from "./neighbours.js";
export { nftSourceNat } from "./nft.js";
export { type Plan, type PlanChoice, type PlanInput, planRules } from "./plan.js";
export type { PlannedRule } from "./plan-space.js";
export { isExcludedPort, PortSet, portCounts, psidOfPort } from "./port-set.js";
export {
  checkIpv4Prefix,
  checkIpv6Prefix,
  formatIpv4Prefix,
  formatIpv6Prefix,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "./prefix.js";
export { portSetOf, type RuleFacts, ruleFacts, ruleKind } from "./rule.js";
export { RuleTable } from "./rule-table.js";
export {
  formatRuleString,
  formatSavedRule,
  isRuleText,
  readRuleLines,
  readRuleText,
} from "./rule-text.js";
export { type SelftestExample, type SelftestResult, selftest } from "./selftest.js";
export { type Solution, type SolveInput, solveRule } from "./solve.js";
export { type Place, type Step, type StepAxis, type Stepped, stepPlace } from "./step.js";
export type {
  Checked,
  Diagnostic,
  Iid,
  Ipv4Prefix,
  Ipv6Prefix,
  Rule,
  RuleKind,
  RuleList,
  Words6,
} from "./types.js";
export { ceReasons, type Reason, ruleReasons } from "./why.js";
