/** The text format of Prometheus, version 0.0.4. */
import type { HistogramMetric, Metric, NumberMetric, Scrape } from "./metric.js";

const FIRST_BYTES = 64 * 1024;

/** Of UTF-8, for one unit of a string. */
const MOST_BYTES = 3;

/**
 * Writes metrics one after the other into memory that is kept from one text to the next: who is scraped ten times a
 * second would else leave megabytes a second of small strings to the garbage collector.
 */
export class ExpositionWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #at = 0;

  /** Starts anew, also where a fault has left half a text. */
  begin(): void {
    this.#at = 0;
  }

  /** All metrics of a table, each with its help and type, also where it has no sample. */
  table(metrics: readonly Metric[], scrape: Scrape): void {
    for (const metric of metrics) {
      this.head(metric.name, metric.type, metric.help);
      if (metric.type === "histogram") this.#histogram(metric, scrape);
      else this.#numbers(metric, scrape);
    }
  }

  head(name: string, type: string, help: string): void {
    this.#add("# HELP ");
    this.#add(name);
    this.#add(" ");
    this.#add(help);
    this.#add("\n# TYPE ");
    this.#add(name);
    this.#add(" ");
    this.#add(type);
    this.#add("\n");
  }

  /** `values` are those of `labels`, in their order; `bound` is that of a histogram's class. */
  sample(
    name: string,
    labels: readonly string[],
    values: readonly string[],
    value: number,
    bound = "",
  ): void {
    this.#add(name);
    let before = "{";
    for (let at = 0; at < labels.length; at++) {
      this.#label(before, labels[at]!, values[at] ?? "");
      before = ",";
    }
    if (bound !== "") {
      this.#label(before, "le", bound);
      before = ",";
    }
    this.#add(before === "{" ? " " : "} ");
    this.#add(numberText(value));
    this.#add("\n");
  }

  /** Lines that somebody else has written. */
  lines(text: string): void {
    this.#add(text);
    this.#add("\n");
  }

  /** What was written since `begin()`. */
  text(): string {
    return this.#bytes.toString("utf8", 0, this.#at);
  }

  #numbers(metric: NumberMetric, scrape: Scrape): void {
    metric.read(scrape, (value, ...labels) => {
      this.sample(metric.name, metric.labels, labels, value);
    });
  }

  #histogram({ name, labels, bounds, read }: HistogramMetric, scrape: Scrape): void {
    read(scrape, (classes, sum, ...values) => {
      let count = 0;
      for (let row = 0; row <= bounds.length; row++) {
        count += classes[row] ?? 0;
        const bound = bounds[row] ?? Number.POSITIVE_INFINITY;
        this.sample(`${name}_bucket`, labels, values, count, numberText(bound));
      }
      this.sample(`${name}_sum`, labels, values, sum);
      this.sample(`${name}_count`, labels, values, count);
    });
  }

  #label(before: string, name: string, value: string): void {
    this.#add(before);
    this.#add(name);
    this.#add('="');
    this.#add(escaped(value));
    this.#add('"');
  }

  #add(text: string): void {
    const end = this.#at + text.length * MOST_BYTES;
    if (end > this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(more, 0, 0, this.#at);
      this.#bytes = more;
    }
    this.#at += this.#bytes.write(text, this.#at);
  }
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

const TO_ESCAPE = /["\\\n]/;

function escaped(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
