/** The other CEs on the address of one (RFC 7597 §5.1): who has the ports that it has not. Cold code. */
import { type Ce, ceFromIpv4Psid } from "./ce.js";
import type { Rule } from "./types.js";

/**
 * Up to `most` of them, by PSID from `from`. None where the address is not shared; none, too, of a 1:1 rule, whose
 * neighbours have rules of their own.
 */
export function neighboursOf(rule: Rule, ce: Ce, from = 0, most = 65536): readonly Ce[] {
  if (ce.psid === null || rule.psid !== null) return [];
  const found: Ce[] = [];
  for (let psid = from; psid < 2 ** rule.psidLen && found.length < most; psid++) {
    if (psid === ce.psid) continue;
    const checked = ceFromIpv4Psid(rule, ce.ipv4.address, psid);
    if (checked.ok) found.push(checked.value);
  }
  return found;
}
