/** All domains with what passes now; one of them is chosen for everything below. */
import type { JSX } from "preact";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Scroll } from "../ui/scroll.js";
import type { DomainStatus } from "./documents.js";
import type { Snapshot } from "./feed.js";
import { sessionsText } from "./health.js";
import { latest } from "./history.js";
import { withPrefix } from "./numbers.js";
import { LIVE_TEXTS } from "./texts.js";

interface DomainTableProps {
  readonly snapshot: Snapshot;
  readonly domains: readonly DomainStatus[];
  readonly chosen: string;
  readonly choose: (name: string) => void;
}

export function DomainTable(props: DomainTableProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  return (
    <Card title={t("domains")} name="domains">
      <Scroll label={t("domains")}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("domain")}</th>
              <th scope="col">{t("mode")}</th>
              <th scope="col">{t("role")}</th>
              <th scope="col">{t("device")}</th>
              <th scope="col" class="number">
                {t("to-ipv6")}
              </th>
              <th scope="col" class="number">
                {t("to-ipv4")}
              </th>
              <th scope="col" class="number">
                {t("dropped-rate")}
              </th>
              <th scope="col" class="number">
                {t("sessions")}
              </th>
            </tr>
          </thead>
          <tbody>
            {props.domains.map((domain) => (
              <DomainRow key={domain.name} {...props} domain={domain} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

interface DomainRowProps extends DomainTableProps {
  readonly domain: DomainStatus;
}

function DomainRow({ snapshot, domain, chosen, choose }: DomainRowProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  const { name } = domain;
  const rates = latest(snapshot.history, name);
  const bits = (value: number | null): string => withPrefix(value, "bit/s", language);
  const drops =
    rates.dropsOfIpv4 === null || rates.dropsOfIpv6 === null
      ? null
      : rates.dropsOfIpv4 + rates.dropsOfIpv6;
  return (
    <tr class={name === chosen ? "chosen" : undefined} data-domain={name}>
      <th scope="row">
        <label class="check">
          <input
            type="radio"
            name="live-domain"
            checked={name === chosen}
            aria-label={t("choose-domain", { name })}
            onChange={() => choose(name)}
          />
          <span>{name}</span>
        </label>
      </th>
      <td>{domain.mode === "map-t" ? "MAP-T" : "MAP-E"}</td>
      <td>{t(`role-${domain.role}`)}</td>
      <td class="mono">{domain.tun.name}</td>
      <td class="number">{bits(rates.bitsToIpv6)}</td>
      <td class="number">{bits(rates.bitsToIpv4)}</td>
      <td class="number">{withPrefix(drops, "/s", language)}</td>
      <td class="number" data-sessions={domain.nat44?.sessions}>
        {sessionsText(domain, language)}
      </td>
    </tr>
  );
}
