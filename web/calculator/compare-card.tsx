/** Another rule beside this one, value by value; what differs is said in a word, not by colour. */
import type { JSX } from "preact";
import { compareRules } from "../../src/map/compare.js";
import type { Rule } from "../../src/map/types.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { checkDraft, draftOfText } from "../state/draft.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { TextField } from "../ui/field.js";
import { Scroll } from "../ui/scroll.js";
import { FindingList } from "./findings.js";
import { reasonLabel } from "./reason-texts.js";
import { CALCULATOR_TEXTS } from "./texts.js";

export function CompareCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { other } = store.model.inputs;
  const draft = draftOfText(other);
  const checked = draft === null ? null : checkDraft(draft);
  return (
    <Card title={t("compare")} name="compare">
      <div class="finder">
        <TextField
          label={t("compare-with")}
          name="other"
          value={other}
          placeholder="rule|2001:db8::|40|192.0.2.0|24|16|4"
          isWrong={other !== "" && !checked?.ok}
          onInput={(value) => store.change((inputs) => ({ ...inputs, other: value }), "other")}
        />
        <button
          type="button"
          disabled={!checked?.ok}
          onClick={() => store.change((inputs) => (draft === null ? inputs : { ...inputs, draft }))}
        >
          {t("compare-use")}
        </button>
      </div>
      {other !== "" && draft === null ? (
        <p class="help wrong" role="alert">
          {t("rule-string-wrong")}
        </p>
      ) : null}
      {checked === null ? null : <FindingList findings={checked.diagnostics} />}
      {checked?.ok ? <Comparison one={store.model.rule} other={checked.value} /> : null}
    </Card>
  );
}

function Comparison({ one, other }: { readonly one: Rule; readonly other: Rule }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  const difference = compareRules(one, other);
  return (
    <Scroll label={t("compare")}>
      <ul class="effects" lang="en">
        {difference.effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      <table class="reasons">
        <thead>
          <tr>
            <th scope="col">{t("value")}</th>
            <th scope="col">{t("compare-this")}</th>
            <th scope="col">{t("compare-other")}</th>
            <th scope="col">{t("difference")}</th>
          </tr>
        </thead>
        <tbody>
          {difference.values.map((value) => (
            <tr key={value.key} class={value.same ? undefined : "changed"} data-compare={value.key}>
              <th scope="row">{reasonLabel(value, language)}</th>
              <td class="mono">{value.one}</td>
              <td class="mono">{value.other}</td>
              <td class="nowrap">
                {value.same ? `= ${t("compare-same")}` : `≠ ${t("compare-changed")}`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
