import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { formatSavedRule } from "../../src/map/rule-text.js";
import { useTexts } from "../i18n/context.js";
import { checkDraft } from "../state/draft.js";
import { inputsOf } from "../state/permalink.js";
import {
  fileOf,
  loadSaved,
  readFile,
  type SavedRule,
  savedOf,
  storeSaved,
  stringOf,
  whyNotSaved,
} from "../state/saved-rules.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { CopyButton } from "../ui/copy.js";
import { download } from "../ui/download.js";
import { Icon } from "../ui/icon.js";
import { CALCULATOR_TEXTS } from "./texts.js";

type Translate = ReturnType<typeof useTexts<typeof CALCULATOR_TEXTS>>;

export function SavedCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const [saved, setSaved] = useState(loadSaved);
  const [message, setMessage] = useState("");
  const keep = (rules: readonly SavedRule[], done: string): void => {
    setSaved(rules);
    setMessage(storeSaved(rules) ? done : t("saved-refused"));
  };
  const save = (): void => {
    const rule = savedOf(store.model.good);
    const problem = whyNotSaved(saved, rule);
    if (problem === null) keep([...saved, rule], t("saved-done", { name: rule.name }));
    else setMessage(t(`saved-duplicate-${problem.kind}`, { name: problem.name }));
  };
  return (
    <Card
      title={t("saved")}
      name="saved"
      actions={
        <button type="button" class="primary" onClick={save}>
          {t("save")}
        </button>
      }
    >
      <p class="help" role="status" data-saved-message>
        {message === "" && saved.length === 0 ? t("saved-none") : message}
      </p>
      <ul class="saved-list">
        {saved.map((rule) => (
          <SavedRow
            key={rule.query}
            store={store}
            rule={rule}
            onRemove={() =>
              keep(
                saved.filter((one) => one !== rule),
                "",
              )
            }
          />
        ))}
      </ul>
      <Files saved={saved} onTake={(rules) => keep(rules, "")} onMessage={setMessage} t={t} />
    </Card>
  );
}

interface RowProps {
  readonly store: Store;
  readonly rule: SavedRule;
  readonly onRemove: () => void;
}

function SavedRow({ store, rule, onRemove }: RowProps): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { name } = rule;
  const load = (): void => store.change((inputs) => inputsOf(rule.query) ?? inputs);
  return (
    <li data-saved={name}>
      <button type="button" class="saved-load" title={t("saved-load", { name })} onClick={load}>
        <strong>{name}</strong>
        <span class="mono">{lineOf(rule)}</span>
      </button>
      <button
        type="button"
        aria-label={t("saved-compare", { name })}
        title={t("saved-compare", { name })}
        onClick={() => store.change((inputs) => ({ ...inputs, other: stringOf(rule) }))}
      >
        <Icon name="swap" />
      </button>
      <button
        type="button"
        aria-label={t("saved-remove", { name })}
        title={t("saved-remove", { name })}
        onClick={onRemove}
      >
        <Icon name="remove" />
      </button>
    </li>
  );
}

function lineOf({ query }: SavedRule): string {
  const inputs = inputsOf(query);
  const checked = inputs === null ? null : checkDraft(inputs.draft);
  return checked?.ok ? formatSavedRule(checked.value) : query;
}

interface FilesProps {
  readonly saved: readonly SavedRule[];
  readonly onTake: (rules: readonly SavedRule[]) => void;
  readonly onMessage: (message: string) => void;
  readonly t: Translate;
}

function Files({ saved, onTake, onMessage, t }: FilesProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const take = async (file: File): Promise<void> => {
    const { rules, refused } = readFile(await file.text());
    const wanted: SavedRule[] = [];
    for (const rule of rules) {
      if (whyNotSaved([...saved, ...wanted], rule) === null) wanted.push(rule);
    }
    onTake([...saved, ...wanted]);
    const skipped = refused + rules.length - wanted.length;
    onMessage(t("saved-imported", { count: wanted.length, skipped }));
  };
  return (
    <div class="row">
      <button
        type="button"
        disabled={saved.length === 0}
        onClick={() => download("mapd-rules.json", fileOf(saved))}
      >
        {t("saved-export")}
      </button>
      <button type="button" onClick={() => input.current?.click()}>
        {t("saved-import")}
      </button>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label={t("saved-import")}
        accept=".json,.txt,application/json,text/plain"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file === undefined) return;
          take(file).catch((reason: unknown) => onMessage(String(reason)));
          currentTarget.value = "";
        }}
      />
      {saved.length > 0 ? (
        <CopyButton text={saved.map(lineOf).join("\n")} what={t("saved-lines")} />
      ) : null}
    </div>
  );
}
