import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { ruleFacts } from "../../src/map/rule.js";
import type { Rule } from "../../src/map/types.js";
import { draftOfRule, ruleString } from "../state/draft.js";

/** `2001:db8::/40 192.0.2.0/24 16 6`, the form that mapctl reads. */
export function ruleText({ ipv6, ipv4, eaLen, psidOffset }: Rule): string {
  return `${formatIpv6Prefix(ipv6)} ${formatIpv4Prefix(ipv4)} ${eaLen} ${psidOffset}`;
}

/** The line that IP_MAP_Calculator saves: rule string, and in brackets what follows from it. */
export function savedLine(rule: Rule): string {
  const facts = ruleFacts(rule);
  const counts = [
    `IPs-${facts.addressCount}`,
    `SHR-${facts.sharingRatio}`,
    `USRS-${facts.ceCount}`,
    `PTS-${facts.portsPerCe}`,
    `XPTS-${facts.excludedPorts}`,
  ];
  return `${ruleString(draftOfRule(rule))} (${counts.join(", ")})`;
}

/** 0x34, with as many digits as `bits` need. */
export function hex(value: number, bits: number): string {
  return `0x${value.toString(16).padStart(Math.max(1, Math.ceil(bits / 4)), "0")}`;
}

export function binary(value: number, bits: number): string {
  return bits === 0 ? "" : value.toString(2).padStart(bits, "0");
}
