/** What was dropped and why, in the words of the table of reasons. */
import type { JSX } from "preact";
import { DROPS } from "../../src/drops.js";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { Scroll } from "../ui/scroll.js";
import type { DomainStatistics } from "./documents.js";
import { DROP_HELP_JA } from "./drop-texts.js";
import { LIVE_TEXTS } from "./texts.js";

const REASONS: ReadonlyMap<string, (typeof DROPS)[number]> = new Map(
  DROPS.map((row) => [row.name, row]),
);

export function Drops({ domain }: { readonly domain: DomainStatistics }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const rows = Object.entries(domain.drops)
    .filter(([, { ipv4, ipv6 }]) => ipv4 + ipv6 > 0)
    .sort(([, one], [, other]) => other.ipv4 + other.ipv6 - one.ipv4 - one.ipv6);
  const others = Object.keys(domain.drops).length - rows.length;
  const title = t("drops-title", { domain: domain.name });
  return (
    <Card title={title} name="drops">
      {rows.length === 0 ? (
        <p class="help">{t("no-drops")}</p>
      ) : (
        <>
          <Scroll label={title}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t("reason")}</th>
                  <th scope="col" class="number">
                    IPv4
                  </th>
                  <th scope="col" class="number">
                    IPv6
                  </th>
                  <th scope="col">{t("meaning")}</th>
                  <th scope="col">{t("source")}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(([name, counts]) => (
                  <DropRow key={name} name={name} counts={counts} />
                ))}
              </tbody>
            </table>
          </Scroll>
          <p class="help">{t("other-reasons", { count: others })}</p>
        </>
      )}
    </Card>
  );
}

interface DropRowProps {
  readonly name: string;
  readonly counts: DomainStatistics["drops"][string];
}

function DropRow({ name, counts }: DropRowProps): JSX.Element {
  const language = useLanguage();
  const row = REASONS.get(name);
  const help = language === "ja" ? DROP_HELP_JA[name] : row?.help;
  return (
    <tr data-reason={name}>
      <th scope="row" class="mono">
        {name}
      </th>
      <td class="number">
        <data data-drops="ipv4" value={String(counts.ipv4)}>
          {counts.ipv4.toLocaleString(language)}
        </data>
      </td>
      <td class="number">
        <data data-drops="ipv6" value={String(counts.ipv6)}>
          {counts.ipv6.toLocaleString(language)}
        </data>
      </td>
      <td class="prose">{help ?? ""}</td>
      <td>{row === undefined || row.rfc === "none" ? "" : row.rfc}</td>
    </tr>
  );
}
