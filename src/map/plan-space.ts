/** Which addresses a plan takes: parts of the IPv4 pools, and a prefix of the IPv6 block for each. Cold code. */
import { canonicalIpv6, IPV4_BITS } from "./prefix.js";
import type { Ipv4Prefix, Ipv6Prefix, Words6 } from "./types.js";

export interface PlannedRule {
  readonly ipv6: Ipv6Prefix;
  readonly ipv4: Ipv4Prefix;
  readonly eaLen: number;
}

/**
 * Parts of the pools with at least `count` addresses, largest pools first; null where there are not so many. Of the
 * last one only as much as is needed, as one prefix.
 */
export function allocateIpv4(pools: readonly Ipv4Prefix[], count: number): Ipv4Prefix[] | null {
  const parts: Ipv4Prefix[] = [];
  let missing = count;
  const sorted = [...pools].sort((one, other) => one.len - other.len);
  for (const pool of sorted) {
    if (missing <= 0) break;
    const neededLen = IPV4_BITS - Math.ceil(Math.log2(missing));
    const len = Math.max(pool.len, neededLen);
    parts.push({ address: pool.address, len });
    missing -= 2 ** (IPV4_BITS - len);
  }
  return missing > 0 ? null : parts;
}

/** A rule for each part, side by side in the block, largest first so that all are aligned; null where they do not fit. */
export function allocateRules(
  parts: readonly Ipv4Prefix[],
  block: Ipv6Prefix,
  psidLen: number,
  endUserPrefixLen: number,
): PlannedRule[] | null {
  const rules: PlannedRule[] = [];
  let next = 0n;
  const room = 1n << BigInt(Math.max(0, endUserPrefixLen - block.len));
  for (const ipv4 of [...parts].sort((one, other) => one.len - other.len)) {
    const eaLen = IPV4_BITS - ipv4.len + psidLen;
    const len = endUserPrefixLen - eaLen;
    if (len < block.len) return null;
    const address = plus(block.address, next << BigInt(128 - endUserPrefixLen));
    rules.push({ ipv6: canonicalIpv6({ address, len }), ipv4, eaLen });
    next += 1n << BigInt(eaLen);
    if (next > room) return null;
  }
  return rules;
}

function plus(address: Words6, offset: bigint): Words6 {
  const value = address.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n) + offset;
  const word = (shift: bigint): number => Number((value >> shift) & 0xffffffffn);
  return [word(96n), word(64n), word(32n), word(0n)];
}
