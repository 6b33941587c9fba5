/** DHCPv6: the options that provision the rule, options of anybody taken apart, and the DMR's addresses. */
import type { JSX } from "preact";
import { Findings } from "../calculator/findings.js";
import { RuleLine } from "../calculator/rule-form.js";
import { useTexts } from "../i18n/context.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { DecodeCard } from "./decode-card.js";
import { DmrCard } from "./dmr-card.js";
import { EncodeCard } from "./encode-card.js";
import { encodeInputs } from "./request.js";
import { DHCP_TEXTS } from "./texts.js";

export function DhcpScreen({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(DHCP_TEXTS);
  const encoded = encodeInputs(store.model.rule, store.model.inputs);
  return (
    <div class="stack">
      <h1 class="hidden">DHCPv6</h1>
      <Card title={t("rule")} name="rule">
        <RuleLine store={store} />
        <Findings store={store} />
      </Card>
      <EncodeCard store={store} />
      <DecodeCard store={store} encoded={encoded.ok ? encoded.value.bytes : null} />
      <DmrCard store={store} />
    </div>
  );
}
