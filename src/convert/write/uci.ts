/** Sections for OpenWrt's /etc/config/network: OpenWrt is a CE, so a BR's domain gives what its CEs need. */

import type { Findings } from "../../map/findings.js";
import { formatIpv6Prefix } from "../../map/prefix.js";
import type { Rule } from "../../map/types.js";
import { formatIpv4, formatIpv6 } from "../../wire/address.js";
import { leftJustified } from "../numbers.js";
import {
  type ExportedDomain,
  lost,
  sayDomainLosses,
  sayOtherBrs,
  sayOtherEnd,
  sayRuleLosses,
  type Writer,
} from "./export.js";

/** mapcalc refuses longer ones. */
const LONGEST_PREFIX = 112;

export const writeUci: Writer = (domains, findings) =>
  domains.map((domain) => section(domain, findings)).join("\n");

function section(domain: ExportedDomain, findings: Findings): string {
  const { settings, rules } = domain;
  sayOtherEnd(domain, "ce", findings);
  sayOtherBrs(domain, findings);
  const isCe = domain.role === "ce";
  sayDomainLosses(domain, isCe ? ["mtu.ipv4"] : [], findings);
  const name = domain.name.replace(/[^A-Za-z0-9_]/g, "_");
  // One switch for all rules of a section.
  const isLegacy = rules.at(0)?.iid === "draft-03";
  for (const rule of rules) sayLosses(rule, isLegacy, findings);
  const [only] = rules;
  const isPlain = rules.length === 1 && only !== undefined && !only.forwarding;
  const options: (readonly [string, string | number])[] = [
    ["proto", "map"],
    ["type", domain.mode],
    ...(isLegacy ? [["legacymap", 1] as const] : []),
    ...(isPlain ? ruleOptions(only, peerOf(domain)) : [["rule", ruleTexts(domain)] as const]),
    // Without it OpenWrt takes 1280.
    ...(isCe ? [["mtu", settings.mtu.ipv4] as const] : []),
  ];
  const lines = options.map(([key, value]) => `\toption ${key} '${value}'\n`);
  return `config interface '${name}'\n${lines.join("")}`;
}

function sayLosses(rule: Rule, isLegacy: boolean, findings: Findings): void {
  sayRuleLosses(rule, { offset: true, psid: true, iid: true, forwarding: true }, findings);
  if ((rule.iid === "draft-03") !== isLegacy) {
    const message = "legacymap is one for all rules of a section, and another rule's is written";
    lost(findings, `rules.${rule.name}.iid`, message);
  }
  if (rule.ipv6.len > LONGEST_PREFIX) {
    const message = `OpenWrt refuses IPv6 prefixes longer than ${LONGEST_PREFIX}`;
    lost(findings, `rules.${rule.name}.rule-ipv6-prefix`, message);
  }
}

function peerOf({ dmr, brAddresses }: ExportedDomain): string {
  if (dmr !== null) return formatIpv6Prefix(dmr);
  return brAddresses[0] === undefined ? "" : formatIpv6(brAddresses[0]);
}

type Pairs = readonly (readonly [string, string | number])[];

function ruleOptions(rule: Rule, peer: string): Pairs {
  return [
    ["ip6prefix", formatIpv6(rule.ipv6.address)],
    ["ip6prefixlen", rule.ipv6.len],
    ["ipaddr", formatIpv4(rule.ipv4.address)],
    ["ip4prefixlen", rule.ipv4.len],
    ["ealen", rule.eaLen],
    ...portsOf(rule),
    ["peeraddr", peer],
  ];
}

/** mapcalc wants the PSID left-justified (RFC 7598 §4.5). */
function portsOf({ psidLen, psidOffset, psid }: Rule): Pairs {
  if (psidLen === 0) return [];
  const own: Pairs = psid === null ? [] : [["psid", leftJustified(psid, psidLen)]];
  return [["psidlen", psidLen], ...own, ["offset", psidOffset]];
}

/** Several rules, or one that is a forwarding rule, go as texts of mapcalc. */
function ruleTexts(domain: ExportedDomain): string {
  return domain.rules.map((rule) => mapcalcText(domain, rule)).join(" ");
}

/** A rule in the words of mapcalc. */
export function mapcalcText(domain: ExportedDomain, rule: Rule): string {
  const { mode } = domain;
  const pairs: Pairs = [
    ["type", mode],
    ["ealen", rule.eaLen],
    ["prefix4len", rule.ipv4.len],
    ["prefix6len", rule.ipv6.len],
    ["ipv4prefix", formatIpv4(rule.ipv4.address)],
    ["ipv6prefix", formatIpv6(rule.ipv6.address)],
    ...portsOf(rule),
    [mode === "map-t" ? "dmr" : "br", peerOf(domain)],
  ];
  const text = pairs.map(([key, value]) => `${key}=${value}`).join(",");
  return rule.forwarding ? `fmr,${text}` : text;
}
