import { test } from "tap";
import { ExpositionWriter } from "../../../../daemon/http/exposition.js";
import type { Metric, Scrape } from "../../../../daemon/http/metric.js";
import { meteredOf } from "./metered.js";

const daemon = meteredOf([]);
const SCRAPE: Scrape = {
  daemon,
  readiness: daemon.readiness,
  version: "1",
  domains: [],
  queueDrops: new Map(),
};

const TABLE: readonly Metric[] = [
  {
    name: "mapd_plain",
    type: "gauge",
    help: "No label",
    labels: [],
    read: (_, put) => put(1.5),
  },
  {
    name: "mapd_empty_total",
    type: "counter",
    help: "No sample",
    labels: ["domain"],
    read: () => undefined,
  },
  {
    name: "mapd_labelled_total",
    type: "counter",
    help: "Two labels",
    labels: ["domain", "rule"],
    read(_, put) {
      put(0, "a", 'b"\\\n');
      put(Number.NaN, "ä€😀", "");
      put(Number.NEGATIVE_INFINITY, "a");
      put(2 ** 53, "a", "b");
    },
  },
  {
    name: "mapd_classes",
    type: "histogram",
    help: "Two bounds",
    labels: ["domain"],
    bounds: [1, 2.5],
    read: (_, put) => put([3, 4, 5], 42, "a"),
  },
  {
    name: "mapd_bare",
    type: "histogram",
    help: "No label",
    labels: [],
    bounds: [1],
    read: (_, put) => put([], 0),
  },
];

const TEXT = `# HELP mapd_plain No label
# TYPE mapd_plain gauge
mapd_plain 1.5
# HELP mapd_empty_total No sample
# TYPE mapd_empty_total counter
# HELP mapd_labelled_total Two labels
# TYPE mapd_labelled_total counter
mapd_labelled_total{domain="a",rule="b\\"\\\\\\n"} 0
mapd_labelled_total{domain="ä€😀",rule=""} NaN
mapd_labelled_total{domain="a",rule=""} -Inf
mapd_labelled_total{domain="a",rule="b"} 9007199254740992
# HELP mapd_classes Two bounds
# TYPE mapd_classes histogram
mapd_classes_bucket{domain="a",le="1"} 3
mapd_classes_bucket{domain="a",le="2.5"} 7
mapd_classes_bucket{domain="a",le="+Inf"} 12
mapd_classes_sum{domain="a"} 42
mapd_classes_count{domain="a"} 12
# HELP mapd_bare No label
# TYPE mapd_bare histogram
mapd_bare_bucket{le="1"} 0
mapd_bare_bucket{le="+Inf"} 0
mapd_bare_sum 0
mapd_bare_count 0
`;

test("numbers and histograms, with and without labels, whatever is in them", (t) => {
  const writer = new ExpositionWriter();
  writer.table(TABLE, SCRAPE);
  t.equal(writer.text(), TEXT);
  t.end();
});

test("a text has nothing of the one before", (t) => {
  const writer = new ExpositionWriter();
  writer.lines("first");
  t.equal(writer.text(), "first\n");
  writer.begin();
  writer.table(TABLE, SCRAPE);
  t.equal(writer.text(), TEXT);
  t.end();
});

test("there is room for as much as there is", (t) => {
  const writer = new ExpositionWriter();
  const line = "€".repeat(999);
  const lines = Array.from({ length: 300 }, (_, at) => `${at} ${line}`);
  for (const one of lines) writer.lines(one);
  t.equal(writer.text(), `${lines.join("\n")}\n`);
  writer.begin();
  const long = "x".repeat(3_000_000);
  writer.sample("mapd_long", ["rule"], [long], 1);
  t.equal(writer.text(), `mapd_long{rule="${long}"} 1\n`);
  t.end();
});
