/** A row of the table of metrics, and what its numbers are read from. */
import type { ControlledDomain } from "../control/command.js";
import type { Readiness } from "../runtime/readiness.js";
import type { DaemonView } from "../runtime/status.js";

/** Domains as the metrics see them; Domain has this shape. */
export type MeteredDomain = Pick<
  ControlledDomain,
  keyof DaemonView["domains"][number] | "ruleHits"
>;

/** A daemon as the metrics see it; Daemon has this shape. */
export interface MeteredDaemon extends DaemonView {
  readonly domains: readonly MeteredDomain[];
  readonly readiness: Readiness;
}

/** A domain at the moment of a scrape: all metrics show the same numbers. */
export interface ScrapedDomain {
  readonly view: MeteredDomain;
  readonly name: string;
  readonly counters: Float64Array;
}

export interface Scrape {
  readonly daemon: MeteredDaemon;
  readonly readiness: Readiness;
  readonly version: string;
  readonly domains: readonly ScrapedDomain[];
  /** Packets that the kernel could not put into a device's queue, by device. */
  readonly queueDrops: ReadonlyMap<string, number>;
}

/** Gives a sample: its value and the values of the labels, in the order of the row. */
export type Put = (value: number, ...labels: readonly string[]) => void;

/** Gives a histogram: numbers of the classes of `bounds` and of what is above, and the sum of what was observed. */
export type PutHistogram = (
  classes: readonly number[],
  sum: number,
  ...labels: readonly string[]
) => void;

interface MetricHead {
  readonly name: `mapd_${string}`;
  readonly help: string;
  /** From closed sets only: never an address, a PSID, a subscriber or a host. */
  readonly labels: readonly string[];
}

export interface NumberMetric extends MetricHead {
  readonly type: "counter" | "gauge";
  readonly read: (scrape: Scrape, put: Put) => void;
}

export interface HistogramMetric extends MetricHead {
  readonly type: "histogram";
  /** Ascending. */
  readonly bounds: readonly number[];
  readonly read: (scrape: Scrape, put: PutHistogram) => void;
}

export type Metric = NumberMetric | HistogramMetric;
