/** Rules as mapctl takes them on its command line, one a line, without their names. */
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { lost, type RuleWriter, rulesOf, sayRuleLosses } from "./export.js";

export const writeRuleLines: RuleWriter = (domains, findings) => {
  for (const { path, mode } of domains) {
    if (mode !== null) lost(findings, path, "lines of rules have neither mode, role nor peer");
  }
  return rulesOf(domains)
    .map((rule) => {
      sayRuleLosses(rule, { offset: true, psid: true }, findings);
      return `${lineOf(rule)}\n`;
    })
    .join("");
};

function lineOf({ ipv6, ipv4, eaLen, psidLen, psidOffset, psid }: Rule): string {
  const words = [formatIpv6Prefix(ipv6), formatIpv4Prefix(ipv4), eaLen];
  if (psidLen > 0) words.push(psidOffset, psidLen);
  if (psid !== null) words.push(psid);
  return words.join(" ");
}
