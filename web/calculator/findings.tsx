/** What is wrong or doubtful, what to do about it, and one click where one click can do it. */
import type { JSX } from "preact";
import type { Diagnostic } from "../../src/map/types.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { FINDINGS_JA } from "../i18n/findings-ja.js";
import { fixFor } from "../state/fixes.js";
import type { Store } from "../state/store.js";
import { UI_TEXTS } from "../ui/texts.js";
import { lintModel } from "./lint-model.js";
import { ruleText } from "./rule-text.js";
import { CALCULATOR_TEXTS } from "./texts.js";

export function Findings({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { model, change } = store;
  const findings = lintModel(model);
  return (
    <div class="findings" aria-live="polite">
      {model.isCurrent ? null : (
        <div class="not-current">
          <p>{t("not-current", { rule: ruleText(model.rule) })}</p>
          <button type="button" onClick={() => change((_, { good }) => good)}>
            {t("back-to-good")}
          </button>
        </div>
      )}
      {findings.length === 0 ? <p class="sound">{t("no-findings")}</p> : null}
      <FindingList
        findings={findings}
        action={(finding) => <FixButton store={store} finding={finding} />}
      />
    </div>
  );
}

interface FindingListProps {
  /** With a fix where the table of lint codes has one. */
  readonly findings: readonly (Diagnostic & { readonly fix?: string })[];
  readonly action?: (finding: Diagnostic) => JSX.Element | null;
}

export function FindingList({ findings, action }: FindingListProps): JSX.Element | null {
  const ui = useTexts(UI_TEXTS);
  const language = useLanguage();
  if (findings.length === 0) return null;
  return (
    <ul class="finding-list">
      {findings.map((finding) => (
        <li
          key={`${finding.code} ${finding.path} ${finding.message}`}
          class={finding.severity}
          data-code={finding.code}
        >
          <strong>
            <span aria-hidden="true">{finding.severity === "error" ? "✕" : "!"}</span>{" "}
            {ui(finding.severity)}
            {finding.path === "" ? "" : ` · ${finding.path}`}
          </strong>
          {language === "ja" && FINDINGS_JA[finding.code] !== undefined ? (
            <p>{FINDINGS_JA[finding.code]}</p>
          ) : null}
          <p lang="en">{finding.message}</p>
          {(finding.fix ?? "") === "" ? null : (
            <p lang="en" class="fix">
              {finding.fix}
            </p>
          )}
          <footer>
            {finding.rfc === "" ? null : <span class="rfc">{finding.rfc}</span>}
            {action?.(finding)}
          </footer>
        </li>
      ))}
    </ul>
  );
}

function FixButton({
  store,
  finding,
}: {
  readonly store: Store;
  readonly finding: Diagnostic;
}): JSX.Element | null {
  const t = useTexts(CALCULATOR_TEXTS);
  const fix = fixFor(finding, store.model.inputs.draft);
  if (fix === null) return null;
  const { field, value } = fix;
  return (
    <button
      type="button"
      onClick={() =>
        store.change((inputs) => ({ ...inputs, draft: { ...inputs.draft, [field]: value } }))
      }
    >
      {t("fix", { to: value === "" ? "—" : value })}
    </button>
  );
}
