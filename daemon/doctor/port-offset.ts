/** Which PSID offset explains that some ports of a set are answered and others are not. */
import { PortSet } from "../../src/map/port-set.js";
import type { Rule } from "../../src/map/types.js";

const MOST_OFFSET = 15;
const PORT_BITS = 16;

/** Offsets under which every answered port is in the set and no silent one is; without the rule's own. */
export function offsetsThatExplain(
  rule: Rule,
  psid: number,
  answered: readonly number[],
  silent: readonly number[],
): readonly number[] {
  if (answered.length === 0 || silent.length === 0) return [];
  const offsets: number[] = [];
  for (let offset = 0; offset <= Math.min(MOST_OFFSET, PORT_BITS - rule.psidLen); offset++) {
    if (offset === rule.psidOffset) continue;
    const set = new PortSet(offset, rule.psidLen, psid);
    const fits = answered.every((port) => set.contains(port));
    if (fits && !silent.some((port) => set.contains(port))) offsets.push(offset);
  }
  return offsets;
}
