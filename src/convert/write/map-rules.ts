/** The `basicMapRules` JSON of rule databases: MAP-E rules, each with its BR. */
import { formatIpv4, formatIpv6 } from "../../wire/address.js";
import {
  hasMode,
  lost,
  sayDomainLosses,
  sayOtherBrs,
  sayRuleLosses,
  type Writer,
} from "./export.js";

export const writeMapRules: Writer = (domains, findings) => {
  const basicMapRules = domains
    .filter((domain) => hasMode(domain, "map-e", findings))
    .flatMap((domain) => {
      sayDomainLosses(domain, [], findings);
      sayOtherBrs(domain, findings);
      const [br] = domain.brAddresses;
      return domain.rules.map((rule) => {
        sayRuleLosses(rule, { offset: true, iid: true }, findings);
        if (rule.iid !== "draft-03") {
          const message = "the form names no interface identifier; its readers take draft-03";
          lost(findings, `rules.${rule.name}.iid`, message);
        }
        return {
          ...(br === undefined ? {} : { brIpv6Address: formatIpv6(br) }),
          eaBitLength: rule.eaLen,
          ipv4Prefix: formatIpv4(rule.ipv4.address),
          ipv4PrefixLength: rule.ipv4.len,
          ipv6Prefix: formatIpv6(rule.ipv6.address),
          ipv6PrefixLength: rule.ipv6.len,
          psIdOffset: rule.psidLen === 0 ? 0 : rule.psidOffset,
        };
      });
    });
  return `${JSON.stringify({ basicMapRules }, null, 2)}\n`;
};
