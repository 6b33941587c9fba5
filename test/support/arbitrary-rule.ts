/** Random rules for fast-check: every kind, every length that is legal. */
import fc from "fast-check";
import { checkRule } from "../../src/map/check.js";
import { canonicalIpv4, canonicalIpv6 } from "../../src/map/prefix.js";
import type { Ipv4Prefix, Ipv6Prefix, Rule, Words6 } from "../../src/map/types.js";

export const word: fc.Arbitrary<number> = fc.integer({ min: 0, max: 0xffffffff });
export const words6: fc.Arbitrary<Words6> = fc.tuple(word, word, word, word);
export const port: fc.Arbitrary<number> = fc.integer({ min: 0, max: 65535 });

export function ipv4PrefixOf(lens: fc.Arbitrary<number>): fc.Arbitrary<Ipv4Prefix> {
  return fc.tuple(word, lens).map(([address, len]) => canonicalIpv4({ address, len }));
}

export function ipv6PrefixOf(lens: fc.Arbitrary<number>): fc.Arbitrary<Ipv6Prefix> {
  return fc.tuple(words6, lens).map(([address, len]) => canonicalIpv6({ address, len }));
}

function upTo(max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max });
}

interface Draft {
  readonly ipv4: Ipv4Prefix;
  readonly eaLen: number;
  readonly psidLen: number;
}

/** EA length above 0: k follows from it and stays within 16. */
const embedded: fc.Arbitrary<Draft> = ipv4PrefixOf(upTo(32)).chain((ipv4) =>
  fc
    .integer({ min: 1, max: Math.min(48, 48 - ipv4.len) })
    .map((eaLen) => ({ ipv4, eaLen, psidLen: Math.max(0, eaLen + ipv4.len - 32) })),
);

/** EA length 0: a prefix, an address, or one PSID of an address. */
const provisioned: fc.Arbitrary<Draft> = fc.oneof(
  ipv4PrefixOf(upTo(32)).map((ipv4) => ({ ipv4, eaLen: 0, psidLen: 0 })),
  fc
    .tuple(ipv4PrefixOf(fc.constant(32)), upTo(16))
    .map(([ipv4, psidLen]) => ({ ipv4, eaLen: 0, psidLen })),
);

export const anyRule: fc.Arbitrary<Rule> = fc
  .oneof({ weight: 3, arbitrary: embedded }, { weight: 1, arbitrary: provisioned })
  .chain((draft) =>
    fc.record({
      draft: fc.constant(draft),
      ipv6: ipv6PrefixOf(upTo(128 - draft.eaLen)),
      psidOffset: upTo(Math.min(15, 16 - draft.psidLen)),
      psid: upTo(2 ** draft.psidLen - 1),
      iid: fc.constantFrom("rfc7597" as const, "draft-03" as const),
    }),
  )
  .map(({ draft, ipv6, psidOffset, psid, iid }) => {
    const isOneToOne = draft.eaLen === 0 && draft.psidLen > 0;
    const input = { name: "any", ...draft, ipv6, psidOffset, iid };
    const checked = checkRule(isOneToOne ? { ...input, psid } : input, "");
    if (!checked.ok) throw new Error(checked.diagnostics.map((one) => one.message).join("; "));
    return checked.value;
  });
