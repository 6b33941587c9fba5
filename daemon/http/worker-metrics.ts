/** Metrics of the packet workers of a domain. */
import { counterIndex } from "../../src/counters.js";
import { BATCH_CLASSES } from "../runtime/loop-times.js";
import type { Metric, NumberMetric, Scrape, ScrapedDomain } from "./metric.js";

type Worker = ScrapedDomain["view"]["workers"][number];

const READ = [counterIndex("in_ipv4_packets"), counterIndex("in_ipv6_packets")];

/** A number of a domain's workers, with no label but the domain. */
function ofWorkers(
  head: Pick<NumberMetric, "name" | "type" | "help">,
  of: (workers: readonly Worker[]) => number,
): NumberMetric {
  return {
    ...head,
    labels: ["domain"],
    read({ domains }: Scrape, put) {
      for (const { name, view } of domains) put(of(view.workers), name);
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

export const WORKER_METRICS: readonly Metric[] = [
  ofWorkers(
    { name: "mapd_workers", type: "gauge", help: "Packet workers that should run" },
    (workers) => workers.length,
  ),
  ofWorkers(
    { name: "mapd_workers_running", type: "gauge", help: "Packet workers that run" },
    (workers) => workers.filter(({ alive }) => alive).length,
  ),
  {
    name: "mapd_worker_restarts_total",
    type: "counter",
    help: "Packet workers that died or hung and were started again",
    labels: ["domain", "cause"],
    read({ domains }, put) {
      for (const { name, view } of domains) {
        const hung = sum(view.workers.map(({ hangs }) => hangs));
        put(sum(view.workers.map(({ restarts }) => restarts)) - hung, name, "died");
        put(hung, name, "hung");
      }
    },
  },
  ofWorkers(
    {
      name: "mapd_worker_busy_seconds_total",
      type: "counter",
      help: "Time that packet workers were awake; a second a second and worker is all there is",
    },
    (workers) => sum(workers.map(({ loop }) => loop.busySeconds)),
  ),
  ofWorkers(
    {
      name: "mapd_loop_lag_seconds",
      type: "gauge",
      help: "Longest time of the last second for which a worker, awake, did not look at its queue",
    },
    (workers) => Math.max(0, ...workers.map(({ loop }) => loop.lagSeconds)),
  ),
  {
    name: "mapd_batch_packets",
    type: "histogram",
    help: "Packets read at once",
    labels: ["domain"],
    bounds: BATCH_CLASSES,
    read({ domains }, put) {
      for (const { name, view, counters } of domains) {
        const classes = BATCH_CLASSES.map((_, row) =>
          sum(view.workers.map(({ loop }) => loop.batches[row] ?? 0)),
        );
        put(classes, sum(READ.map((index) => counters[index]!)), name);
      }
    },
  },
];
