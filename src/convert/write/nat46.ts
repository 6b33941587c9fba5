/** Commands for nat46's control file. It translates only, and knows a device's rules as pairs of a local and a remote side. */

import type { Findings } from "../../map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../map/prefix.js";
import { ruleKind } from "../../map/rule.js";
import type { Rule } from "../../map/types.js";
import { DMR_STYLE } from "../nat46-style.js";
import {
  type ExportedDomain,
  hasMode,
  lost,
  sayDomainLosses,
  sayRuleLosses,
  type Writer,
} from "./export.js";

export const writeNat46: Writer = (domains, findings) =>
  domains
    .filter((domain) => hasMode(domain, "map-t", findings))
    .flatMap((domain) => commands(domain, findings))
    .map((command) => `echo ${command} > /proc/net/nat46/control\n`)
    .join("");

function commands(domain: ExportedDomain, findings: Findings): readonly string[] {
  const { role, rules, dmr, device, basicRule: basic } = domain;
  sayDomainLosses(domain, [], findings);
  for (const rule of rules) sayLosses(rule, findings);
  const internet = (side: string): string => {
    const v6 = dmr === null ? "::/96" : formatIpv6Prefix(dmr);
    return `${side}.style ${DMR_STYLE} ${side}.v4 0.0.0.0/0 ${side}.v6 ${v6} ${side}.ea-len 0 ${side}.psid-offset 0`;
  };
  const add = `add ${device}`;
  if (role === "br") {
    for (const rule of rules) {
      sayRuleLosses(rule, { offset: true, psid: true, iid: true }, findings);
    }
    return [
      add,
      ...rules.map((rule, index) => {
        const verb = index === 0 ? "config" : "insert";
        return `${verb} ${device} ${internet("local")} ${sideOf("remote", rule)}`;
      }),
    ];
  }
  if (basic === null) {
    for (const { name } of rules) lost(findings, `rules.${name}`, UNKNOWN_BASIC);
    return [];
  }
  const flag = basic.forwarding ? " local.fmr-flag 1" : "";
  const others = rules.filter((rule) => rule !== basic);
  for (const { name } of others.filter(({ forwarding }) => !forwarding)) {
    lost(
      findings,
      `rules.${name}`,
      "neither this CE's own rule nor a forwarding rule: not written",
    );
  }
  return [
    add,
    `config ${device} ${sideOf("local", basic)}${flag} ${internet("remote")}`,
    ...others
      .filter(({ forwarding }) => forwarding)
      .map((rule) => `insert ${device} ${sideOf("remote", rule)}`),
  ];
}

const UNKNOWN_BASIC =
  "which rule is the CE's own follows from its end-user prefix, which is not known: not written";

function sayLosses(rule: Rule, findings: Findings): void {
  sayRuleLosses(rule, { offset: true, iid: true, forwarding: true }, findings);
  if (ruleKind(rule) === "prefix") {
    lost(findings, `rules.${rule.name}`, "nat46 refuses rules that give a CE an IPv4 prefix");
  }
}

function sideOf(side: "local" | "remote", rule: Rule): string {
  const style = rule.iid === "draft-03" ? "MAP0" : "MAP";
  const offset = rule.psidLen === 0 ? 0 : rule.psidOffset;
  return [
    `${side}.style ${style}`,
    `${side}.v4 ${formatIpv4Prefix(rule.ipv4)}`,
    `${side}.v6 ${formatIpv6Prefix(rule.ipv6)}`,
    `${side}.ea-len ${rule.eaLen}`,
    `${side}.psid-offset ${offset}`,
  ].join(" ");
}
