/** Commands for AsterNOS: objects first, then the domains that bind them. */

import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv6 } from "../../wire/address.js";
import {
  type ExportedDomain,
  rulesOf,
  sayDomainLosses,
  sayRuleLosses,
  type Writer,
} from "./export.js";

export const writeAsternos: Writer = (domains, findings) => {
  const rules = rulesOf(domains);
  for (const rule of rules) sayRuleLosses(rule, { offset: true }, findings);
  const lines = [
    "map enable",
    ...[...rules].map(ruleLine),
    ...domains.flatMap(objectLines),
    ...domains.flatMap((domain) => domainLines(domain, findings)),
  ];
  return lines.map((line) => `${line}\n`).join("");
};

function ruleLine({ name, ipv6, ipv4, eaLen, psidLen, psidOffset }: Rule): string {
  const words = [
    `map-rule basic-mapping-rule ${name} rule-ip6-prefix ${formatIpv6Prefix(ipv6)}`,
    `rule-ip4-prefix ${formatIpv4Prefix(ipv4)} ea-length ${eaLen}`,
    `psid-len ${psidLen} psid-offset ${psidLen === 0 ? 0 : psidOffset}`,
  ];
  return words.join(" ");
}

/** Names of a domain's own objects: of the domain, with a number where there are several. */
function brName(domain: string, index: number): string {
  return index === 0 ? `${domain}-br` : `${domain}-br-${index + 1}`;
}

function objectLines(domain: ExportedDomain): readonly string[] {
  const { name, dmr, brAddresses, localPrefixes: locals } = domain;
  return [
    ...brAddresses.map((address, index) => {
      return `map-rule br-ipv6-address ${brName(name, index)} ipv6-address ${formatIpv6(address)}`;
    }),
    ...(dmr === null
      ? []
      : [`map-rule default-mapping-rule ${name}-dmr ipv6-prefix ${formatIpv6Prefix(dmr)}`]),
    ...(locals === null
      ? []
      : [
          `map-rule local-ipv4-prefix ${name}-lan`,
          ...locals.map((prefix) => ` ${formatIpv4Prefix(prefix)}`),
          "exit",
        ]),
  ];
}

function domainLines(domain: ExportedDomain, findings: Findings): readonly string[] {
  const { path, name, mode, role, rules, dmr, brAddresses, localPrefixes, endUserPrefix } = domain;
  sayDomainLosses(domain, ["end-user-ipv6-prefix", "local-ipv4-prefixes"], findings);
  if (rules.length > 1 || brAddresses.length > 1) {
    const message =
      "the vendor's guide shows one rule and one BR address a domain; several are bound";
    findings.warning("by-hand", path, message);
  }
  return [
    `${mode} domain ${name} ${role.toUpperCase()}`,
    ...rules.map((rule) => ` basic-mapping-rule ${rule.name}`),
    ...brAddresses.map((_, index) => ` br-ipv6-address ${brName(name, index)}`),
    ...(dmr === null ? [] : [` default-mapping-rule ${name}-dmr`]),
    ...(localPrefixes === null ? [] : [` local-ipv4-prefix-rule ${name}-lan`]),
    ...(endUserPrefix === null
      ? []
      : [` end-user-ipv6-prefix static ${formatIpv6Prefix(endUserPrefix)}`]),
    "exit",
  ];
}
