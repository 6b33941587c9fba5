/** The one table of metrics, and all that knows prom-client. Numbers are read when somebody scrapes, never counted here. */
import { collectDefaultMetrics, Registry } from "prom-client";
import { queueDrops, readDeviceStatistics } from "../system/device-statistics.js";
import { DAEMON_METRICS } from "./daemon-metrics.js";
import { exposition } from "./exposition.js";
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
  return {
    contentType: registry.contentType,
    text: async () => exposition(METRICS, scrapeOf(daemon, version)) + (await registry.metrics()),
  };
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
