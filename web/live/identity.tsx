/** What a domain is: its addresses, and its rules with the way to the calculator. */
import type { JSX } from "preact";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Fact } from "../ui/fact.js";
import { Scroll } from "../ui/scroll.js";
import { calculatorLink } from "./calculator-link.js";
import type { CeFacts, DomainFacts, RuleFacts } from "./documents.js";
import { LIVE_TEXTS } from "./texts.js";

export function Identity({ domain }: { readonly domain: DomainFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const { ce, dmrIpv6Prefix, brIpv6Addresses, localIpv4Prefixes, mtu } = domain;
  return (
    <Card title={t("identity", { domain: domain.name })} name="identity">
      <dl class="facts">
        {ce === null ? null : <CeRows ce={ce} />}
        {dmrIpv6Prefix === null ? null : (
          <Fact label={t("dmr")} fact="dmr" value={dmrIpv6Prefix} canCopy />
        )}
        {brIpv6Addresses.length === 0 ? null : (
          <Fact label={t("br-addresses")} fact="br" value={brIpv6Addresses.join(", ")} canCopy />
        )}
        {localIpv4Prefixes === null ? null : (
          <Fact label={t("local-prefixes")} fact="local" value={localIpv4Prefixes.join(", ")} />
        )}
        <Fact label={t("mtu")} fact="mtu" value={`IPv6 ${mtu.ipv6}, IPv4 ${mtu.ipv4}`} />
      </dl>
      <Rules domain={domain} />
    </Card>
  );
}

function CeRows({ ce }: { readonly ce: CeFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const { psid, ipv4PrefixLen } = ce;
  const ipv4 = ipv4PrefixLen === 32 ? ce.ipv4 : `${ce.ipv4}/${ipv4PrefixLen}`;
  return (
    <>
      <Fact label={t("ipv4-address")} fact="ipv4" value={ipv4} canCopy />
      {psid === null ? null : (
        <Fact label={t("psid")} fact="psid" value={psid}>
          {`${psid} (0x${psid.toString(16)})`}
        </Fact>
      )}
      <Fact label={t("ports")} fact="ports" value={ce.portsPerCe}>
        {t("ports-in-ranges", { ports: ce.portsPerCe, ranges: ce.portRangeCount })}
      </Fact>
      <Fact label={t("end-user-prefix")} fact="prefix" value={ce.endUserIpv6Prefix} canCopy />
      <Fact label={t("map-address")} fact="map" value={ce.mapIpv6} canCopy />
    </>
  );
}

function Rules({ domain }: { readonly domain: DomainFacts }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const more = domain.ruleCount - domain.rules.length;
  return (
    <>
      <Scroll label={t("rules")}>
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
      {more > 0 ? <p class="quiet">{t("more-rules", { count: more })}</p> : null}
    </>
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
