/** Commands for VPP, which is a BR: a CE's domain gives the BR that it speaks to. One domain of VPP a rule. */
import { ceFromIndex } from "../../map/ce.js";
import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import { ruleFacts } from "../../map/rule.js";
import type { Rule } from "../../map/types.js";
import { formatIpv4, formatIpv6 } from "../../wire/address.js";
import {
  type ExportedDomain,
  lost,
  sayDomainLosses,
  sayOtherBrs,
  sayOtherEnd,
  sayRuleLosses,
  type Writer,
} from "./export.js";

/** Of a DMR in VPP (map.c: "With a DMR prefix length of 64 or 96"). */
const DMR_LENGTHS: readonly number[] = [64, 96];
const LAST_EA_BIT = 64;

export const writeVpp: Writer = (domains, findings) => {
  const lines: string[] = [];
  // The number that VPP gives a domain, which `map add rule` wants.
  const count = { domains: 0 };
  const isAlone = domains.length === 1;
  for (const domain of domains) {
    // Settings of the whole VPP can be those of one domain only.
    const spoken = isAlone && domain.role === "br" ? GLOBAL_KEYS : [];
    sayDomainLosses(domain, ["mtu.ipv6", ...spoken], findings);
    lines.push(...commands(domain, count, findings));
  }
  const [only] = domains;
  if (isAlone && only !== undefined) lines.push(...params(only, findings));
  return lines.map((line) => `${line}\n`).join("");
};

const GLOBAL_KEYS: readonly string[] = [
  "fragmentation",
  "traffic-class",
  "mss-clamp",
  "icmp.unreachables",
  "icmp.ipv4-sources",
];

function commands(
  domain: ExportedDomain,
  count: { domains: number },
  findings: Findings,
): readonly string[] {
  const { rules, dmr } = domain;
  sayOtherEnd(domain, "br", findings);
  sayOtherBrs(domain, findings);
  const switchOn = domain.mode === "map-t" ? "map interface NAME map-t" : "map interface NAME";
  findings.warning("by-hand", domain.path, `on the interfaces of both sides: ${switchOn}`);
  if (dmr !== null && !DMR_LENGTHS.includes(dmr.len)) {
    const message = `VPP knows DMR lengths 64 and 96, not ${dmr.len}`;
    lost(findings, `${domain.path}.dmr-ipv6-prefix`, message);
  }
  const groups = new Map<string, Rule[]>();
  for (const rule of rules) {
    sayLosses(rule, findings);
    // Subscribers of one shared address are one domain of VPP.
    const key = rule.psid === null ? rule.name : `1:1 ${rule.ipv4.address}`;
    groups.set(key, [...(groups.get(key) ?? []), rule]);
  }
  return [...groups.values()].flatMap((rules) => {
    const index = count.domains++;
    return [domainCommand(domain, rules[0]!), ...subscribers(rules, index, findings)];
  });
}

function sayLosses(rule: Rule, findings: Findings): void {
  sayRuleLosses(rule, { offset: true, psid: true }, findings);
  if (ruleFacts(rule).endUserPrefixLen <= LAST_EA_BIT) return;
  if (rule.eaLen === 0) return;
  lost(findings, `rules.${rule.name}.ea-len`, "VPP refuses EA bits beyond bit 64");
}

function domainCommand(domain: ExportedDomain, rule: Rule): string {
  const { dmr, brAddresses, settings } = domain;
  const br = brAddresses[0] === undefined ? "::" : formatIpv6(brAddresses[0]);
  const words = [
    `map add domain ip4-pfx ${formatIpv4Prefix(rule.ipv4)} ip6-pfx ${formatIpv6Prefix(rule.ipv6)}`,
    `ip6-src ${dmr === null ? br : formatIpv6Prefix(dmr)} ea-bits-len ${rule.eaLen}`,
    `psid-offset ${rule.psidLen === 0 ? 0 : rule.psidOffset} psid-len ${rule.psidLen}`,
    `mtu ${settings.mtu.ipv6} tag ${rule.name}`,
  ];
  return words.join(" ");
}

/** 1:1 rules: VPP has the CE's whole address, not the prefix that it follows from. */
function subscribers(rules: readonly Rule[], index: number, findings: Findings): string[] {
  return rules.flatMap((rule): string[] => {
    const ce = ceFromIndex(rule, 0);
    if (rule.psid === null || !ce.ok) return [];
    const target = formatIpv6(ce.value.mapIpv6);
    if (rule.ipv6.len < 128) {
      const message = `VPP has the CE's MAP address ${target} for its prefix`;
      lost(findings, `rules.${rule.name}.rule-ipv6-prefix`, message);
    }
    return [`map add rule index ${index} psid ${rule.psid} ip6-dst ${target}`];
  });
}

/** Settings of the whole VPP, which a single domain can decide. */
function params(domain: ExportedDomain, findings: Findings): readonly string[] {
  const { path, mode, role, settings } = domain;
  if (role !== "br") return [];
  const [source, ...others] = settings.ipv4Sources;
  if (others.length > 0) {
    lost(findings, `${path}.icmp.ipv4-sources`, "the first address is written, the others are not");
  }
  if (settings.mssClamp === "off") {
    lost(findings, `${path}.mss-clamp`, "VPP clamps only where it is told to; nothing is written");
  }
  const { trafficClass, mssClamp } = settings;
  return [
    ...(mode === "map-e" ? [`map params fragment ${settings.fragmentation} honor-df`] : []),
    ...(trafficClass < 0 ? [] : [`map params traffic-class 0x${trafficClass.toString(16)}`]),
    ...(typeof mssClamp === "number" ? [`map params tcp-mss ${mssClamp}`] : []),
    ...(source === undefined ? [] : [`map params icmp source-address ${formatIpv4(source)}`]),
    `map params icmp6 unreachables ${settings.unreachables ? "on" : "off"}`,
    "map params security-check on",
  ];
}
