/** A result as tables, for the terminal and for docs/performance.md. */
import type { BenchResult, Row } from "./result.js";

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NOTHING = "–";

function number(value: number): string {
  if (value === 0) return "0";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

function range(row: Row): string {
  return `${number(Math.min(...row.values))}..${number(Math.max(...row.values))}`;
}

function ratio(row: Row | undefined, yardstick: string): string {
  const value = row?.ratios[yardstick];
  return value === undefined ? NOTHING : number(value);
}

function optional(row: Row | undefined): string {
  return row === undefined ? NOTHING : number(row.median);
}

/** Rows of the same load and subject, in the order of their first appearance. */
function grouped(rows: readonly Row[]): Row[][] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = [row.load, row.egress, row.subject].join("|");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function throughputTable(rows: readonly Row[], title: string, isTcp: boolean): Table {
  const unit = isTcp ? "Gbit" : "kpps";
  const head = [
    "load",
    "links",
    "forwarder",
    isTcp ? "Gbit/s" : "kpps",
    "rounds",
    "x null",
    "x tayga",
  ];
  const lines = grouped(rows).map((group) => {
    const of = (quantity: string): Row | undefined =>
      group.find((row) => row.quantity === quantity);
    const first = group[0]!;
    const wall = of("throughput");
    const cpu = of("per CPU-second");
    return [
      first.load,
      first.egress,
      first.subject,
      optional(wall),
      wall === undefined ? NOTHING : range(wall),
      ratio(wall, "null-plain"),
      ratio(wall, "tayga"),
      optional(cpu),
      ratio(cpu, "null-plain"),
      ratio(cpu, "tayga"),
      optional(of("CPU")),
      optional(of(isTcp ? "retransmits" : "late")),
    ];
  });
  const more = [`${unit}/CPU-s`, "x null", "x tayga", "cores", isTcp ? "retransmits" : "late"];
  return { title, head: [...head, ...more], rows: lines };
}

function latencyTable(rows: readonly Row[]): Table {
  const lines = grouped(rows).map((group) => {
    const of = (quantity: string): Row | undefined =>
      group.find((row) => row.quantity === quantity);
    const times = ["p50", "p90", "p99", "max", "lost", "offered"].map((name) => optional(of(name)));
    return [group[0]!.load, group[0]!.subject, ...times];
  });
  const head = ["load", "forwarder", "p50 µs", "p90 µs", "p99 µs", "max µs", "lost", "kpps beside"];
  return { title: "Round trips", head, rows: lines };
}

function plainTable(title: string, rows: readonly Row[]): Table {
  const lines = rows.map((row) => [
    row.subject,
    row.load,
    row.quantity,
    number(row.median),
    row.unit,
    range(row),
  ]);
  return {
    title,
    head: ["subject", "load", "quantity", "median", "unit", "rounds"],
    rows: lines,
  };
}

/** A line for each path and kind of packet: nanoseconds, and bytes allocated. */
function pathTable(rows: readonly Row[]): Table {
  const columns = ["restore", "process", "batch loop", "batch loop, one flow merged"];
  const lines = new Map<string, string[]>();
  for (const row of rows) {
    const [kind = "", ...rest] = row.load.split(", ");
    const line = lines.get(`${row.subject}|${kind}`) ?? [row.subject, kind, ...columns, NOTHING];
    const isTime = row.quantity === "time";
    line[isTime ? 2 + columns.indexOf(rest.join(", ")) : 2 + columns.length] = number(row.median);
    lines.set(`${row.subject}|${kind}`, line);
  }
  return {
    title: "Paths in one process, ns a packet",
    head: [
      "path",
      "packets",
      "restore",
      "process",
      "batch loop",
      "one flow merged",
      "bytes allocated",
    ],
    rows: [...lines.values()].map((line) =>
      line.map((cell) => (columns.includes(cell) ? NOTHING : cell)),
    ),
  };
}

function isOfPath({ group, load }: Row): boolean {
  return group === "cpu" && /, (restore|process|batch loop)/.test(load);
}

export function tablesOf({ rows }: BenchResult): readonly Table[] {
  const net = rows.filter(({ group }) => group === "net");
  const loads = (prefix: string): Row[] => net.filter(({ load }) => load.startsWith(prefix));
  const tables = [
    throughputTable(loads("tcp"), "Bulk TCP", true),
    throughputTable(loads("udp"), "UDP", false),
    latencyTable(loads("latency")),
    plainTable(
      "The daemon",
      rows.filter(({ group }) => group === "daemon"),
    ),
    pathTable(rows.filter(isOfPath)),
    plainTable(
      "Parts in one process",
      rows.filter((row) => row.group === "cpu" && !isOfPath(row)),
    ),
  ];
  return tables.filter((table) => table.rows.length > 0);
}

export function toText({ title, head, rows }: Table): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (isNumeric(rows, i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join("  ")
      .trimEnd();
  return [title, line(head), ...rows.map(line)].join("\n");
}

export function toMarkdown({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, i) => (isNumeric(rows, i) ? "--:" : "---")));
  return [`### ${title}`, "", line(head), rule, ...rows.map(line)].join("\n");
}

function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  return rows.every((row) => /^[-\d.]+$/.test(row[column]!) || row[column] === NOTHING);
}

/** One line on where and how a result came to be. */
export function circumstances({ host, options, startedAt, seconds }: BenchResult): string {
  const isBusy = host.loadBefore > host.cpus / 4;
  return (
    `${startedAt}: Node ${host.node} (V8 ${host.v8}), Linux ${host.kernel}, ${host.cpus} x ${host.cpu}, ` +
    `load ${number(host.loadBefore)} before and ${number(host.loadAfter)} after; ` +
    `${options.rounds} rounds of ${options.seconds} s, ${Math.round(seconds / 60)} minutes` +
    (isBusy ? ". The machine was busy with other things: throughput is low and scatters" : "")
  );
}
