/** One CE: found by anything that is known of it, stepped through by user, host and PSID. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Ce } from "../../src/map/ce.js";
import { addressForms } from "../../src/map/iid.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { portSetOf } from "../../src/map/rule.js";
import type { Diagnostic, Rule } from "../../src/map/types.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { cePosition, find, withHost, withPsid } from "../state/moves.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import { TextField } from "../ui/field.js";
import { Stepper } from "../ui/stepper.js";
import { FindingList } from "./findings.js";
import { binary, hex } from "./rule-text.js";
import { CALCULATOR_TEXTS } from "./texts.js";

interface Props {
  readonly store: Store;
  readonly ce: Ce;
}

export function CeCard({ store, ce }: Props): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  return (
    <Card title={t("ce")} name="ce">
      <Finder store={store} />
      <Steppers store={store} />
      <CeFacts
        rule={store.model.rule}
        ce={ce}
        index={store.model.good.ce}
        port={store.model.good.port}
      />
    </Card>
  );
}

function Finder({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const [text, setText] = useState("");
  const [findings, setFindings] = useState<readonly Diagnostic[]>([]);
  const go = (): void => {
    const { rule, good } = store.model;
    const found = find(rule, good, text);
    setFindings(found.diagnostics);
    if (found.ok)
      store.change((inputs) => ({ ...inputs, ce: found.value.ce, port: found.value.port }));
  };
  return (
    <div class="finder" data-finder>
      <TextField
        label={t("find")}
        name="find"
        value={text}
        placeholder={t("find-help")}
        onInput={setText}
        onEnter={go}
        isWrong={findings.some(({ severity }) => severity === "error")}
      />
      <button type="button" onClick={go}>
        {t("go")}
      </button>
      <div aria-live="polite">
        <FindingList findings={findings} />
      </div>
    </div>
  );
}

function Steppers({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const { rule, good } = store.model;
  const { host, hosts, psid, psids } = cePosition(rule, good.ce);
  return (
    <div class="steppers">
      <Stepper
        label={t("step-ce")}
        name="ce"
        value={good.ce}
        count={hosts * psids}
        onStep={(ce) => store.change((inputs) => ({ ...inputs, ce }), "ce")}
      />
      <Stepper
        label={t("step-host")}
        name="host"
        value={host}
        count={hosts}
        onStep={(value) =>
          store.change((inputs, model) => withHost(model.rule, inputs, value), "host")
        }
      />
      <Stepper
        label={t("step-psid")}
        name="psid"
        value={psid}
        count={psids}
        onStep={(value) =>
          store.change((inputs, model) => withPsid(model.rule, inputs, value), "psid")
        }
      />
    </div>
  );
}

interface FactsProps {
  readonly rule: Rule;
  readonly ce: Ce;
  readonly index: number;
  readonly port: number;
}

function CeFacts({ rule, ce, index, port }: FactsProps): JSX.Element {
  const t = useTexts(CALCULATOR_TEXTS);
  const language = useLanguage();
  const ports = portSetOf(rule, ce.psid);
  const { psidLen, eaLen, sharing } = { ...rule, sharing: 2 ** rule.psidLen };
  const forms = addressForms(rule, ce);
  const eup = formatIpv6Prefix(ce.endUserPrefix);
  const source = `[${formatIpv6(ce.mapIpv6)}]:${ports.at(port)}`;
  return (
    <dl class="facts wide">
      <Fact label={t("end-user-prefix")} fact="endUserIpv6Prefix" value={eup} canCopy />
      <Fact label={t("ce-ipv4")} fact="ceIpv4" value={formatIpv4Prefix(ce.ipv4)} canCopy />
      <Fact label={t("psid-value")} fact="psid" value={ce.psid ?? "none"}>
        {ce.psid === null
          ? t("none")
          : `${ce.psid} = ${hex(ce.psid, psidLen)} = ${binary(ce.psid, psidLen)}`}
      </Fact>
      <Fact label={t("ea-value")} fact="ea" value={index}>
        {`${index} = ${hex(index, eaLen)}`}
      </Fact>
      <Fact
        label={t("map-ipv6-rfc")}
        fact="mapIpv6-rfc7597"
        value={formatIpv6(forms.rfc7597)}
        canCopy
      />
      <Fact
        label={t("map-ipv6-draft")}
        fact="mapIpv6-draft-03"
        value={formatIpv6(forms.draft03)}
        canCopy
      />
      <Fact label={t("source")} fact="source" value={source} canCopy />
      <Fact label={t("neighbours")} fact="neighbours" value={sharing}>
        {sharing.toLocaleString(language)}
      </Fact>
    </dl>
  );
}
