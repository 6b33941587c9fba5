/** The text format of Prometheus, version 0.0.4. */
import type { HistogramMetric, Metric, NumberMetric, Scrape } from "./metric.js";

/** All metrics of a table, each with its help and type, also where it has no sample. */
export function exposition(metrics: readonly Metric[], scrape: Scrape): string {
  const lines: string[] = [];
  for (const metric of metrics) {
    lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`);
    if (metric.type === "histogram") writeHistogram(metric, scrape, lines);
    else writeNumbers(metric, scrape, lines);
  }
  return `${lines.join("\n")}\n`;
}

function writeNumbers(metric: NumberMetric, scrape: Scrape, lines: string[]): void {
  metric.read(scrape, (value, ...labels) => {
    lines.push(`${metric.name}${labelText(metric.labels, labels)} ${value}`);
  });
}

function writeHistogram(metric: HistogramMetric, scrape: Scrape, lines: string[]): void {
  const { name, bounds } = metric;
  const names = [...metric.labels, "le"];
  metric.read(scrape, (classes, sum, ...labels) => {
    let count = 0;
    for (const [row, bound] of [...bounds, "+Inf"].entries()) {
      count += classes[row] ?? 0;
      lines.push(`${name}_bucket${labelText(names, [...labels, String(bound)])} ${count}`);
    }
    const text = labelText(metric.labels, labels);
    lines.push(`${name}_sum${text} ${sum}`, `${name}_count${text} ${count}`);
  });
}

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return "";
  const pairs = names.map((name, at) => `${name}="${escaped(values[at] ?? "")}"`);
  return `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
