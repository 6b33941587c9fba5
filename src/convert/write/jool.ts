/** JSON for `jool_mapt file handle`: one instance, so one domain. */

import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv4 } from "../../wire/address.js";
import {
  type ExportedDomain,
  hasMode,
  lost,
  sayDomainLosses,
  sayRuleLosses,
  type Writer,
} from "./export.js";

export const writeJool: Writer = (domains, findings) => {
  const [first, ...others] = domains.filter((domain) => hasMode(domain, "map-t", findings));
  for (const { path, name, rules } of others) {
    lost(findings, path, `Jool's file is one instance; export "${name}" by --domain ${name}`);
    for (const rule of rules) lost(findings, `rules.${rule.name}`, `"${name}" is left out`);
  }
  return first === undefined ? "" : `${JSON.stringify(document(first, findings), null, 2)}\n`;
};

const GLOBALS: readonly string[] = [
  "mtu.lowest-ipv6",
  "udp-zero-checksum",
  "traffic-class",
  "icmp.ipv4-sources",
];

function document(domain: ExportedDomain, findings: Findings): object {
  const { settings, endUserPrefix, basicRule: basic } = domain;
  const isCe = domain.role === "ce";
  sayDomainLosses(domain, isCe ? [...GLOBALS, "end-user-ipv6-prefix"] : GLOBALS, findings);
  for (const rule of domain.rules) {
    sayRuleLosses(rule, { offset: true, forwarding: isCe }, findings);
  }
  const [source, ...others] = settings.ipv4Sources;
  if (others.length > 0) {
    const at = `${domain.path}.icmp.ipv4-sources`;
    lost(findings, at, "the first address is written, the others are not");
  }
  return {
    instance: domain.name,
    framework: "netfilter",
    global: {
      ...(domain.dmr === null ? {} : { pool6: formatIpv6Prefix(domain.dmr) }),
      "map-t-type": isCe ? "CE" : "BR",
      ...(endUserPrefix === null
        ? {}
        : { "end-user-ipv6-prefix": formatIpv6Prefix(endUserPrefix) }),
      ...(basic === null ? {} : { bmr: ruleObject(basic) }),
      "lowest-ipv6-mtu": settings.mtu.lowestIpv6,
      "amend-udp-checksum-zero": settings.udpZeroChecksum === "compute",
      ...(settings.trafficClass < 0 ? {} : { "override-tos": true, tos: settings.trafficClass }),
      ...(source === undefined ? {} : { "rfc6791v4-prefix": `${formatIpv4(source)}/32` }),
    },
    fmrt: tableOf(domain, findings).map(ruleObject),
  };
}

/** A BR has all rules in its table; a CE those that it forwards by. */
function tableOf({ role, rules, basicRule }: ExportedDomain, findings: Findings): readonly Rule[] {
  if (role === "br") return [...rules];
  for (const rule of rules.filter((one) => one !== basicRule && !one.forwarding)) {
    const message = "neither this CE's own rule nor a forwarding rule: not written";
    lost(findings, `rules.${rule.name}`, message);
  }
  return rules.filter(({ forwarding }) => forwarding);
}

function ruleObject(rule: Rule): object {
  return {
    "ipv6 prefix": formatIpv6Prefix(rule.ipv6),
    "ipv4 prefix": formatIpv4Prefix(rule.ipv4),
    "ea-bits length": rule.eaLen,
    a: rule.psidLen === 0 ? 0 : rule.psidOffset,
  };
}
