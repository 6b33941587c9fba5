/** A plot of the last minutes. Lines differ by colour and by dash, and their values stand beside it as text. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useLanguage, useTexts } from "../i18n/context.js";
import { LIVE_TEXTS } from "./texts.js";
import { useThemeCount } from "./use-theme.js";

export interface PlotSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  readonly name: string;
  readonly title: string;
  /** Unix time in seconds. */
  readonly times: readonly number[];
  /** At most as many as there are DASHES. */
  readonly series: readonly PlotSeries[];
  readonly format: (value: number | null) => string;
}

const DASHES: readonly (readonly number[])[] = [[], [6, 4]];
const HEIGHT = 132;
/** Seconds that are in sight: little at first, so that what there is can be seen. */
const LEAST_SPAN_S = 60;
const MOST_SPAN_S = 300;
const AXIS_WIDTH = 76;

export function Plot(props: PlotProps): JSX.Element {
  const { name, title, times, series, format } = props;
  const t = useTexts(LIVE_TEXTS);
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  useUPlot(box, props, setPointed);
  const at = pointed ?? times.length - 1;
  const values = series.map(({ label, values: all }) => `${label}: ${format(all[at] ?? null)}`);
  return (
    <figure class="plot" data-plot={name}>
      <figcaption>
        <span class="plot-title">{title}</span>
        <ul class="plot-legend">
          {series.map(({ label, values: all }, index) => (
            <li key={label}>
              <Swatch index={index} />
              <span>{label}</span>
              <data class="mono" value={String(all[at] ?? "")} data-series={index}>
                {format(all[at] ?? null)}
              </data>
            </li>
          ))}
        </ul>
      </figcaption>
      <div
        ref={box}
        class="plot-box"
        role="img"
        aria-label={t("plot-label", { title, values: values.join("; ") })}
      />
    </figure>
  );
}

/** The plot takes the colour of a line from here. */
function Swatch({ index }: { readonly index: number }): JSX.Element {
  return (
    <svg class={`swatch-line line-${index}`} viewBox="0 0 24 8" aria-hidden="true">
      <line x1="0" y1="4" x2="24" y2="4" stroke-dasharray={(DASHES[index] ?? []).join(" ")} />
    </svg>
  );
}

/** Keeps a uPlot in the box: made anew for another theme, language or width of the page, else only given data. */
function useUPlot(
  box: { readonly current: HTMLDivElement | null },
  { times, series, format }: PlotProps,
  setPointed: (at: number | null) => void,
): void {
  const plot = useRef<UPlot | null>(null);
  const theme = useThemeCount();
  const language = useLanguage();
  const latest = useRef(format);
  latest.current = format;
  const count = series.length;
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const options = optionsOf(element, count, latest, language, setPointed);
    const made = new UPlot(options, [[], ...Array.from({ length: count }, () => [])], element);
    plot.current = made;
    const resized = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [box, count, language, theme, setPointed]);
  useEffect(() => {
    plot.current?.setData([[...times], ...series.map(({ values }) => [...values])]);
  }, [times, series, theme, language]);
}

function optionsOf(
  element: HTMLElement,
  count: number,
  format: { readonly current: PlotProps["format"] },
  language: string,
  setPointed: (at: number | null) => void,
): UPlot.Options {
  const style = getComputedStyle(element);
  const grid = { stroke: style.borderTopColor, width: 1 };
  const axis = { stroke: style.color, font: `11px ${style.fontFamily}`, grid, ticks: grid };
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", hour12: false });
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, least, most) => [most - spanOf(least, most), most] },
      y: { range: (_plot, _least, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        space: 90,
        values: (_plot, splits) => splits.map((second) => clock.format(second * 1000)),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        values: (_plot, splits) => splits.map((value) => format.current(value)),
      },
    ],
    series: [{}, ...Array.from({ length: count }, (_, index) => lineOf(element, index))],
    hooks: { setCursor: [({ cursor }) => setPointed(cursor.idx ?? null)] },
  };
}

function spanOf(least: number, most: number): number {
  return Math.min(MOST_SPAN_S, Math.max(LEAST_SPAN_S, most - least));
}

function lineOf(element: HTMLElement, index: number): UPlot.Series {
  const swatch = element.parentElement?.querySelector(`.line-${index}`) ?? element;
  const dash = DASHES[index] ?? [];
  return {
    stroke: getComputedStyle(swatch).color,
    width: 2,
    ...(dash.length === 0 ? {} : { dash: [...dash] }),
    points: { show: false },
  };
}
