/** The one table of metrics, and all that knows prom-client. Numbers are read when somebody scrapes, never counted here. */
import { collectDefaultMetrics, type Metric as ProcessMetric, Registry } from "prom-client";
import { queueDrops, readDeviceStatistics } from "../system/device-statistics.js";
import { DAEMON_METRICS } from "./daemon-metrics.js";
import { ExpositionWriter } from "./exposition.js";
import { FAILURE_METRICS } from "./failure-metrics.js";
import type { MeteredDaemon, Metric, Scrape } from "./metric.js";
import { NAT44_METRICS } from "./nat44-metrics.js";
import { TRAFFIC_METRICS } from "./traffic-metrics.js";
import { WORKER_METRICS } from "./worker-metrics.js";

/** Those of the process itself, `process_` and `nodejs_`, are prom-client's. */
export const METRICS: readonly Metric[] = [
  ...DAEMON_METRICS,
  ...TRAFFIC_METRICS,
  ...NAT44_METRICS,
  ...WORKER_METRICS,
  ...FAILURE_METRICS,
];

/** Default metrics of prom-client that are gauges with the suffix of a counter; those beside them say the same by type. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
] as const;

export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** The metrics of a daemon. */
export function createMetrics(daemon: MeteredDaemon, version: string): MetricsText {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  const process = new ProcessMetrics(registry);
  const writer = new ExpositionWriter();
  return {
    contentType: registry.contentType,
    async text() {
      // Nothing is awaited while the writer is at work: another scrape may be under way.
      const ofProcess = await process.read();
      writer.begin();
      writer.table(METRICS, scrapeOf(daemon, version));
      for (const metric of ofProcess) writeProcessMetric(metric, writer);
      return writer.text();
    },
  };
}

/** A metric of the process with its samples, or the lines of one. */
type ReadProcessMetric = Awaited<ReturnType<ProcessMetric["get"]>> | string;

/** Those of prom-client, read without the text that it would make of them. */
class ProcessMetrics {
  readonly #readers: readonly (() => Promise<ReadProcessMetric>)[];

  constructor(registry: Registry) {
    this.#readers = registry.getMetricsAsArray().flatMap(({ name, type }) => {
      const metric = registry.getSingleMetric(name);
      if (metric === undefined) return [];
      // type is a word in prom-client, and a number in its declarations.
      const isHistogram = String(type) === "histogram";
      return [isHistogram ? () => registry.getSingleMetricAsString(name) : () => metric.get()];
    });
  }

  /** In their order: the first of some reads for those after it. */
  read(): Promise<readonly ReadProcessMetric[]> {
    return Promise.all(this.#readers.map((read) => read()));
  }
}

function writeProcessMetric(metric: ReadProcessMetric, writer: ExpositionWriter): void {
  if (typeof metric === "string") {
    writer.lines(metric);
    return;
  }
  const { name, type, help } = metric;
  writer.head(name, String(type), help);
  for (const { labels, value } of metric.values) {
    const names = Object.keys(labels);
    writer.sample(
      name,
      names,
      names.map((label) => String(labels[label])),
      value,
    );
  }
}

function scrapeOf(daemon: MeteredDaemon, version: string): Scrape {
  return {
    daemon,
    readiness: daemon.readiness,
    version,
    domains: daemon.domains.map((view) => ({
      view,
      name: view.config.settings.name,
      counters: view.counters(),
    })),
    queueDrops: queueDrops(readDeviceStatistics()),
  };
}
