import { test } from "tap";
import {
  checkDomainRules,
  checkRule,
  checkRuleSet,
  type RuleInput,
} from "../../../src/map/check.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule } from "../../../src/map/types.js";
import { ipv4Prefix, ipv6Prefix } from "../../support/vectors.js";

function rule(name: string, v6: string, v4: string, rest: Partial<RuleInput> = {}): Rule {
  const base = { name, ipv6: ipv6Prefix(v6), ipv4: ipv4Prefix(v4), eaLen: 0 };
  const checked = checkRule({ ...base, ...rest }, "");
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value;
}

const HOST = "192.0.2.1/32";
const psid = (value: number, psidLen = 8): Partial<RuleInput> => ({ psidLen, psid: value });

interface Case {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly found: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: "nested prefixes are legal",
    rules: [
      rule("a", "2001:db8::/40", "192.0.2.0/24", { eaLen: 16 }),
      rule("b", "2001:db8::/48", "192.0.2.128/25", { eaLen: 15 }),
    ],
    found: [],
  },
  {
    name: "one address, two PSIDs",
    rules: [
      rule("a", "2001:db8:1::/56", HOST, psid(1)),
      rule("b", "2001:db8:2::/56", HOST, psid(2)),
    ],
    found: [],
  },
  {
    name: "one address, one PSID twice",
    rules: [
      rule("a", "2001:db8:1::/56", HOST, psid(1)),
      rule("b", "2001:db8:2::/56", HOST, psid(1)),
    ],
    found: ["duplicate-psid rules.b.psid"],
  },
  {
    name: "one address divided in two ways",
    rules: [
      rule("a", "2001:db8:1::/56", HOST, psid(1)),
      rule("b", "2001:db8:2::/56", HOST, psid(1, 4)),
    ],
    found: ["shared-address-parameters rules.b.psid-len"],
  },
  {
    name: "one address, shared and whole",
    rules: [rule("a", "2001:db8:1::/56", HOST, psid(1)), rule("b", "2001:db8:2::/56", HOST)],
    found: ["duplicate-ipv4-prefix rules.b.rule-ipv4-prefix"],
  },
  {
    name: "one address, whole and shared",
    rules: [rule("a", "2001:db8:1::/56", HOST), rule("b", "2001:db8:2::/56", HOST, psid(1))],
    found: ["duplicate-ipv4-prefix rules.b.rule-ipv4-prefix"],
  },
  {
    name: "the same IPv4 prefix",
    rules: [
      rule("a", "2001:db8::/40", "192.0.2.0/24", { eaLen: 16 }),
      rule("b", "2001:db9::/40", "192.0.2.0/24", { eaLen: 16 }),
    ],
    found: ["duplicate-ipv4-prefix rules.b.rule-ipv4-prefix"],
  },
  {
    name: "the same IPv6 prefix",
    rules: [rule("a", "2001:db8::/40", "192.0.2.0/24"), rule("b", "2001:db8::/40", "192.0.3.0/24")],
    found: ["duplicate-ipv6-prefix rules.b.rule-ipv6-prefix"],
  },
];

for (const c of cases) {
  test(`rule set: ${c.name}`, (t) => {
    const found = checkRuleSet(c.rules);
    t.same(
      found.map(({ code, path }) => `${code} ${path}`),
      c.found,
    );
    t.ok(found.every(({ severity }) => severity === "error"));
    // What the check refuses the table must not swallow.
    if (c.found.length > 0) t.throws(() => RuleTable.compile(c.rules, "map-t"), RangeError);
    else t.equal(RuleTable.compile(c.rules, "map-t").size, c.rules.length);
    t.end();
  });
}

test("rule set: two rules of one name", (t) => {
  const rules = [rule("a", "2001:db8::/40", "192.0.2.0/24"), rule("a", "2001:db9::/40", HOST)];
  t.same(
    checkRuleSet(rules).map(({ code, path }) => `${code} ${path}`),
    ["duplicate-name rules.a"],
  );
  t.end();
});

test("domain: MAP-T host bits need room in the interface identifier", (t) => {
  const fits = rule("fits", "2001:db8::/88", "10.0.0.0/8", { eaLen: 8 });
  const lost = rule("lost", "2001:db9::/89", "11.0.0.0/8", { eaLen: 8 });
  const codes = (mode: "map-t" | "map-e"): string[] =>
    checkDomainRules([fits, lost], mode, null, "d").map(({ code, path }) => `${code} ${path}`);
  t.same(codes("map-t"), ["host-bits-overwritten rules.lost.rule-ipv6-prefix"]);
  t.same(codes("map-e"), []);
  t.end();
});

test("domain: a DMR that covers a rule", (t) => {
  const rules = [rule("a", "2001:db8::/40", "192.0.2.0/24", { eaLen: 16 })];
  const [first] = checkDomainRules(rules, "map-t", ipv6Prefix("2001:db8::/32"), "d");
  t.equal(first?.code, "dmr-covers-rule");
  t.equal(first?.path, "d");
  t.same(checkDomainRules(rules, "map-t", ipv6Prefix("2001:db8:ffff::/64"), "d"), []);
  t.end();
});
