/** What a look ahead may do: nothing that shows. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { Foresight } from "../../../src/map/foresight.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule } from "../../../src/map/types.js";

const RULES = 30_000;

function ruleAt(index: number): Rule {
  const isOneToOne = index % 3 === 0;
  return {
    name: `r${index}`,
    ipv6: { address: [0x20010db8, index << 8, 0, 0], len: index % 2 === 0 ? 56 : 64 },
    ipv4: isOneToOne
      ? { address: 0x64400000 + (index >>> 4), len: 32 }
      : { address: index << 8, len: 24 },
    eaLen: 0,
    psidOffset: 6,
    psidLen: isOneToOne ? 4 : 0,
    psid: isOneToOne ? index & 15 : null,
    iid: "rfc7597",
    forwarding: false,
  };
}

test("a small table needs no foresight", (t) => {
  t.equal(Foresight.of(RuleTable.compile([ruleAt(1)], "map-t")), null);
  t.end();
});

test("foreseeing any addresses, more than it keeps, changes nothing", (t) => {
  const rules = Array.from({ length: RULES }, (_, i) => ruleAt(i));
  const table = RuleTable.compile(rules, "map-e");
  const foresight = new Foresight(table);
  const before = new Int32Array(table.buffer).slice();
  const random = seededRandom(7);
  for (let batch = 0; batch < 20; batch++) {
    for (let i = 0; i < 64 * batch; i++) {
      const rule = rules[random() % RULES]!;
      foresight.ipv4(i % 2 === 0 ? rule.ipv4.address : random(), (random() % 65_537) - 1);
      foresight.ipv6(Uint32Array.from(i % 2 === 0 ? rule.ipv6.address : [random(), 0, 0, 0]));
    }
    foresight.settle();
  }
  foresight.settle();
  t.ok(new Int32Array(table.buffer).every((word, at) => word === before[at]));
  const { ipv4, ipv6 } = rules[12_345]!;
  t.equal(table.indexOf(table.lookup6(Uint32Array.from(ipv6.address))), 12_345);
  t.equal(table.indexOf(table.lookup4(ipv4.address, 1024 | (rules[12_345]!.psid! << 6))), 12_345);
  t.end();
});
