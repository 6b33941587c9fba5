/** Rules for tables of any size, and packets from and to CEs of them. */
import { mapAddressOf } from "../../../src/map/ce-address.js";
import { PackedRules } from "../../../src/map/packed-rules.js";
import type { Rule } from "../../../src/map/types.js";

/** Three shapes, so that a family has as many prefix lengths: 256 CEs on each address, whatever the rule covers. */
const SHAPES = [
  { ipv4: 0x10000000, ipv4Len: 32, ipv6Len: 56 },
  { ipv4: 0x40000000, ipv4Len: 30, ipv6Len: 54 },
  { ipv4: 0x80000000, ipv4Len: 28, ipv6Len: 52 },
] as const;

/** Of every rule's CEs the one with this PSID has this port, the first of its set. */
const PSID = 1;
export const CE_PORT = 1028;

export function ruleAt(index: number): Rule {
  const shape = SHAPES[index % SHAPES.length]!;
  const high = (0x20010db8 + (index % SHAPES.length)) >>> 0;
  const address = (index * 2 ** (64 - shape.ipv6Len)) >>> 0;
  return {
    name: "bench",
    ipv6: { address: [high, address, 0, 0], len: shape.ipv6Len },
    ipv4: { address: shape.ipv4 + index * 2 ** (32 - shape.ipv4Len), len: shape.ipv4Len },
    eaLen: 32 - shape.ipv4Len + 8,
    psidOffset: 6,
    psidLen: 8,
    psid: null,
    iid: "rfc7597",
    forwarding: false,
  };
}

/** As mapd keeps them. */
export function manyRules(count: number): PackedRules {
  return PackedRules.of(Array.from({ length: count }, (_, i) => ruleAt(i)));
}

/** The ends of a CE of the rule: its address and its MAP address. */
export function ceOf(rule: Rule): {
  readonly addr4: number;
  readonly map: ReturnType<typeof mapAddressOf>;
} {
  return { addr4: rule.ipv4.address, map: mapAddressOf(rule, rule.ipv4.address, PSID) };
}
