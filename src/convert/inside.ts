/** Whose prefix an address of the provider's own lies in, where it lies in a rule's. */
import { ceFromEndUserPrefix } from "../map/ce.js";
import { canonicalIpv6, containsIpv6, formatIpv6Prefix } from "../map/prefix.js";
import { ruleFacts } from "../map/rule.js";
import type { Ipv6Prefix, Rule } from "../map/types.js";
import { formatIpv4 } from "../wire/address.js";

/** The sentence about `what`, which has the prefix; null where it is outside the rule. */
export function insideCustomer(rule: Rule, prefix: Ipv6Prefix, what: string): string | null {
  if (prefix.len < rule.ipv6.len || !containsIpv6(rule.ipv6, prefix.address)) return null;
  const len = ruleFacts(rule).endUserPrefixLen;
  const endUser = canonicalIpv6({ address: prefix.address, len });
  const ce = ceFromEndUserPrefix(rule, endUser);
  if (!ce.ok) return null;
  const psid = ce.value.psid === null ? "" : `, PSID 0x${ce.value.psid.toString(16)}`;
  const owner = `${formatIpv6Prefix(endUser)}, the prefix of the customer with ${formatIpv4(ce.value.ipv4.address)}${psid}`;
  return `${what} lies in ${owner} (rule "${rule.name}"): that customer's traffic stays on the link; use a prefix outside ${formatIpv6Prefix(rule.ipv6)}`;
}
