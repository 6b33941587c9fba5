/** What passes and what does not, as plots that move. */
import type { JSX } from "preact";
import { useLanguage, useTexts } from "../i18n/context.js";
import { Card } from "../ui/card.js";
import { column, type History, type RateName } from "./history.js";
import { withPrefix } from "./numbers.js";
import { Plot, type PlotSeries } from "./plot.js";
import { LIVE_TEXTS } from "./texts.js";

interface TrafficProps {
  readonly history: History;
  readonly domain: string;
}

const PLOTS = [
  {
    name: "bits",
    unit: "bit/s",
    series: [
      ["to-ipv6", "bitsToIpv6"],
      ["to-ipv4", "bitsToIpv4"],
    ],
  },
  {
    name: "packets",
    unit: "/s",
    series: [
      ["to-ipv6", "packetsToIpv6"],
      ["to-ipv4", "packetsToIpv4"],
    ],
  },
  {
    name: "drops",
    unit: "/s",
    series: [
      ["drops-ipv4", "dropsOfIpv4"],
      ["drops-ipv6", "dropsOfIpv6"],
    ],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly unit: string;
  readonly series: readonly (readonly [keyof typeof LIVE_TEXTS, RateName])[];
}[];

export function Traffic({ history, domain }: TrafficProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  const times = history.points.map(({ timeS }) => timeS);
  return (
    <Card title={t("traffic", { domain })} name="traffic">
      <div class="plots">
        {PLOTS.map(({ name, unit, series }) => (
          <Plot
            key={name}
            name={name}
            title={t(name)}
            times={times}
            series={series.map(
              ([label, rate]): PlotSeries => ({
                label: t(label),
                values: column(history, domain, rate),
              }),
            )}
            format={(value) => withPrefix(value, unit, language)}
          />
        ))}
      </div>
      <p class="help">{t("super-packets")}</p>
    </Card>
  );
}
