/** Metrics of what went wrong: the daemon's from the table of failures, and each domain's own. */
import { FAILURES, type Failure } from "../runtime/failures.js";
import type { Metric, NumberMetric, ScrapedDomain } from "./metric.js";

function ofFailure(failure: Failure): NumberMetric {
  const { help } = FAILURES[failure];
  const reasons: readonly string[] = FAILURES[failure].reasons;
  return {
    name: `mapd_${failure}_total`,
    type: "counter",
    help,
    labels: reasons.length === 0 ? [] : ["reason"],
    read({ daemon }, put) {
      for (const [at, count] of daemon.failures.read(failure).entries()) {
        put(count, ...reasons.slice(at, at + 1));
      }
    },
  };
}

function ofDomain(
  name: NumberMetric["name"],
  help: string,
  of: (domain: ScrapedDomain["view"]["failures"]) => number,
): NumberMetric {
  return {
    name,
    type: "counter",
    help,
    labels: ["domain"],
    read({ domains }, put) {
      for (const { name: domain, view } of domains) put(of(view.failures), domain);
    },
  };
}

const NAMES = Object.keys(FAILURES) as Failure[];

export const FAILURE_METRICS: readonly Metric[] = [
  ofDomain(
    "mapd_device_recreations_total",
    "Times that the TUN device was deleted under mapd and has been made again",
    ({ recreations }) => recreations,
  ),
  ofDomain(
    "mapd_device_recreation_failures_total",
    "Times that a TUN device that was deleted could not be made again yet",
    ({ recreationFailures }) => recreationFailures,
  ),
  ofDomain(
    "mapd_device_downs_total",
    "Times that somebody has set the TUN device down under mapd",
    ({ downs }) => downs,
  ),
  ofDomain(
    "mapd_device_refit_failures_total",
    "Times that addresses and routes could not be put back yet on a TUN device that is up again",
    ({ refitFailures }) => refitFailures,
  ),
  ofDomain(
    "mapd_classifier_losses_total",
    "Times that another program has taken a classifier of a MAP-E domain away",
    ({ classifierLosses }) => classifierLosses,
  ),
  ...NAMES.map(ofFailure),
];
