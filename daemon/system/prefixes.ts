/** The fewest prefixes that cover a list, so that a thousand rules do not become a thousand routes. */
import { coversIpv4Prefix } from "../../src/map/prefix.js";
import type { Ipv4Prefix, RuleList } from "../../src/map/types.js";

/** No duplicates, nothing inside another, siblings joined; exactly the same addresses are covered. */
export function aggregateIpv4(prefixes: readonly Ipv4Prefix[]): readonly Ipv4Prefix[] {
  return aggregateKeys(prefixes.map(sortKey));
}

/** The same for all prefixes of rules. */
export function aggregateRules(rules: RuleList): readonly Ipv4Prefix[] {
  return aggregateKeys(rules.map(({ ipv4 }) => sortKey(ipv4)));
}

/** One number for address and length: very many of them take little memory. */
function sortKey({ address, len }: Ipv4Prefix): number {
  return address * KEY_FACTOR + len;
}

const KEY_FACTOR = 64;

function aggregateKeys(keys: readonly number[]): readonly Ipv4Prefix[] {
  const out: Ipv4Prefix[] = [];
  for (const key of Float64Array.from(keys).sort()) {
    const prefix = { address: Math.floor(key / KEY_FACTOR), len: key % KEY_FACTOR };
    const last = out[out.length - 1];
    if (last !== undefined && coversIpv4Prefix(last, prefix)) continue;
    out.push(prefix);
    joinSiblings(out);
  }
  return out;
}

/** Joins the two last entries into their parent as long as they are its two halves. */
function joinSiblings(out: Ipv4Prefix[]): void {
  while (out.length >= 2) {
    const low = out[out.length - 2]!;
    const high = out[out.length - 1]!;
    const size = 2 ** (32 - low.len);
    const isLowHalf = low.len > 0 && low.address % (size * 2) === 0;
    if (low.len !== high.len || !isLowHalf || low.address + size !== high.address) return;
    out.length -= 2;
    out.push({ address: low.address, len: low.len - 1 });
  }
}
