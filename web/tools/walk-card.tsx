/** A packet from a LAN host through CE and BR to the Internet and its answer back, by the packet path itself. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { parseEndpoint } from "../../src/explain/endpoint.js";
import type { Transport } from "../../src/explain/one-rule-domains.js";
import type { PacketReport } from "../../src/explain/report.js";
import { headerText, verdictText } from "../../src/explain/text.js";
import { type Walk, type WalkStep, walk } from "../../src/explain/walk.js";
import { error } from "../../src/map/diagnostic.js";
import type { Checked, Rule } from "../../src/map/types.js";
import { FindingList } from "../calculator/findings.js";
import { readBr, readDmr } from "../dhcp/request.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { DROP_HELP_JA } from "../live/drop-texts.js";
import { whole } from "../state/draft.js";
import type { Inputs } from "../state/model.js";
import { ceOf } from "../state/moves.js";
import type { Store } from "../state/store.js";
import { Card } from "../ui/card.js";
import { SelectField, TextField } from "../ui/field.js";
import { TOOLS_TEXTS } from "./texts.js";

const PROTOCOLS = [
  ["6", "TCP"],
  ["17", "UDP"],
  ["1", "ICMP echo"],
] as const;
type Protocol = (typeof PROTOCOLS)[number][0];

const FIRST = { from: "192.168.1.10:50000", to: "198.51.100.1:443", length: "1400", mtu: "1500" };
type Wishes = typeof FIRST;

export function WalkCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const { rule, good } = store.model;
  const [wishes, setWishes] = useState<Wishes>(FIRST);
  const [protocol, setProtocol] = useState<Protocol>("6");
  const walked = useMemo(
    () => walkOf(rule, good, wishes, protocol),
    [rule, good, wishes, protocol],
  );
  const field = (key: keyof Wishes): JSX.Element => (
    <TextField
      label={t(`walk-${key}`)}
      name={`walk-${key}`}
      value={wishes[key]}
      onInput={(value) => setWishes({ ...wishes, [key]: value })}
    />
  );
  return (
    <Card title={t("walk")} name="walk">
      <div class="form-row">
        {field("from")}
        {field("to")}
        <SelectField
          label={t("walk-protocol")}
          name="walk-protocol"
          value={protocol}
          options={PROTOCOLS}
          onChange={setProtocol}
        />
        {field("length")}
        {field("mtu")}
      </div>
      <div aria-live="polite">
        <FindingList findings={walked.diagnostics} />
      </div>
      {walked.ok ? <Steps walked={walked.value} /> : null}
    </Card>
  );
}

function walkOf(rule: Rule, inputs: Inputs, wishes: Wishes, protocol: Protocol): Checked<Walk> {
  const [from, to] = [parseEndpoint(wishes.from.trim()), parseEndpoint(wishes.to.trim())];
  const [length, mtu6] = [whole(wishes.length), whole(wishes.mtu)];
  const transport = transportOf(inputs);
  if (!transport.ok) return transport;
  if (from === null || to === null) {
    return refuse(
      "endpoint-syntax",
      "from",
      "give both ends as an address and port, such as 192.168.1.10:50000 and 198.51.100.1:443",
    );
  }
  if (length === null || length > 65535 || mtu6 === null || mtu6 < 1280 || mtu6 > 65535) {
    return refuse(
      "walk-range",
      "length",
      "give a length up to 65535 bytes, and an MTU in 1280..65535",
    );
  }
  const packet = { protocol: Number(protocol), length, ttl: null, dontFragment: true };
  return walk({ rule, transport: transport.value, from, to, ce: ceOf(rule, inputs), packet, mtu6 });
}

function transportOf({ mode, dmr, br }: Inputs): Checked<Transport> {
  if (mode === "map-t") {
    const prefix = readDmr(dmr);
    return prefix.ok ? { ...prefix, value: { mode, dmr: prefix.value } } : prefix;
  }
  const address = readBr(br);
  return address.ok ? { ...address, value: { mode, brAddress: address.value } } : address;
}

function refuse(code: string, path: string, message: string): Checked<never> {
  return { ok: false, diagnostics: [error(code, path, message)] };
}

function Steps({ walked }: { readonly walked: Walk }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const { delivered, answered, largestIpv4, steps } = walked;
  const result = answered ? "walk-answered" : delivered ? "walk-delivered" : "walk-lost";
  return (
    <>
      <p data-walk={result}>
        <strong>{t(result)}</strong> {t("walk-largest", { bytes: largestIpv4 })}
      </p>
      <ol class="steps">
        {steps.map((step) => (
          <Step key={`${step.node} ${step.leg}`} step={step} />
        ))}
      </ol>
    </>
  );
}

function Step({ step: { node, leg, report } }: { readonly step: WalkStep }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const language = useLanguage();
  const { refusal, nat44, input, output } = report;
  return (
    <li data-step={`${node}-${leg}`}>
      <h3>{t(`walk-${node}-${leg}`)}</h3>
      <Verdict report={report} />
      <Headers label={t("walk-in")} view={input} />
      {output.map((view, index) => (
        <Headers key={`${index} ${view.kind}`} label={t("walk-out")} view={view} />
      ))}
      {nat44 === null ? null : (
        <p class="mono">
          NAT44 {nat44.inside} → {nat44.external}
        </p>
      )}
      {refusal === null ? null : (
        <p>
          {language === "ja" ? `${DROP_HELP_JA[refusal.reason]}。` : null}
          <span lang="en">
            {language === "ja" ? null : `${refusal.help}. `}
            {refusal.remedy}
          </span>{" "}
          <span class="rfc">{refusal.rfc}</span>
        </p>
      )}
    </li>
  );
}

/** In the reader's language for the one packet that goes on, which is nearly every one. */
function Verdict({ report }: { readonly report: PacketReport }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const { verdict, hairpin, output, mtu, refusal } = report;
  if (verdict === "forwarded" && !hairpin && output.length === 1) {
    const family = mtu.family === "ipv6" ? "IPv6" : "IPv4";
    return <p class="sound">{t("walk-forwarded", { family })}</p>;
  }
  return (
    <p lang="en" class={refusal === null ? "sound" : "wrong"}>
      {verdictText(report)}
    </p>
  );
}

interface HeadersProps {
  readonly label: string;
  readonly view: PacketReport["input"];
}

function Headers({ label, view }: HeadersProps): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  return (
    <div class="headers">
      <span class="quiet">
        {label}, {t("walk-bytes", { bytes: view.length })}
      </span>
      <ul class="mono">
        {view.headers.map((header) => (
          <li key={headerText(header)}>{headerText(header)}</li>
        ))}
      </ul>
    </div>
  );
}
