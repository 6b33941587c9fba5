/** Metrics of the daemon as a whole: whether it serves, with which configuration, and its state file. */
import type { StateStatus } from "../state/keeper.js";
import type { MeteredDomain, Metric, NumberMetric, Scrape } from "./metric.js";

function ofDaemon(
  name: NumberMetric["name"],
  help: string,
  of: (scrape: Scrape) => number,
): NumberMetric {
  return { name, type: "gauge", help, labels: [], read: (scrape, put) => put(of(scrape)) };
}

/** Nothing where no state file is configured. */
function ofState(
  name: NumberMetric["name"],
  help: string,
  of: (state: StateStatus) => number,
): NumberMetric {
  return {
    name,
    type: "gauge",
    help,
    labels: [],
    read({ daemon }, put) {
      if (daemon.state !== null) put(of(daemon.state));
    },
  };
}

/** 1 or 0 by domain; nothing where there is no such thing to be on or off. */
function switchOf(
  name: NumberMetric["name"],
  help: string,
  of: (view: MeteredDomain) => { readonly on: boolean } | null,
): NumberMetric {
  return {
    name,
    type: "gauge",
    help,
    labels: ["domain"],
    read({ domains }, put) {
      for (const { name: domain, view } of domains) {
        const state = of(view);
        if (state !== null) put(state.on ? 1 : 0, domain);
      }
    },
  };
}

export const DAEMON_METRICS: readonly Metric[] = [
  {
    name: "mapd_build_info",
    type: "gauge",
    help: "Always 1; which mapd on which Node",
    labels: ["version", "node"],
    read: ({ version }, put) => put(1, version, process.versions.node),
  },
  {
    name: "mapd_domain_info",
    type: "gauge",
    help: "Always 1; mode and role of each domain",
    labels: ["domain", "mode", "role"],
    read({ domains }, put) {
      for (const { name, view } of domains) {
        put(1, name, view.config.settings.mode, view.config.settings.role);
      }
    },
  },
  ofDaemon(
    "mapd_ready",
    "1 while packets pass and are welcome, else 0; /readyz says why",
    (scrape) => (scrape.readiness.ready ? 1 : 0),
  ),
  ofDaemon("mapd_draining", "1 while mapd is out of service because somebody wants it", (scrape) =>
    scrape.readiness.phase === "draining" ? 1 : 0,
  ),
  {
    name: "mapd_announced",
    type: "gauge",
    help: "1 while the domain has its marker routes, else 0; only where announce is configured",
    labels: ["domain"],
    read({ domains, readiness }, put) {
      for (const { name, view } of domains) {
        if (view.config.announce === null) continue;
        put(readiness.announced.includes(name) ? 1 : 0, name);
      }
    },
  },
  switchOf(
    "mapd_classifier_active",
    "1 while super-packets enter the tunnel whole, else 0; only for MAP-E with offloads",
    ({ classifier }) => classifier,
  ),
  switchOf(
    "mapd_intake_active",
    "1 while super-packets leave the tunnel whole, else 0; only where the classifier is active",
    ({ intake }) => intake,
  ),
  {
    name: "mapd_config_info",
    type: "gauge",
    help: "Always 1; hash of the configuration in force, equal on border relays that agree",
    labels: ["hash"],
    read: ({ daemon }, put) => put(1, daemon.config.hash),
  },
  ofDaemon(
    "mapd_config_last_reload_successful",
    "0 while the file last read is not the configuration in force",
    ({ daemon }) => (daemon.lastReload.successful ? 1 : 0),
  ),
  ofDaemon(
    "mapd_config_last_reload_success_timestamp_seconds",
    "When the configuration in force was taken",
    ({ daemon }) => daemon.lastReload.successSeconds,
  ),
  ofState("mapd_state_file_healthy", "0 while the state file cannot be used or written", (state) =>
    state.problem === null ? 1 : 0,
  ),
  ofState(
    "mapd_state_restored_sessions",
    "NAT44 sessions of an earlier mapd that went on when this one started",
    (state) => state.restoredSessions,
  ),
  ofState(
    "mapd_state_lost_sessions",
    "NAT44 sessions of an earlier mapd that could not go on when this one started",
    (state) => state.lostSessions,
  ),
];
