import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type DecodedContainer, decodeText } from "../../src/dhcp/decode.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Rule } from "../../src/map/types.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { FindingList } from "../calculator/findings.js";
import { ruleText } from "../calculator/rule-text.js";
import { useTexts } from "../i18n/context.js";
import { draftOfRule } from "../state/draft.js";
import type { Inputs } from "../state/model.js";
import { type Store, showInCalculator } from "../state/store.js";
import { Card } from "../ui/card.js";
import { TextArea } from "../ui/field.js";
import { OctetTable } from "./octet-table.js";
import { hexOf } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

interface Props {
  readonly store: Store;
  /** The container of the calculator's rule, to begin with. */
  readonly encoded: Uint8Array | null;
}

export function DecodeCard({ store, encoded }: Props): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const [text, setText] = useState("");
  const decoded = text.trim() === "" ? null : decodeText(text);
  return (
    <Card
      title={t("decode")}
      name="decode"
      actions={
        <button
          type="button"
          disabled={encoded === null}
          onClick={() => setText(encoded === null ? "" : hexOf(encoded))}
        >
          {t("use-encoded")}
        </button>
      }
    >
      <TextArea
        label={t("decode-text")}
        name="decode"
        value={text}
        help={t("decode-help")}
        onInput={setText}
      />
      {decoded === null ? null : decoded.ok ? (
        <>
          {decoded.value.containers.map((container) => (
            <Container key={container.from} store={store} container={container} />
          ))}
          <FindingList findings={decoded.diagnostics} />
          <OctetTable decoded={decoded.value} />
        </>
      ) : (
        <FindingList findings={decoded.diagnostics} />
      )}
    </Card>
  );
}

function Container({
  store,
  container,
}: {
  readonly store: Store;
  readonly container: DecodedContainer;
}): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const { mode, outcome, rules, binding } = container;
  const all = binding === null ? rules : [binding];
  return (
    <div class="container" data-container={mode}>
      <p>
        <strong>
          {t("outcome", { outcome: t(`outcome-${outcome}`), mode: mode.toUpperCase() })}
        </strong>
      </p>
      <ul class="rule-list">
        {all.map((rule, index) => (
          <li key={index}>
            <span class="mono">{ruleText(rule)}</span>
            <button type="button" onClick={() => take(store, container, rule, index)}>
              {t("take-rule", { rule: all.length === 1 ? "" : String(index + 1) })}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The rule with what its container says of the other end. */
function take(
  store: Store,
  { mode, dmr, brAddresses }: DecodedContainer,
  rule: Rule,
  index: number,
): void {
  const [br] = brAddresses;
  showInCalculator(
    store,
    (inputs): Inputs => ({
      ...inputs,
      draft: { ...draftOfRule(rule), name: `dhcp_${index + 1}` },
      mode: mode === "map-t" ? "map-t" : "map-e",
      dmr: dmr === null ? inputs.dmr : formatIpv6Prefix(dmr),
      br: br === undefined ? inputs.br : formatIpv6(br),
      ce: 0,
      port: 0,
    }),
  );
}
