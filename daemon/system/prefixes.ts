/** The fewest prefixes that cover a list, so that a thousand rules do not become a thousand routes. */
import { coversIpv4Prefix } from "../../src/map/prefix.js";
import type { Ipv4Prefix } from "../../src/map/types.js";

/** No duplicates, nothing inside another, siblings joined; exactly the same addresses are covered. */
export function aggregateIpv4(prefixes: readonly Ipv4Prefix[]): readonly Ipv4Prefix[] {
  const sorted = [...prefixes].sort((x, y) => x.address - y.address || x.len - y.len);
  const out: Ipv4Prefix[] = [];
  for (const prefix of sorted) {
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
