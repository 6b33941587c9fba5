/** The page's model without a page: links, history, steps, fixes. */
import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { test } from "tap";
import { ruleFacts } from "../../../src/map/rule.js";
import { mapAddressBits } from "../../../src/map/ruler.js";
import { checkDraft, draftOfRule, draftOfText, ruleString } from "../../../web/state/draft.js";
import { fixFor } from "../../../web/state/fixes.js";
import {
  changeModel,
  FIRST_INPUTS,
  type Inputs,
  redo,
  startModel,
  undo,
} from "../../../web/state/model.js";
import { exampleText, find, flip } from "../../../web/state/moves.js";
import { inputsOf, queryOf } from "../../../web/state/permalink.js";
import { anyRule } from "../../support/arbitrary-rule.js";
import { property } from "../../support/property.js";

const inputs: fc.Arbitrary<Inputs> = anyRule.chain((rule) =>
  fc.record(
    {
      draft: fc.constant({ ...draftOfRule(rule), name: "any" }),
      ce: fc.integer({ min: 0, max: ruleFacts(rule).ceCount - 1 }),
      port: fc.nat(10),
      mode: fc.constantFrom("map-t" as const, "map-e" as const),
      dmr: fc.constantFrom("2001:db8:ffff::/64", "", "a&b=c+d %41|"),
      br: fc.constantFrom("2001:db8:ffff::1", "x y"),
      other: fc.constantFrom("", "o|2001:db8::|40|192.0.2.0|24|16|6"),
    },
    { noNullPrototype: true },
  ),
);

property("a link gives back exactly what it was made of", 300, [inputs], (given) => {
  deepEqual(inputsOf(queryOf(given)), given);
});

property("a draft of a rule is that rule", 300, [anyRule], (rule) => {
  const checked = checkDraft({ ...draftOfRule(rule), name: "x" });
  deepEqual(checked.ok && { ...checked.value, name: rule.name }, rule);
});

property("a bit that is turned twice is as it was", 200, [inputs, fc.nat(127)], (given, at) => {
  const model = startModel(given);
  const once = changeModel(
    model,
    flip(model.rule, model.inputs, mapAddressBits(model.rule)[at]!),
    "",
  );
  const source = mapAddressBits(once.rule)[at]!;
  const twice = changeModel(once, flip(once.rule, once.inputs, source), "");
  deepEqual([twice.rule, twice.inputs.ce], [model.rule, model.inputs.ce]);
});

test("what is no rule leaves the last good one, and can be undone", async (t) => {
  const start = startModel(FIRST_INPUTS);
  const draft = { ...FIRST_INPUTS.draft, psidOffset: "12" };
  const wrong = changeModel(start, { ...FIRST_INPUTS, draft }, "");
  t.equal(wrong.isCurrent, false);
  t.same(wrong.rule, start.rule);
  t.same(undo(wrong).inputs, FIRST_INPUTS);
  const [finding] = wrong.findings;
  if (finding === undefined) throw new Error("nothing was found");
  t.same(fixFor(finding, draft), { field: "psidOffset", value: "8" });
});

test("changes of one gesture are one step back", async (t) => {
  const start = startModel(FIRST_INPUTS);
  const named = (name: string): Inputs => ({
    ...FIRST_INPUTS,
    draft: { ...FIRST_INPUTS.draft, name },
  });
  const once = changeModel(start, named("a"), "draft.name");
  const twice = changeModel(once, named("ab"), "draft.name");
  t.same(undo(twice).inputs, FIRST_INPUTS);
  t.equal(redo(undo(twice)).inputs.draft.name, "ab");
  t.same(redo(start), start);
  t.same(undo(start), start);
});

test("a rule with fewer CEs or ports shows its last one", async (t) => {
  const far = startModel({ ...FIRST_INPUTS, ce: 65535, port: 251 });
  const draft = draftOfText("x|2001:db8::|40|192.0.2.0|24|12|6");
  if (draft === null) throw new Error("no rule");
  t.equal(changeModel(far, { ...far.inputs, draft }, "").inputs.ce, 4095);
});

test("every example of the reference is a rule, and they are its own", async (t) => {
  for (let number = 0; number < 256; number++) {
    const draft = draftOfText(exampleText(number));
    t.ok(draft !== null && checkDraft(draft).ok, exampleText(number));
  }
  t.equal(exampleText(255), "example_256|2001:db8:3fc::|46|192.168.255.0|24|14|6");
});

test("a saved line's comment is cut off, and what is no rule is no draft", async (t) => {
  const draft = draftOfText("a|2001:db8::|40|192.0.2.0|24|16|6 (IPs-256, SHR-256)");
  t.equal(draft === null ? null : ruleString(draft), "a|2001:db8::|40|192.0.2.0|24|16|6");
  for (const text of ["", "a|b", "2001:db8::/40", "2001:db8:: 192.0.2.0/24 16", "a b c d e f"]) {
    t.equal(draftOfText(text), null, text);
  }
});

test("the spaced form keeps a PSID length that is a 1:1 rule's or contradicts the EA bits", async (t) => {
  const parts = (text: string): unknown => {
    const draft = draftOfText(text);
    return draft === null ? null : [draft.psidLen, draft.psid];
  };
  t.same(parts("2001:db8::/40 192.0.2.0/24 16 6 8"), ["", ""]);
  t.same(parts("2001:db8::/40 192.0.2.0/24 16 6 9"), ["9", ""]);
  t.same(parts("2001:db8:12:3400::/56 192.0.2.18/32 0 6 8 52"), ["8", "52"]);
  const contradicting = draftOfText("2001:db8::/40 192.0.2.0/24 16 6 9");
  if (contradicting === null) throw new Error("no draft");
  t.same(
    checkDraft(contradicting).diagnostics.map(({ code }) => code),
    ["psid-len-mismatch"],
  );
});

test("a CE is not found by what names none, and every refusal has a code", async (t) => {
  const { rule } = startModel(FIRST_INPUTS);
  for (const [text, code] of [
    ["65536", "index-range"],
    ["192.0.2.1:70000", "port-range"],
    ["192.0.2.1 0x100", "psid-range"],
    ["192.0.2.1 x", "find-syntax"],
    ["", "find-syntax"],
  ] as const) {
    const found = find(rule, FIRST_INPUTS, text);
    t.same(found.ok || found.diagnostics.map((one) => one.code), [code], text);
  }
});
