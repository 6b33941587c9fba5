/**
 * Rules as programs write them, by the hundred thousand: read without the schema, which takes ten times as long. What is not
 * plainly right is left to the schema, which says what is wrong with it.
 */

import { DEFAULT_PSID_OFFSET } from "../../src/map/check.js";
import {
  canonicalIpv4,
  canonicalIpv6,
  parseIpv4Prefix,
  parseIpv6Prefix,
  sameWords,
} from "../../src/map/prefix.js";
import type { Ipv4Prefix, Ipv6Prefix } from "../../src/map/types.js";
import { NAME_PATTERN, type RuleDocument } from "./schema.js";

/** What `ruleSchema` makes of each; null where it would refuse one, or might. */
export function plainRules(raw: unknown): Map<string, RuleDocument> | null {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return null;
  const rules = new Map<string, RuleDocument>();
  for (const [name, value] of Object.entries(raw)) {
    const rule = NAME_PATTERN.test(name) ? plainRule(value) : null;
    if (rule === null) return null;
    rules.set(name, rule);
  }
  return rules;
}

/** Every value of the keys that a rule may have is looked at once. */
export function plainRule(raw: unknown): RuleDocument | null {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return null;
  let ipv6: Ipv6Prefix | null = null;
  let ipv4: Ipv4Prefix | null = null;
  let eaLen: number | null = null;
  let psidOffset = DEFAULT_PSID_OFFSET;
  let psidLen: number | undefined;
  let psid: number | undefined;
  let iid: RuleDocument["iid"] = "rfc7597";
  let forwarding = false;
  for (const [key, value] of Object.entries(raw)) {
    if (key === "rule-ipv6-prefix") ipv6 = plainIpv6(value);
    else if (key === "rule-ipv4-prefix") ipv4 = plainIpv4(value);
    else if (key === "iid" && (value === "rfc7597" || value === "draft-03")) iid = value;
    else if (key === "forwarding" && typeof value === "boolean") forwarding = value;
    else if (!Number.isSafeInteger(value)) return null;
    else if (key === "ea-len") eaLen = value;
    else if (key === "psid-offset") psidOffset = value;
    else if (key === "psid-len") psidLen = value;
    else if (key === "psid") psid = value;
    else return null;
  }
  if (ipv6 === null || ipv4 === null || eaLen === null) return null;
  return {
    "rule-ipv6-prefix": ipv6,
    "rule-ipv4-prefix": ipv4,
    "ea-len": eaLen,
    "psid-offset": psidOffset,
    "psid-len": psidLen,
    psid,
    iid,
    forwarding,
  };
}

function plainIpv6(value: unknown): Ipv6Prefix | null {
  const prefix = typeof value === "string" ? parseIpv6Prefix(value) : null;
  if (prefix === null) return null;
  return sameWords(canonicalIpv6(prefix).address, prefix.address) ? prefix : null;
}

function plainIpv4(value: unknown): Ipv4Prefix | null {
  const prefix = typeof value === "string" ? parseIpv4Prefix(value) : null;
  return prefix !== null && canonicalIpv4(prefix).address === prefix.address ? prefix : null;
}
