/** docs/metrics.md, made from the table of metrics alone. */
import type { Metric } from "./metric.js";
import { METRICS } from "./metrics.js";

const HEADING = `# Metrics

<!-- Made by scripts/generate-docs.mjs from the table in daemon/http/; do not edit. -->

mapd answers \`GET /metrics\` where \`http.listen\` says, in the text format of Prometheus. Numbers are read from the memory
that the packet workers write when somebody asks, so that nobody pays for them before. Every counter and every drop reason is there
from the start with 0. Labels are from closed sets: domains and rules by the names of the configuration, never an address, a
PSID, a subscriber or a host. Those are what \`mapctl top\` and \`mapctl sessions\` are for.

`;

const BESIDES = `
Those of the process itself, \`process_\` (processor time, resident memory, open files) and \`nodejs_\` (memory by kind, garbage
collection, lag of the main thread, which no packet waits for), come with them.

## What comes with it

| File | What it is |
|---|---|
| [config/prometheus/prometheus.yaml](../config/prometheus/prometheus.yaml) | the scrape, with the job's name that the others look for |
| [config/prometheus/alerts.yaml](../config/prometheus/alerts.yaml) | alert rules; what each does is tested in \`alerts.test.yaml\` with \`promtool test rules\` |
| [config/prometheus/dashboard.json](../config/prometheus/dashboard.json) | a dashboard for Grafana: health, traffic, drops, port set, workers, process |
| [docs/runbooks](runbooks) | a page for each alert: what it means, where to look, what to do |
`;

export function metricsPage(): string {
  const rows = METRICS.map((metric) => row(metric)).join("");
  return `${HEADING}| Metric | Type | Labels | Meaning |\n|---|---|---|---|\n${rows}${BESIDES}`;
}

function row({ name, type, labels, help }: Metric): string {
  const names = labels.map((label) => `\`${label}\``).join(", ");
  return `| \`${name}\` | ${type} | ${names} | ${help} |\n`;
}
