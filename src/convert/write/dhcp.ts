/** DHCPv6 options, a container a line: what a server has to tell the CEs of a domain. */
import { encode } from "../../dhcp/encode.js";
import { formatBracketed } from "../../dhcp/hex.js";
import { lost, sayDomainLosses, sayOtherEnd, sayRuleLosses, type Writer } from "./export.js";

export const writeDhcp: Writer = (domains, findings) =>
  domains
    .map((domain) => {
      const { path, mode, rules, dmr, brAddresses } = domain;
      sayOtherEnd(domain, "ce", findings);
      sayDomainLosses(domain, [], findings);
      for (const rule of rules) {
        sayRuleLosses(rule, { offset: true, psid: true, forwarding: true }, findings);
      }
      const encoded = encode({ mode, rules: [...rules], dmr, brAddresses });
      if (!encoded.ok) {
        for (const { message } of encoded.diagnostics) lost(findings, path, message);
        for (const { name } of rules) lost(findings, `rules.${name}`, "not written");
        return "";
      }
      findings.add(...encoded.diagnostics.filter(({ code }) => code.startsWith("s46-")));
      return `${formatBracketed(encoded.value)}\n`;
    })
    .join("");
