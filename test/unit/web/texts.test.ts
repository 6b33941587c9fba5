/** Texts of the page: both languages for every row, with the same values; every finding and reason in Japanese, too. */
import { test } from "tap";
import { LINT_GROUPS } from "../../../src/lint/codes.js";
import { ceFromIndex } from "../../../src/map/ce.js";
import { ceReasons, ruleReasons } from "../../../src/map/why.js";
import { REASONS_JA } from "../../../web/calculator/reason-texts.js";
import { CALCULATOR_TEXTS } from "../../../web/calculator/texts.js";
import { DHCP_TEXTS } from "../../../web/dhcp/texts.js";
import { FINDINGS_JA } from "../../../web/i18n/findings-ja.js";
import { PAGE_TEXTS } from "../../../web/i18n/page-texts.js";
import { type TextTable, textIn } from "../../../web/i18n/texts.js";
import { LIVE_TEXTS } from "../../../web/live/texts.js";
import { checkDraft } from "../../../web/state/draft.js";
import { FIRST_INPUTS } from "../../../web/state/model.js";
import { TOOLS_TEXTS } from "../../../web/tools/texts.js";
import { UI_TEXTS } from "../../../web/ui/texts.js";

const TABLES: Readonly<Record<string, TextTable>> = {
  page: PAGE_TEXTS,
  ui: UI_TEXTS,
  calculator: CALCULATOR_TEXTS,
  dhcp: DHCP_TEXTS,
  tools: TOOLS_TEXTS,
  live: LIVE_TEXTS,
};

function namesIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();
}

for (const [name, table] of Object.entries(TABLES)) {
  test(`every text of ${name} is there in English and in Japanese, with the same values`, async (t) => {
    for (const [key, [en, ja]] of Object.entries(table)) {
      t.ok(en.trim() !== "" && ja.trim() !== "", key);
      t.same(namesIn(ja), namesIn(en), key);
    }
  });
}

test("values are put into a text, and what has none stays as it is", async (t) => {
  t.equal(textIn("en", ["of {count}", "全 {count}"], { count: 3 }), "of 3");
  t.equal(textIn("ja", ["of {count}", "全 {count}"], { count: 3 }), "全 3");
  t.equal(textIn("en", ["of {count}", "全 {count}"]), "of {count}");
});

test("every code that the linter knows is said in Japanese", async (t) => {
  const codes = LINT_GROUPS.flatMap(({ codes: rows }) => rows.map(({ code }) => code));
  t.same(
    codes.filter((code) => FINDINGS_JA[code] === undefined),
    [],
  );
});

test("every reason of a rule and of a CE has a label in Japanese", async (t) => {
  const rule = checkDraft(FIRST_INPUTS.draft);
  if (!rule.ok) throw new Error("the first rule is no rule");
  const ce = ceFromIndex(rule.value, 0);
  if (!ce.ok) throw new Error("the first rule has no CE");
  const reasons = [...ruleReasons(rule.value), ...ceReasons(rule.value, ce.value)];
  t.same(
    reasons.filter(({ key }) => REASONS_JA[key] === undefined).map(({ key }) => key),
    [],
  );
});
