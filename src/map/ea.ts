/** The EA bits of a CE as numbers (RFC 7597 §5.2). They have up to 48 bits: arithmetic, as bit operators have 32. */
import type { Ce } from "./ce.js";
import { IPV4_BITS } from "./prefix.js";
import { ruleFacts } from "./rule.js";
import type { Rule } from "./types.js";

export interface EaValue {
  /** All o bits: the CE's index among those of its rule. */
  readonly ea: number;
  /** The p bits of the IPv4 suffix: the CE's address, or prefix, counted from the rule's first. */
  readonly host: number;
  /** The q bits of the PSID; 0 where there are none. */
  readonly psid: number;
}

export function eaOfCe(rule: Rule, ce: Pick<Ce, "ipv4" | "psid">): EaValue {
  const { p, q } = ruleFacts(rule);
  const host = (ce.ipv4.address - rule.ipv4.address) / 2 ** (IPV4_BITS - rule.ipv4.len - p);
  const psid = q > 0 ? (ce.psid ?? 0) : 0;
  return { ea: host * 2 ** q + psid, host, psid };
}
