/** Rules as records: what goes in comes out. */
import { test } from "tap";
import { PackedRules } from "../../../src/map/packed-rules.js";
import type { Rule } from "../../../src/map/types.js";

const SHARED: Rule = {
  name: "shared",
  ipv6: { address: [0x20010db8, 0, 0, 0], len: 40 },
  ipv4: { address: 0xc0000200, len: 24 },
  eaLen: 16,
  psidOffset: 6,
  psidLen: 8,
  psid: null,
  iid: "rfc7597",
  forwarding: false,
};

const RULES: readonly Rule[] = [
  SHARED,
  { ...SHARED, name: "prefix", eaLen: 4, psidOffset: 15, psidLen: 0, forwarding: true },
  {
    ...SHARED,
    name: "one-to-one",
    ipv6: { address: [0xfd00ffff, 0xffffffff, 0x80000000, 1], len: 128 },
    ipv4: { address: 0xffffffff, len: 32 },
    eaLen: 0,
    psidOffset: 0,
    psidLen: 16,
    psid: 0xffff,
    iid: "draft-03",
  },
  {
    ...SHARED,
    name: "everything",
    ipv6: { address: [0, 0, 0, 0], len: 0 },
    ipv4: { address: 0, len: 0 },
    eaLen: 48,
    psidLen: 16,
    psidOffset: 0,
  },
  { ...SHARED, name: "psid-0", ipv4: { address: 0xc0000201, len: 32 }, eaLen: 0, psid: 0 },
];

test("rules come out as they went in, also of a list from another thread", async (t) => {
  const packed = PackedRules.of(RULES);
  const received = PackedRules.unpacked(structuredClone(packed.packed()));
  for (const list of [packed, received]) {
    t.strictSame([...list], RULES);
    t.equal(list.length, RULES.length);
    t.strictSame(
      list.map((rule, index) => [rule, index]),
      RULES.map((rule, index) => [rule, index]),
    );
    t.strictSame(
      list.filter(({ psid }) => psid !== null),
      [RULES[2], RULES[4]],
    );
    t.strictSame(list.slice(1, 3), RULES.slice(1, 3));
    t.strictSame(list.slice(4, 9), RULES.slice(4));
    t.strictSame(list.at(3), RULES[3]);
    t.equal(list.at(RULES.length), undefined);
  }
  t.ok(packed.equals(received));
  t.equal(JSON.stringify(packed), JSON.stringify(received));
  t.equal(PackedRules.of(packed), packed);
});

const CHANGES: readonly { readonly name: string; readonly rules: readonly Rule[] }[] = [
  { name: "a rule more", rules: [...RULES, { ...SHARED, name: "more" }] },
  { name: "another order", rules: [...RULES].reverse() },
  { name: "another name", rules: RULES.with(0, { ...SHARED, name: "renamed" }) },
  { name: "another EA length", rules: RULES.with(0, { ...SHARED, eaLen: 15 }) },
  { name: "another identifier", rules: RULES.with(0, { ...SHARED, iid: "draft-03" }) },
  { name: "forwarding", rules: RULES.with(0, { ...SHARED, forwarding: true }) },
  { name: "a PSID of 0 that is provisioned", rules: RULES.with(0, { ...SHARED, psid: 0 }) },
];

for (const { name, rules } of CHANGES) {
  test(`lists that differ by ${name} are not equal, nor is their JSON`, async (t) => {
    const [one, other] = [PackedRules.of(RULES), PackedRules.of(rules)];
    t.notOk(one.equals(other));
    t.notOk(other.equals(one));
    t.not(JSON.stringify(one), JSON.stringify(other));
  });
}
