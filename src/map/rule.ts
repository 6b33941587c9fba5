/**
 * What follows from a rule's parameters alone. Letters of RFC 7597 §5: n and r are the lengths of the rule's IPv6 and
 * IPv4 prefix, o the EA length, p and q the IPv4 and PSID bits among the EA bits, a, k and m as in port-set.ts.
 */
import { PortSet, portCounts } from "./port-set.js";
import { IPV4_BITS } from "./prefix.js";
import type { Rule, RuleKind } from "./types.js";

export interface RuleFacts {
  readonly kind: RuleKind;
  /** IPv4 suffix bits among the EA bits. */
  readonly p: number;
  /** PSID bits among the EA bits; 0 with a provisioned PSID. */
  readonly q: number;
  /** Bits of a contiguous range; meaningless where k = 0. */
  readonly m: number;
  /** n + o, bits. */
  readonly endUserPrefixLen: number;
  /** Number of EA values, 1..2^48. */
  readonly ceCount: number;
  /** CEs on one IPv4 address, 2^k. */
  readonly sharingRatio: number;
  /** IPv4 addresses of the rule, 2^(32-r). */
  readonly addressCount: number;
  readonly portsPerCe: number;
  /** Ports of each IPv4 address that no CE may use. */
  readonly excludedPorts: number;
}

type Lengths = Pick<Rule, "ipv4" | "eaLen" | "psidLen">;

export function ruleKind(rule: Lengths): RuleKind {
  if (rule.psidLen > 0) return "shared";
  return rule.eaLen + rule.ipv4.len < IPV4_BITS ? "prefix" : "address";
}

/** IPv4 suffix bits among the EA bits (RFC 7597 §5.2). */
export function suffixLen(eaLen: number, ipv4Len: number): number {
  return Math.min(eaLen, IPV4_BITS - ipv4Len);
}

export function ruleFacts(rule: Rule): RuleFacts {
  const p = suffixLen(rule.eaLen, rule.ipv4.len);
  const ports = portCounts(rule.psidOffset, rule.psidLen);
  return {
    kind: ruleKind(rule),
    p,
    q: rule.eaLen - p,
    m: 16 - rule.psidOffset - rule.psidLen,
    endUserPrefixLen: rule.ipv6.len + rule.eaLen,
    ceCount: 2 ** rule.eaLen,
    sharingRatio: 2 ** rule.psidLen,
    addressCount: 2 ** (IPV4_BITS - rule.ipv4.len),
    portsPerCe: ports.perCe,
    excludedPorts: ports.excluded,
  };
}

/** The ports of one CE; `psid` is null where the address is not shared. */
export function portSetOf(rule: Rule, psid: number | null): PortSet {
  return new PortSet(rule.psidOffset, rule.psidLen, psid ?? 0);
}
