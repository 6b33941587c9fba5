/** The rules of a domain, each with the way to the calculator. */
import type { JSX } from "preact";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Scroll } from "../ui/scroll.js";
import { calculatorLink } from "./calculator-link.js";
import type { DomainFacts, RuleFacts } from "./documents.js";
import { LIVE_TEXTS } from "./texts.js";

export function Rules({ domain }: { readonly domain: DomainFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const more = domain.ruleCount - domain.rules.length;
  const title = t("rules", { domain: domain.name });
  return (
    <Card title={title} name="rules">
      <Scroll label={title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("rule")}</th>
              <th scope="col">IPv6</th>
              <th scope="col">IPv4</th>
              <th scope="col" class="number">
                {t("rule-values")}
              </th>
              <th scope="col" class="number">
                {t("offset")}
              </th>
              <th scope="col" class="number">
                {t("sharing")}
              </th>
              <th scope="col" class="number">
                {t("ports-per-ce")}
              </th>
            </tr>
          </thead>
          <tbody>
            {domain.rules.map((rule) => (
              <RuleRow key={rule.name} domain={domain} rule={rule} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {more > 0 ? <p class="help">{t("more-rules", { count: more })}</p> : null}
    </Card>
  );
}

interface RuleRowProps {
  readonly domain: DomainFacts;
  readonly rule: RuleFacts;
}

function RuleRow({ domain, rule }: RuleRowProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  const { ruleIpv6Prefix, ruleIpv4Prefix, eaLen, psidOffset, psidLen } = rule.rule;
  return (
    <tr>
      <th scope="row">
        <a
          href={calculatorLink(domain, rule)}
          aria-label={t("open-in-calculator", { rule: rule.name })}
          title={t("open-in-calculator", { rule: rule.name })}
        >
          {rule.name}
        </a>
      </th>
      <td class="mono">{ruleIpv6Prefix}</td>
      <td class="mono">{ruleIpv4Prefix}</td>
      <td class="number">{eaLen}</td>
      <td class="number">{psidLen === 0 ? "–" : psidOffset}</td>
      <td class="number">{rule.sharingRatio.toLocaleString(language)}</td>
      <td class="number">{rule.portsPerCe.toLocaleString(language)}</td>
    </tr>
  );
}
