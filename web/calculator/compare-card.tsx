/** Another rule beside this one, value by value; what differs is said in a word, not by colour. */
import type { JSX } from "preact";
import type { Rule } from "../../src/map/types.js";
import { type Reason, ruleReasons } from "../../src/map/why.js";
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

interface Row {
  readonly reason: Reason;
  readonly one: string;
  readonly other: string;
}

/** Every value that either rule has. */
function rowsOf(one: Rule, other: Rule): readonly Row[] {
  const [first, second] = [ruleReasons(one), ruleReasons(other)];
  const valueIn = (reasons: readonly Reason[], key: string): string =>
    reasons.find((reason) => reason.key === key)?.value ?? "–";
  const added = second.filter(({ key }) => !first.some((reason) => reason.key === key));
  return [...first, ...added].map((reason) => ({
    reason,
    one: valueIn(first, reason.key),
    other: valueIn(second, reason.key),
  }));
}

function Comparison({ one, other }: { readonly one: Rule; readonly other: Rule }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  return (
    <Scroll label={t("compare")}>
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
          {rowsOf(one, other).map(({ reason, one: mine, other: theirs }) => {
            const isChanged = mine !== theirs;
            return (
              <tr
                key={reason.key}
                class={isChanged ? "changed" : undefined}
                data-compare={reason.key}
              >
                <th scope="row">{reasonLabel(reason, language)}</th>
                <td class="mono">{mine}</td>
                <td class="mono">{theirs}</td>
                <td>{isChanged ? `≠ ${t("compare-changed")}` : `= ${t("compare-same")}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
