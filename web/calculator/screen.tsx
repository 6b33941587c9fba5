/** The calculator: the rule on one side, all that follows from it on the other. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLanguage, useTexts } from "../i18n/context.js";
import { textIn } from "../i18n/texts.js";
import { draftOfText } from "../state/draft.js";
import { FIRST_INPUTS } from "../state/model.js";
import { ceOf, EXAMPLES as EXAMPLE_COUNT, exampleText } from "../state/moves.js";
import { inputsOf, queryOf } from "../state/permalink.js";
import { hashOf } from "../state/route.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { Icon } from "../ui/icon.js";
import { AddressCard } from "./address-card.js";
import { CeCard } from "./ce-card.js";
import { CompareCard } from "./compare-card.js";
import { EXAMPLES } from "./examples.js";
import { Findings } from "./findings.js";
import { PortCard } from "./port-card.js";
import { RuleForm, RuleLine } from "./rule-form.js";
import { SavedCard } from "./saved-card.js";
import { Summary } from "./summary.js";
import { CALCULATOR_TEXTS } from "./texts.js";
import { WhyCard } from "./why-card.js";

export function CalculatorScreen({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { model } = store;
  const ce = ceOf(model.rule, model.good);
  return (
    <div class="calculator">
      <h1 class="hidden">{t("rule")}</h1>
      <div class="inputs">
        <Card title={t("rule")} name="rule" actions={<History store={store} />}>
          <RuleLine store={store} />
          <RuleForm store={store} />
          <Examples store={store} />
        </Card>
        <Card title={t("findings")} name="findings">
          <Findings store={store} />
        </Card>
        <SavedCard store={store} />
      </div>
      <div class={model.isCurrent ? "results" : "results stale"}>
        <Summary rule={model.rule} />
        <AddressCard store={store} ce={ce} />
        <CeCard store={store} ce={ce} />
        <PortCard store={store} ce={ce} />
        <CompareCard store={store} />
        <WhyCard rule={model.rule} ce={ce} />
      </div>
    </div>
  );
}

function History({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { model } = store;
  const canUndo = model.past.length > 0 || !model.isCurrent;
  const link = location.href.replace(/#.*$/, "") + hashOf("calculator", queryOf(model.good));
  return (
    <>
      <CopyButton text={link} what={t("link")} icon="link" />
      <button
        type="button"
        aria-label={t("undo")}
        title={t("undo")}
        disabled={!canUndo}
        onClick={store.undo}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        aria-label={t("redo")}
        title={t("redo")}
        disabled={model.future.length === 0}
        onClick={store.redo}
      >
        <Icon name="redo" />
      </button>
      <button type="button" aria-label={t("print")} title={t("print")} onClick={() => print()}>
        <Icon name="print" />
      </button>
    </>
  );
}

/** The reference's button, one example after another, and a choice of those that teach something. */
function Examples({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  const [shown, setShown] = useState(0);
  const next = (): void => {
    const draft = draftOfText(exampleText(shown % EXAMPLE_COUNT));
    if (draft === null) return;
    setShown(shown + 1);
    store.change((inputs) => ({ ...inputs, draft, ce: 0, port: 0 }));
  };
  return (
    <div class="examples">
      <div class="row">
        <button type="button" onClick={next}>
          {t(shown === 0 ? "example" : "example-next")}
        </button>
        <select
          name="example"
          aria-label={t("examples")}
          value=""
          onChange={({ currentTarget }) => {
            const inputs = inputsOf(currentTarget.value);
            currentTarget.value = "";
            if (inputs !== null) store.change(() => inputs);
          }}
        >
          <option value="">{t("example-choose")}</option>
          {EXAMPLES.map(({ name, query }) => (
            <option key={query} value={query}>
              {textIn(language, name)}
            </option>
          ))}
        </select>
        <button type="button" onClick={() => store.change(() => FIRST_INPUTS)}>
          {t("clear")}
        </button>
      </div>
      {shown > EXAMPLE_COUNT && shown % EXAMPLE_COUNT === 1 ? (
        <p class="help" role="status">
          {t("undone")}
        </p>
      ) : null}
    </div>
  );
}
