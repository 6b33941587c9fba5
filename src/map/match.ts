/** Which of many rules speaks for an address: the longest match, and what else covers it. Cold code; hot is RuleTable. */
import { psidOfPort } from "./port-set.js";
import { containsIpv4, coversIpv6Prefix, IPV6_BITS } from "./prefix.js";
import type { Ipv6Prefix, Rule, RuleList, Words6 } from "./types.js";

export interface RuleMatch {
  readonly rule: Rule;
  /** Of the rule in the list. */
  readonly index: number;
  /** Other rules that cover it, longest prefix first. */
  readonly covered: readonly Rule[];
}

/** The rule with the longest IPv6 prefix that covers an address or a delegated prefix (RFC 7597 §5). */
export function matchIpv6(rules: RuleList, target: Words6 | Ipv6Prefix): RuleMatch | null {
  const prefix = "len" in target ? target : { address: target, len: IPV6_BITS };
  return longest(
    rules,
    ({ ipv6 }) => coversIpv6Prefix(ipv6, prefix),
    ({ ipv6 }) => ipv6.len,
  );
}

/**
 * The rule with the longest IPv4 prefix that covers an address. Of 1:1 rules that share an address, the one whose PSID
 * the port has; without a port, the first of them (RFC 7599 §8.4).
 */
export function matchIpv4(rules: RuleList, addr4: number, port: number | null): RuleMatch | null {
  return longest(
    rules,
    (rule) => containsIpv4(rule.ipv4, addr4) && hasPsidOf(rule, port),
    ({ ipv4 }) => ipv4.len,
  );
}

function hasPsidOf({ psid, psidOffset, psidLen }: Rule, port: number | null): boolean {
  return psid === null || port === null || psidOfPort(port, psidOffset, psidLen) === psid;
}

function longest(
  rules: RuleList,
  covers: (rule: Rule) => boolean,
  lenOf: (rule: Rule) => number,
): RuleMatch | null {
  const found: { readonly rule: Rule; readonly index: number }[] = [];
  let index = 0;
  for (const rule of rules) {
    if (covers(rule)) found.push({ rule, index });
    index++;
  }
  // Stable: of equals the first one stays first.
  const [best, ...rest] = found.sort((one, other) => lenOf(other.rule) - lenOf(one.rule));
  return best === undefined ? null : { ...best, covered: rest.map(({ rule }) => rule) };
}
