/** Rule strings of IP_MAP_Calculator, one a rule: what every domain has, and nothing of the domains. */
import { formatIpv4, formatIpv6 } from "../../wire/address.js";
import { lost, type RuleWriter, rulesOf, sayRuleLosses } from "./export.js";

const LONGEST_NAME = 20;

export const writeRuleStrings: RuleWriter = (domains, findings) => {
  const rules = rulesOf(domains);
  for (const { path, mode } of domains) {
    if (mode === null) continue;
    lost(findings, path, "rule strings hold rules only, without mode, role and peer");
  }
  return [...rules]
    .map((rule) => {
      sayRuleLosses(rule, { offset: true }, findings);
      if (rule.name.length > LONGEST_NAME) {
        const message = `IP_MAP_Calculator takes names of at most ${LONGEST_NAME} characters`;
        lost(findings, `rules.${rule.name}`, message);
      }
      const { name, ipv6, ipv4, eaLen } = rule;
      // An address that is not shared has no offset; the calculator takes ports away for one above 0.
      const offset = rule.psidLen === 0 ? 0 : rule.psidOffset;
      const parts = [name, formatIpv6(ipv6.address), ipv6.len, formatIpv4(ipv4.address), ipv4.len];
      return `${[...parts, eaLen, offset].join("|")}\n`;
    })
    .join("");
};
