/** The rule's fields with their sliders, and the rule as one line. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useTexts } from "../i18n/context.js";
import { type Draft, type DraftField, draftOfText, ruleString } from "../state/draft.js";
import { fieldsOfPath } from "../state/fixes.js";
import type { Store } from "../state/store.js";
import { CopyButton } from "../ui/copy.js";
import { CheckField, LengthField, SelectField, TextField } from "../ui/field.js";
import { CALCULATOR_TEXTS } from "./texts.js";

interface Props {
  readonly store: Store;
}

/** Sliders reach as far as RFC 7597 §5.2 does, so that none of them rewrites a rule that is legal. */
const LENGTHS = [
  { field: "ipv6Len", text: "ipv6-len", symbol: "n", most: 128 },
  { field: "ipv4Len", text: "ipv4-len", symbol: "r", most: 32 },
  { field: "eaLen", text: "ea-len", symbol: "o", most: 48 },
  { field: "psidOffset", text: "psid-offset", symbol: "a", most: 15 },
] as const;

export function RuleForm({ store }: Props): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { model, change } = store;
  const { draft } = model.inputs;
  const wrong = wrongFields(store);
  const set = (field: DraftField, value: string): void =>
    change(
      (inputs) => ({ ...inputs, draft: { ...inputs.draft, [field]: value } }),
      `draft.${field}`,
    );
  const text = (field: DraftField, label: string): JSX.Element => (
    <TextField
      label={label}
      name={field}
      value={draft[field]}
      isWrong={wrong.has(field)}
      onInput={(value) => set(field, value)}
    />
  );
  return (
    <form class="rule-form" onSubmit={(event) => event.preventDefault()}>
      {text("name", t("name"))}
      <div class="prefixes">
        {text("ipv6", t("ipv6"))}
        {text("ipv4", t("ipv4"))}
      </div>
      <div class="lengths">
        {LENGTHS.map((row) => (
          <LengthField
            key={row.field}
            label={t(row.text)}
            symbol={row.symbol}
            name={row.field}
            value={draft[row.field]}
            least={0}
            most={row.most}
            isWrong={wrong.has(row.field)}
            onInput={(value) => set(row.field, value)}
          />
        ))}
        {isOneToOne(store) ? (
          <>
            <LengthField
              label={t("psid-len")}
              symbol="k"
              name="psidLen"
              value={draft.psidLen === "" ? "0" : draft.psidLen}
              least={0}
              most={16}
              isWrong={wrong.has("psidLen")}
              onInput={(value) => set("psidLen", value)}
            />
            {text("psid", t("psid"))}
          </>
        ) : null}
      </div>
      <div class="choices">
        <SelectField
          label={t("iid")}
          name="iid"
          value={draft.iid}
          options={[
            ["rfc7597", "RFC 7597 §6"],
            ["draft-03", "draft-ietf-softwire-map-03"],
          ]}
          onChange={(iid) => change((inputs) => ({ ...inputs, draft: { ...inputs.draft, iid } }))}
        />
        <SelectField
          label={t("mode")}
          name="mode"
          value={model.inputs.mode}
          options={[
            ["map-t", "MAP-T"],
            ["map-e", "MAP-E"],
          ]}
          onChange={(mode) => change((inputs) => ({ ...inputs, mode }))}
        />
      </div>
      <CheckField
        label={t("forwarding")}
        name="forwarding"
        checked={draft.forwarding}
        onChange={(forwarding) =>
          change((inputs) => ({ ...inputs, draft: { ...inputs.draft, forwarding } }))
        }
      />
    </form>
  );
}

/** Fields of a provisioned PSID: where there are no EA bits to hold one, or where one was given all the same. */
function isOneToOne({ model }: Store): boolean {
  const { eaLen, ipv4Len, psidLen, psid } = model.inputs.draft;
  return (eaLen.trim() === "0" && ipv4Len.trim() === "32") || psidLen !== "" || psid !== "";
}

function wrongFields({ model }: Store): ReadonlySet<DraftField> {
  const errors = model.findings.filter(({ severity }) => severity === "error");
  return new Set(errors.flatMap(({ path }) => fieldsOfPath(path)));
}

/** One line that is the whole rule: it follows the fields, and the fields follow it as soon as it has seven parts. */
export function RuleLine({ store }: Props): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { model, change } = store;
  const own = ruleString(model.inputs.draft);
  const [typed, setTyped] = useState({ text: own, of: own });
  // What was typed stays as it was typed while it means the rule, or nothing yet.
  const isKept = draftString(typed.text) === own || typed.of === own;
  const text = isKept ? typed.text : own;
  const isWrong = draftOfText(text) === null;
  const take = (value: string): void => {
    setTyped({ text: value, of: draftOfText(value) === null ? own : "" });
    const draft = draftOfText(value);
    if (draft === null) return;
    change(
      (inputs) => ({
        ...inputs,
        draft: { ...draft, ...unsaid(draft, inputs.draft) },
      }),
      "draft.string",
    );
  };
  return (
    <div class="rule-line">
      <TextField
        label={t("rule-string")}
        name="rule-string"
        value={text}
        isWrong={isWrong}
        onInput={take}
      />
      <CopyButton text={own} what={t("rule-string")} />
      <p class={isWrong ? "help wrong" : "help"} role={isWrong ? "alert" : undefined}>
        {t(isWrong ? "rule-string-wrong" : "rule-string-help")}
      </p>
    </div>
  );
}

/** What a rule string does not say stays as it is; the PSID, too, of a rule that remains 1:1. */
function unsaid(said: Draft, before: Draft): Partial<Draft> {
  const { iid, forwarding, psidLen, psid } = before;
  const keepsPsid = said.eaLen === "0" && said.psidLen === "";
  return { iid, forwarding, ...(keepsPsid ? { psidLen, psid } : {}) };
}

function draftString(text: string): string | null {
  const draft = draftOfText(text);
  return draft === null ? null : ruleString(draft);
}
