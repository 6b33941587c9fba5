import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { FindingList } from "../calculator/findings.js";
import { useTexts } from "../i18n/context.js";
import { ruleString } from "../state/draft.js";
import { type Store, showInCalculator } from "../state/store.js";
import { Card } from "../ui/card.js";
import { TextArea } from "../ui/field.js";
import { readForeign } from "./foreign.js";
import { TOOLS_TEXTS } from "./texts.js";

export function ImportCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const [text, setText] = useState("");
  const read = useMemo(() => readForeign(text), [text]);
  return (
    <Card title={t("import")} name="import">
      <TextArea
        label={t("import-text")}
        name="import"
        value={text}
        help={t("import-help")}
        onInput={setText}
      />
      <div aria-live="polite">
        {text.trim() !== "" && read === null ? <p class="wrong">{t("import-unknown")}</p> : null}
        {read === null ? null : (
          <>
            <p data-import-format={read.format.name}>
              <strong>
                {t("import-format", { format: read.format.title, count: read.drafts.length })}
              </strong>
            </p>
            <ul class="rule-list">
              {read.drafts.map((draft) => (
                <li key={ruleString(draft)}>
                  <span class="mono">{ruleString(draft)}</span>
                  <button
                    type="button"
                    onClick={() =>
                      showInCalculator(store, (inputs) => ({ ...inputs, draft, ce: 0, port: 0 }))
                    }
                  >
                    {t("take-rule", { rule: draft.name })}
                  </button>
                </li>
              ))}
            </ul>
            {read.findings.length === 0 ? <p class="sound">{t("no-findings")}</p> : null}
            <FindingList findings={read.findings} />
          </>
        )}
      </div>
    </Card>
  );
}
