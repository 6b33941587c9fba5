/** From subscribers, ports and pools to rules: every choice that works, best first, with the reason for its place. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { hasError } from "../../src/map/diagnostic.js";
import { type Plan, type PlanChoice, planRules } from "../../src/map/plan.js";
import type { PlannedRule } from "../../src/map/plan-space.js";
import { checkIpv4Prefix, checkIpv6Prefix } from "../../src/map/prefix.js";
import type { Checked } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { FindingList } from "../calculator/findings.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { draftOfText, whole } from "../state/draft.js";
import { type Store, showInCalculator } from "../state/store.js";
import { Card } from "../ui/card.js";
import { TextField } from "../ui/field.js";
import { Scroll } from "../ui/scroll.js";
import { planReasons } from "./plan-reasons.js";
import { TOOLS_TEXTS } from "./texts.js";

const FIRST = {
  subscribers: "12000",
  ports: "1000",
  pools: "192.0.2.0/24",
  block: "2001:db8::/36",
  delegated: "56 60",
};
type Wishes = typeof FIRST;
const KEYS = ["subscribers", "ports", "pools", "block", "delegated"] as const;
const SHOWN = 8;

export function PlanCard({ store }: { readonly store: Store }): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const [wishes, setWishes] = useState<Wishes>(FIRST);
  const plan = useMemo(() => planOf(wishes), [wishes]);
  return (
    <Card title={t("plan")} name="plan">
      <div class="form-row">
        {KEYS.map((key) => (
          <TextField
            key={key}
            label={t(key)}
            name={`plan-${key}`}
            value={wishes[key]}
            onInput={(value) => setWishes({ ...wishes, [key]: value })}
          />
        ))}
      </div>
      <div aria-live="polite">
        <FindingList findings={plan.diagnostics} />
      </div>
      {plan.ok ? <Choices store={store} choices={plan.value.choices} /> : null}
    </Card>
  );
}

function planOf({ subscribers, ports, pools, block, delegated }: Wishes): Checked<Plan> {
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== "");
  const ipv4Pools = words(pools).map((pool) => checkIpv4Prefix(pool, "ipv4"));
  const ipv6Block = checkIpv6Prefix(block.trim(), "block");
  const found = [...ipv4Pools, ipv6Block].flatMap(({ diagnostics }) => diagnostics);
  if (hasError(found) || !ipv6Block.ok) return { ok: false, diagnostics: found };
  const number = (text: string): number => whole(text) ?? Number.NaN;
  return planRules({
    subscribers: number(subscribers),
    ports: number(ports),
    ipv4Pools: ipv4Pools.flatMap((pool) => (pool.ok ? [pool.value] : [])),
    ipv6Block: ipv6Block.value,
    delegatedLens: words(delegated).map((word) => number(word.replace(/^\//, ""))),
  });
}

interface ChoicesProps {
  readonly store: Store;
  readonly choices: readonly PlanChoice[];
}

function Choices({ store, choices }: ChoicesProps): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? choices : choices.slice(0, SHOWN);
  const fewest = Math.min(...choices.map(({ addressesUsed }) => addressesUsed));
  return (
    <>
      <Scroll label={t("plan")}>
        <table>
          <thead>
            <tr class="nowrap">
              <th scope="col">{t("plan-choice")}</th>
              <th scope="col">{t("plan-ports")}</th>
              <th scope="col">{t("plan-ratio")}</th>
              <th scope="col">{t("plan-runs")}</th>
              <th scope="col">{t("plan-prefix")}</th>
              <th scope="col">{t("plan-used")}</th>
              <th scope="col">{t("plan-why")}</th>
              <th scope="col">{t("plan-rules")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((choice, index) => (
              <Choice
                key={`${choice.psidLen} ${choice.psidOffset} ${choice.endUserPrefixLen}`}
                store={store}
                choice={choice}
                index={index}
                fewest={fewest}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
      {shown.length < choices.length ? (
        <button type="button" onClick={() => setIsWhole(true)}>
          {t("show-more", { count: choices.length })}
        </button>
      ) : null}
    </>
  );
}

interface ChoiceProps {
  readonly store: Store;
  readonly choice: PlanChoice;
  readonly index: number;
  /** IPv4 addresses that the thriftiest choice takes. */
  readonly fewest: number;
}

function Choice({ store, choice, index, fewest }: ChoiceProps): JSX.Element {
  const t = useTexts(TOOLS_TEXTS);
  const language = useLanguage();
  const { psidLen, psidOffset, rules } = choice;
  return (
    <tr data-choice={index}>
      <th scope="row" class="mono nowrap">
        {index + 1}. k={psidLen} a={psidOffset}
      </th>
      <td class="mono">{choice.portsPerCe}</td>
      <td class="mono">{choice.sharingRatio}</td>
      <td class="mono">
        {choice.rangesPerCe} × {choice.rangeLen}
      </td>
      <td class="mono">/{choice.endUserPrefixLen}</td>
      <td class="mono">{choice.addressesUsed.toLocaleString(language)}</td>
      <td class="sentences">{planReasons(choice, fewest, language)}</td>
      <td>
        {rules.map((rule, at) => (
          <button
            key={rule.ipv4.address}
            type="button"
            title={t("take-rule", { rule: textOf(rule, psidOffset, at) })}
            aria-label={t("take-rule", { rule: textOf(rule, psidOffset, at) })}
            onClick={() => take(store, textOf(rule, psidOffset, at))}
          >
            {at + 1}
          </button>
        ))}
      </td>
    </tr>
  );
}

function textOf({ ipv6, ipv4, eaLen }: PlannedRule, psidOffset: number, at: number): string {
  const prefixes = [formatIpv6(ipv6.address), ipv6.len, formatIpv4(ipv4.address), ipv4.len];
  return [`plan_${at + 1}`, ...prefixes, eaLen, psidOffset].join("|");
}

function take(store: Store, text: string): void {
  const draft = draftOfText(text);
  if (draft === null) return;
  showInCalculator(store, (inputs) => ({ ...inputs, draft, ce: 0, port: 0 }));
}
