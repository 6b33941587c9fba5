/** From samples to rows, ratios and tables. */
import { test } from "tap";
import { parseOptions } from "./options.js";
import { tablesOf, toMarkdown, toText } from "./report.js";
import { type BenchResult, median, parseResult, type Sample, toRows } from "./result.js";
import { minutesOf, select } from "./selection.js";

function sample(subject: string, quantity: string, value: number): Sample {
  const unit = quantity === "throughput" ? "Gbit/s" : "cores";
  return { group: "net", subject, load: "tcp up 1", egress: "offloads", quantity, unit, value };
}

const SAMPLES: readonly Sample[] = [
  sample("null-plain", "throughput", 1),
  sample("map-t-br", "throughput", 8),
  sample("map-t-br", "CPU", 0.5),
  sample("null-plain", "throughput", 3),
  sample("map-t-br", "throughput", 12),
  sample("map-t-br", "CPU", 0.7),
];

const RESULT: BenchResult = {
  schema: "mapd.bench/1",
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 60,
  host: {
    node: "20",
    v8: "11",
    kernel: "6",
    cpu: "one",
    cpus: 2,
    loadBefore: 0,
    loadAfter: 1,
  },
  options: { rounds: 2, seconds: 1, smoke: false, only: null },
  failures: [],
  rows: toRows(SAMPLES),
};

test("the median of an even number of rounds is between the two in the middle", (t) => {
  t.equal(median([5, 1, 3]), 3);
  t.equal(median([4, 1, 3, 2]), 2.5);
  t.end();
});

test("rounds are put together, and only what says how fast is compared with the yardsticks", (t) => {
  const common = { group: "net", load: "tcp up 1", egress: "offloads" } as const;
  const throughput = { ...common, quantity: "throughput", unit: "Gbit/s" };
  t.strictSame(RESULT.rows, [
    { ...throughput, subject: "null-plain", values: [1, 3], median: 2, ratios: {} },
    {
      ...throughput,
      subject: "map-t-br",
      values: [8, 12],
      median: 10,
      ratios: { "null-plain": 5 },
    },
    {
      ...common,
      quantity: "CPU",
      unit: "cores",
      subject: "map-t-br",
      values: [0.5, 0.7],
      median: 0.6,
      ratios: {},
    },
  ]);
  t.end();
});

test("a table has a line for each forwarder, the same for the terminal and the page", (t) => {
  const [table] = tablesOf(RESULT);
  t.equal(
    table && toText(table),
    [
      "Bulk TCP",
      "load      links     forwarder   Gbit/s      rounds  x null  x tayga  Gbit/CPU-s  x null  x tayga  cores  retransmits",
      "tcp up 1  offloads  null-plain    2.00  1.00..3.00       –        –           –       –        –      –            –",
      "tcp up 1  offloads  map-t-br      10.0  8.00..12.0    5.00        –           –       –        –   0.60            –",
    ].join("\n"),
  );
  t.equal(
    table && toMarkdown(table).split("\n").at(-1),
    "| tcp up 1 | offloads | map-t-br | 10.0 | 8.00..12.0 | 5.00 | – | – | – | – | 0.60 | – |",
  );
  t.end();
});

test("a document of another schema is refused", (t) => {
  t.strictSame(parseResult(JSON.stringify(RESULT)), RESULT);
  t.throws(() => parseResult('{"schema":"mapd.status/1","rows":[]}'), /mapd\.bench\/1/);
  t.end();
});

test("what is asked for comes with what it is compared with", (t) => {
  const selection = select(parseOptions(["--only", "^net/map-t-br/tcp-up-8/offloads$"]));
  t.strictSame(
    selection.net.map(({ id }) => id),
    ["null-plain", "tayga", "map-t-br"].map((name) => `net/${name}/tcp-up-8/offloads`),
  );
  t.strictSame([...selection.daemon, ...selection.cpu], []);
  t.end();
});

test("a run of all cases is bounded, and every case has a name of its own", (t) => {
  const options = parseOptions([]);
  const selection = select(options);
  t.ok(minutesOf(selection, options) < 40, "it takes less than 40 minutes");
  const ids = [...selection.net, ...selection.daemon].map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  t.throws(() => parseOptions(["--seconds", "0.5"]), /whole number/);
  t.end();
});
