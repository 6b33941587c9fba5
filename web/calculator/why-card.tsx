/** Each number with its formula, the formula with the values in it, and the section that says so. */
import type { JSX } from "preact";
import type { Ce } from "../../src/map/ce.js";
import type { Rule } from "../../src/map/types.js";
import { ceReasons, type Reason, ruleReasons } from "../../src/map/why.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Scroll } from "../ui/scroll.js";
import { reasonLabel } from "./reason-texts.js";
import { CALCULATOR_TEXTS } from "./texts.js";

export function WhyCard({ rule, ce }: { readonly rule: Rule; readonly ce: Ce }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  return (
    <Card title={t("why")} name="why">
      <Reasons title={t("why-rule")} reasons={ruleReasons(rule)} />
      <Reasons title={t("why-ce")} reasons={ceReasons(rule, ce)} />
    </Card>
  );
}

function Reasons({
  title,
  reasons,
}: {
  readonly title: string;
  readonly reasons: readonly Reason[];
}): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  return (
    <Scroll label={title}>
      <table class="reasons">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{t("value")}</th>
            <th scope="col">{t("formula")}</th>
            <th scope="col">{t("filled")}</th>
            <th scope="col" class="result">
              {t("result")}
            </th>
            <th scope="col">{t("reference")}</th>
          </tr>
        </thead>
        <tbody>
          {reasons.map((reason) => (
            <tr key={reason.key} data-reason={reason.key}>
              <th scope="row">
                {reason.symbol === "" ? null : <var>{reason.symbol}</var>}{" "}
                {reasonLabel(reason, language)}
              </th>
              <td class="mono">{reason.formula}</td>
              <td class="mono">{reason.filled}</td>
              <td class="mono result">{reason.value}</td>
              <td class="rfc">{reason.rfc}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
