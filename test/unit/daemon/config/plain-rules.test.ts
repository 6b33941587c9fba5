/** Rules that are read without the schema: the same as with it, or left to it. */
import fc from "fast-check";
import { test } from "tap";
import { plainRule, plainRules } from "../../../../daemon/config/plain-rules.js";
import { ruleSchema } from "../../../../daemon/config/schema.js";
import { property } from "../../../support/property.js";

const EXAMPLE = {
  "rule-ipv6-prefix": "2001:db8::/40",
  "rule-ipv4-prefix": "192.0.2.0/24",
  "ea-len": 16,
};

const anyText = fc.constantFrom(
  "2001:db8::/40",
  "2001:db8:1::/40",
  "2001:DB8::/40",
  "::/0",
  "192.0.2.0/24",
  "192.0.2.1/24",
  "192.0.2.0/33",
  "192.0.2.0",
  "rfc7597",
  "draft-03",
  "",
);
const anyValue = fc.oneof(
  anyText,
  fc.integer({ min: -2, max: 70_000 }),
  fc.constantFrom(0.5, -0, 2 ** 53, Number.NaN, null, undefined, true, false, [], {}, [16]),
);
const KEYS = [
  "rule-ipv6-prefix",
  "rule-ipv4-prefix",
  "ea-len",
  "psid-offset",
  "psid-len",
  "psid",
  "iid",
  "forwarding",
  "comment",
];

/** The example with up to three keys changed, added or removed. */
const nearlyPlain = fc
  .array(fc.tuple(fc.constantFrom(...KEYS), fc.option(anyValue, { nil: "gone" })), { maxLength: 3 })
  .map((changes) => {
    const rule = new Map<string, unknown>(Object.entries(EXAMPLE));
    for (const [key, value] of changes) {
      if (value === "gone") rule.delete(key);
      else rule.set(key, value);
    }
    return Object.fromEntries(rule);
  });

let plain = 0;
let left = 0;

property("a rule is what the schema makes of it, or left to it", 5000, [nearlyPlain], (raw) => {
  const rule = plainRule(raw);
  const judged = ruleSchema.safeParse(raw);
  if (rule === null) {
    left++;
    // An undefined value is no value; nothing else that is sound is left to the schema.
    const isWhole = Object.values(raw).every((value) => value !== undefined);
    if (judged.success && isWhole) throw new Error("left to the schema, which takes it");
    return;
  }
  plain++;
  if (!judged.success) throw new Error("the schema refuses it");
  const [one, other] = [JSON.stringify(rule), JSON.stringify(judged.data)];
  if (one !== other) throw new Error(`${one}, expected ${other}`);
});

test("the run above met both", (t) => {
  t.ok(plain > 500 && left > 500, `${plain} plain, ${left} left`);
  t.end();
});

test("one rule that is not plain, or one name, leaves all of them to the schema", (t) => {
  t.same([...(plainRules({ a: EXAMPLE, b: EXAMPLE })?.keys() ?? [])], ["a", "b"]);
  t.same(plainRules({})?.size, 0);
  for (const raw of [
    { a: EXAMPLE, b: { ...EXAMPLE, "ea-len": "16" } },
    { a: EXAMPLE, "": EXAMPLE },
    { a: EXAMPLE, "b c": EXAMPLE },
    [EXAMPLE],
    "a",
    null,
    undefined,
  ]) {
    t.equal(plainRules(raw), null, JSON.stringify(raw) ?? "undefined");
  }
  t.end();
});

test("what is no mapping is no plain rule", (t) => {
  for (const raw of [null, undefined, "metro", 16, [], [EXAMPLE]]) t.equal(plainRule(raw), null);
  t.end();
});
