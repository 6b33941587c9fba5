/** Address plans: the choices in their order, the rules of one, and why there is none. */
import { test } from "tap";
import { checkRule, checkRuleSet } from "../../../src/map/check.js";
import { type PlanChoice, type PlanInput, planRules } from "../../../src/map/plan.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../../src/map/prefix.js";
import { ruleFacts } from "../../../src/map/rule.js";
import { ipv4Prefix, ipv6Prefix } from "../../support/vectors.js";

const TOWN: PlanInput = {
  subscribers: 12_000,
  ports: 250,
  ipv4Pools: [ipv4Prefix("192.0.2.0/25"), ipv4Prefix("198.51.100.0/25")],
  ipv6Block: ipv6Prefix("2001:db8::/36"),
  delegatedLens: [56],
};

function choicesOf(input: PlanInput): readonly PlanChoice[] {
  const checked = planRules(input);
  if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
  return checked.value.choices;
}

function shape({ psidLen, psidOffset, portsPerCe, rangeLen, addressesUsed }: PlanChoice): string {
  return `k${psidLen} a${psidOffset}: ${portsPerCe} ports in runs of ${rangeLen}, ${addressesUsed} addresses`;
}

function rulesOf({ rules }: PlanChoice): string[] {
  return rules.map(
    ({ ipv6, ipv4, eaLen }) => `${formatIpv6Prefix(ipv6)} ${formatIpv4Prefix(ipv4)} ${eaLen}`,
  );
}

test("the choice with the fewest addresses that keeps system ports back comes first", async (t) => {
  const choices = choicesOf(TOWN);
  t.same(choices.slice(0, 4).map(shape), [
    "k8 a6: 252 ports in runs of 4, 64 addresses",
    "k7 a6: 504 ports in runs of 8, 128 addresses",
    "k7 a5: 496 ports in runs of 16, 128 addresses",
    "k7 a4: 480 ports in runs of 32, 128 addresses",
  ]);
  const [best] = choices;
  t.same(best?.reasons, [
    "8 subnet bits",
    "fewest IPv4 addresses of all choices",
    "keeps just the system ports 0..1023 back",
    "1.56 % of the IPv6 block",
  ]);
  t.same(best && rulesOf(best), ["2001:db8::/42 192.0.2.0/26 14"]);
  const firstBelow = choices.findIndex(({ givesSystemPorts }) => givesSystemPorts);
  t.ok(firstBelow > 0);
  t.ok(choices.slice(firstBelow).every(({ givesSystemPorts }) => givesSystemPorts));
});

test("two pools are two rules, side by side in the block, the second as small as will do", async (t) => {
  const choice = choicesOf(TOWN).find(
    ({ psidLen, psidOffset }) => psidLen === 6 && psidOffset === 6,
  );
  t.same(choice && rulesOf(choice), [
    "2001:db8::/43 192.0.2.0/25 13",
    "2001:db8:20::/44 198.51.100.0/26 12",
  ]);
  t.equal(choice?.capacity, 12288);
});

test("every choice is made of sound rules with the ports and places that it promises", async (t) => {
  const input = { ...TOWN, ports: 900, delegatedLens: [52, 56, 60, 64], contiguousPorts: 8 };
  for (const choice of choicesOf(input)) {
    const rules = choice.rules.map((planned, index) => {
      const { psidOffset } = choice;
      const checked = checkRule({ name: `r${index}`, ...planned, psidOffset }, "");
      if (!checked.ok) throw new Error(checked.diagnostics[0]?.message);
      return checked.value;
    });
    t.same(checkRuleSet(rules), []);
    const facts = rules.map(ruleFacts);
    t.ok(facts.every((one) => one.portsPerCe === choice.portsPerCe && one.portsPerCe >= 900));
    t.ok(facts.every((one) => one.endUserPrefixLen === choice.endUserPrefixLen));
    t.ok(choice.rangeLen >= 8);
    const places = facts.reduce((sum, { ceCount }) => sum + ceCount, 0);
    t.ok(places === choice.capacity && places >= input.subscribers);
  }
});

test("prefixes of rules do not overlap, and lie in the block", async (t) => {
  const pools = ["192.0.2.0/28", "198.51.100.0/26", "203.0.113.0/27"].map(ipv4Prefix);
  const [best] = choicesOf({ ...TOWN, subscribers: 7000, ports: 960, ipv4Pools: pools });
  t.same(best && rulesOf(best), [
    "2001:db8::/44 198.51.100.0/26 12",
    "2001:db8:10::/45 203.0.113.0/27 11",
    "2001:db8:18::/46 192.0.2.0/28 10",
  ]);
});

const REFUSALS: readonly (readonly [string, Partial<PlanInput>, string, RegExp])[] = [
  [
    "too few addresses",
    { ports: 4000 },
    "plan-addresses",
    /12000 subscribers with 4000 ports each share an address among 16 at most: that needs 750 addresses, and the pools have 256/,
  ],
  [
    "too small a block",
    { ipv6Block: ipv6Prefix("2001:db8::/44") },
    "plan-block",
    /a \/44 has 4096 prefixes of length 56/,
  ],
  [
    "a block that is longer than what is delegated",
    { ipv6Block: ipv6Prefix("2001:db8::/60") },
    "plan-block",
    /no delegated length/,
  ],
  ["no pool", { ipv4Pools: [] }, "plan-pools", /give an IPv4 pool/],
  [
    "pools that overlap",
    { ipv4Pools: [ipv4Prefix("192.0.2.0/24"), ipv4Prefix("192.0.2.128/25")] },
    "plan-pools",
    /overlap/,
  ],
  ["no subscribers", { subscribers: 0 }, "plan-range", /subscribers 0 is not in 1/],
  ["more ports than there are", { ports: 65537 }, "plan-range", /ports 65537/],
];

for (const [name, change, code, message] of REFUSALS) {
  test(`no plan: ${name}`, async (t) => {
    const checked = planRules({ ...TOWN, ...change });
    t.notOk(checked.ok);
    const [first] = checked.diagnostics;
    t.equal(first?.code, code);
    t.match(first?.message, message);
  });
}
