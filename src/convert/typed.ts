/** What a reader found, as values: prefixes that parse, numbers that are there. What does not parse is said, and left out. */
import type { RuleInput } from "../map/check.js";
import type { Findings } from "../map/findings.js";
import {
  checkIpv4Prefix,
  checkIpv6Prefix,
  parseIpv4Prefix,
  parseIpv6Prefix,
} from "../map/prefix.js";
import type { Ipv4Prefix, Ipv6Prefix, Words6 } from "../map/types.js";
import { parseIpv6 } from "../wire/address.js";
import type { ForeignRule } from "./model.js";

/** `line 3` and `ea-len` give `line 3.ea-len`. */
export function placeOf(place: string, key: string): string {
  return place === "" ? key : `${place}.${key}`;
}

/** A prefix as it was written; bits beyond its length are kept for the rule's own check. */
export function ipv6PrefixAt(text: string, path: string, findings: Findings): Ipv6Prefix | null {
  const prefix = parseIpv6Prefix(text);
  if (prefix === null) findings.add(...checkIpv6Prefix(text, path).diagnostics);
  return prefix;
}

export function ipv4PrefixAt(text: string, path: string, findings: Findings): Ipv4Prefix | null {
  const prefix = parseIpv4Prefix(text);
  if (prefix === null) findings.add(...checkIpv4Prefix(text, path).diagnostics);
  return prefix;
}

export function ipv6At(text: string, path: string, findings: Findings): Words6 | null {
  const address = parseIpv6(text);
  if (address === null) {
    findings.error("ipv6-address-syntax", path, `"${text}" is not an IPv6 address`);
  }
  return address;
}

/** null where a part is missing or does not parse. */
export function ruleInputOf(rule: ForeignRule, findings: Findings): RuleInput | null {
  const { name, place, eaLen } = rule;
  const ipv6 = ipv6PrefixAt(rule.ipv6, placeOf(place, "rule-ipv6-prefix"), findings);
  const ipv4 = ipv4PrefixAt(rule.ipv4, placeOf(place, "rule-ipv4-prefix"), findings);
  if (eaLen === null) {
    const message =
      "without an EA length it follows from the delegated prefix; give --end-user-prefix";
    findings.error("ea-len-unknown", place, message, "RFC 7597 §5.2");
  }
  if (ipv6 === null || ipv4 === null || eaLen === null) return null;
  const { psidLen, psid, iid, forwarding } = rule;
  // Programs that always have an offset write 0 where no address is shared and it means nothing.
  const isUnshared = (psidLen ?? 0) === 0 && eaLen + ipv4.len <= 32;
  const psidOffset = isUnshared && rule.psidOffset === 0 ? undefined : rule.psidOffset;
  return { name, ipv6, ipv4, eaLen, psidOffset, psidLen, psid, iid, forwarding };
}
