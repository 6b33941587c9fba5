/** Rules as OpenWrt's mapcalc takes them, one a line. */
import { sayDomainLosses, sayOtherBrs, sayOtherEnd, sayRuleLosses, type Writer } from "./export.js";
import { mapcalcText } from "./uci.js";

export const writeMapcalc: Writer = (domains, findings) =>
  domains
    .flatMap((domain) => {
      sayOtherEnd(domain, "ce", findings);
      sayOtherBrs(domain, findings);
      sayDomainLosses(domain, [], findings);
      return domain.rules.map((rule) => {
        // The draft's identifier is a switch of mapcalc's environment, not of its rules.
        sayRuleLosses(rule, { offset: true, psid: true, forwarding: true }, findings);
        return `${mapcalcText(domain, rule)}\n`;
      });
    })
    .join("");
