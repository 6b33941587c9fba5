/** What a run of the bench leaves: one document, numbers only where numbers belong. */

/** One quantity of one subject under one load, measured once a round. */
export interface Row {
  /** `daemon` and `cpu`: figures of their own; `net`: of forwarders side by side. */
  readonly group: "net" | "daemon" | "cpu";
  /** What is measured: a forwarder with its role and offloads, or a function. */
  readonly subject: string;
  /** Under what: traffic and direction, or the kind of packet. */
  readonly load: string;
  /** Of the links behind a forwarder; empty but for `net`. */
  readonly egress: string;
  readonly quantity: string;
  readonly unit: string;
  /** In the order of the rounds. */
  readonly values: readonly number[];
  readonly median: number;
  /** Median over the yardsticks' median under the same load, where both were measured. */
  readonly ratios: Readonly<Record<string, number>>;
}

export interface Host {
  readonly node: string;
  readonly v8: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cpus: number;
  /** Load average of a minute, before the run and after it. */
  readonly loadBefore: number;
  readonly loadAfter: number;
}

export interface BenchResult {
  readonly schema: "mapd.bench/1";
  readonly startedAt: string;
  readonly seconds: number;
  readonly host: Host;
  readonly options: {
    readonly rounds: number;
    readonly seconds: number;
    readonly smoke: boolean;
    readonly only: string | null;
  };
  /** Measurements that failed; the others stand. */
  readonly failures: readonly string[];
  readonly rows: readonly Row[];
}

/** What one measurement of one round gave, before the rounds are put together. */
export interface Sample {
  readonly group: Row["group"];
  readonly subject: string;
  readonly load: string;
  readonly egress: string;
  readonly quantity: string;
  readonly unit: string;
  readonly value: number;
}

/** Subjects that others are compared with. */
export const YARDSTICKS = ["null-plain", "tayga"] as const;

/** Quantities that say how fast; the others say how it came about. */
export const HEADLINES: readonly string[] = ["throughput", "per CPU-second", "p50", "time"];

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Puts the rounds together and compares each subject with the yardsticks. */
export function toRows(samples: readonly Sample[]): Row[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = keyOf(sample, sample.subject);
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const medianOf = (key: string): number | undefined => {
    const group = groups.get(key);
    return group && median(group.map(({ value }) => value));
  };
  return [...groups.values()].map((group) => {
    const [first] = group;
    const { value: _, ...common } = first!;
    const values = group.map(({ value }) => value);
    const own = median(values);
    const ratios: Record<string, number> = {};
    for (const yardstick of YARDSTICKS) {
      const other = medianOf(keyOf(first!, yardstick));
      const isComparable = HEADLINES.includes(common.quantity) && yardstick !== common.subject;
      if (isComparable && other !== undefined && other > 0) ratios[yardstick] = own / other;
    }
    return { ...common, values, median: own, ratios };
  });
}

function keyOf({ group, load, egress, quantity }: Sample, subject: string): string {
  return [group, subject, load, egress, quantity].join("|");
}

/** Reads a document that the bench has written; throws where it is another. */
export function parseResult(text: string): BenchResult {
  const document: unknown = JSON.parse(text);
  if (!isResult(document)) throw new Error("this is no document of the schema mapd.bench/1");
  return document;
}

function isResult(value: unknown): value is BenchResult {
  if (typeof value !== "object" || value === null) return false;
  return (
    Reflect.get(value, "schema") === "mapd.bench/1" && Array.isArray(Reflect.get(value, "rows"))
  );
}
