/** All that knows prom-client. Numbers are taken from shared memory when somebody scrapes, never counted here. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { counterIndex } from "../../src/counters.js";
import { DROPS } from "../../src/verdict.js";
import {
  byDirection,
  type DaemonView,
  type DomainView,
  dropsOf,
  nat44Status,
} from "../runtime/status.js";

const FAMILIES = ["ipv4", "ipv6"] as const;
const DIRECTIONS = ["in", "out"] as const;

/** Counters of the table that have a metric of their own, with no label but the domain. */
const PLAIN_COUNTERS = [
  { row: "hairpin_packets", help: "Packets from CE to CE that the BR turned around" },
  {
    row: "created_packets",
    help: "Packets made here: ICMP errors, further fragments and segments, whole datagrams",
  },
  {
    row: "absorbed_packets",
    help: "Fragments that became part of a whole datagram, super-packets that were cut",
  },
  { row: "icmp_errors_sent", help: "ICMP errors of our own about packets that were dropped" },
  { row: "tun_read_errors", help: "Reads of the TUN device that failed" },
  { row: "batches", help: "Batches of packets read from the TUN device" },
] as const;

/** Default metrics of prom-client that are gauges with the suffix of a counter; those beside them say the same by type. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
] as const;

const MAPPINGS = [
  { protocol: "tcp", row: "nat44_mappings_tcp" },
  { protocol: "udp", row: "nat44_mappings_udp" },
  { protocol: "icmp", row: "nat44_mappings_icmp" },
] as const;

export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** The metrics of a daemon. Labels are from closed sets: never an address, a PSID, a subscriber or a host. */
export function createMetrics(daemon: DaemonView, version: string): MetricsText {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  addTraffic(registry, daemon);
  addDrops(registry, daemon);
  addPlainCounters(registry, daemon);
  addHeldFragments(registry, daemon);
  addNat44(registry, daemon);
  addWorkers(registry, daemon);
  addDaemon(registry, daemon, version);
  return { contentType: registry.contentType, text: () => registry.metrics() };
}

function nameOf(domain: DomainView): string {
  return domain.config.settings.name;
}

function addTraffic(registry: Registry, daemon: DaemonView): void {
  for (const unit of ["packets", "bytes"] as const) {
    const help =
      unit === "packets"
        ? "Packets read from (in) and written to (out) the TUN device; a super-packet counts once"
        : "Bytes of the packets read from (in) and written to (out) the TUN device";
    new Counter({
      name: `mapd_${unit}_total`,
      help,
      labelNames: ["domain", "direction", "family"],
      registers: [registry],
      collect() {
        this.reset();
        for (const domain of daemon.domains) {
          const numbers = byDirection(domain.counters(), unit);
          for (const direction of DIRECTIONS) {
            for (const family of FAMILIES) {
              const labels = { domain: nameOf(domain), direction, family };
              this.inc(labels, numbers[direction][family]);
            }
          }
        }
      },
    });
  }
}

function addDrops(registry: Registry, daemon: DaemonView): void {
  new Counter({
    name: "mapd_dropped_packets_total",
    help: "Packets not forwarded, by reason and by the family that they came in with",
    labelNames: ["domain", "family", "reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of daemon.domains) {
        const counters = domain.counters();
        for (const row of DROPS) {
          const drops = dropsOf(counters, row.code);
          for (const family of FAMILIES) {
            this.inc({ domain: nameOf(domain), family, reason: row.name }, drops[family]);
          }
        }
      }
    },
  });
}

function addPlainCounters(registry: Registry, daemon: DaemonView): void {
  for (const { row, help } of PLAIN_COUNTERS) {
    const index = counterIndex(row);
    new Counter({
      name: `mapd_${row}_total`,
      help,
      labelNames: ["domain"],
      registers: [registry],
      collect() {
        this.reset();
        for (const domain of daemon.domains) {
          this.inc({ domain: nameOf(domain) }, domain.counters()[index]!);
        }
      },
    });
  }
}

function addHeldFragments(registry: Registry, daemon: DaemonView): void {
  const index = counterIndex("held_fragments");
  new Gauge({
    name: "mapd_held_fragments",
    help: "Fragments that wait for others now",
    labelNames: ["domain"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of daemon.domains) {
        this.set({ domain: nameOf(domain) }, domain.counters()[index]!);
      }
    },
  });
}

/** CE domains with NAT44 only; a BR has no such table. */
function addNat44(registry: Registry, daemon: DaemonView): void {
  const natDomains = (): readonly DomainView[] =>
    daemon.domains.filter(
      ({ config: { settings } }) => settings.role === "ce" && settings.nat44 !== null,
    );
  new Gauge({
    name: "mapd_nat_mappings",
    help: "NAT44 mappings now",
    labelNames: ["domain", "protocol"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of natDomains()) {
        const counters = domain.counters();
        for (const { protocol, row } of MAPPINGS) {
          this.set({ domain: nameOf(domain), protocol }, counters[counterIndex(row)]!);
        }
      }
    },
  });
  new Gauge({
    name: "mapd_nat_ports",
    help: "External ports of NAT44 now, identifiers for icmp; the states together are the port set",
    labelNames: ["domain", "protocol", "state"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of natDomains()) {
        const ports = nat44Status(domain, domain.counters())?.ports;
        for (const { protocol } of MAPPINGS) {
          for (const state of ["used", "free", "reserved"] as const) {
            const labels = { domain: nameOf(domain), protocol, state };
            if (ports !== undefined) this.set(labels, ports[protocol][state]);
          }
        }
      }
    },
  });
  new Gauge({
    name: "mapd_nat_sessions",
    help: "NAT44 sessions now",
    labelNames: ["domain"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of natDomains()) {
        this.set({ domain: nameOf(domain) }, domain.counters()[counterIndex("nat44_sessions")]!);
      }
    },
  });
}

function addWorkers(registry: Registry, daemon: DaemonView): void {
  new Counter({
    name: "mapd_worker_restarts_total",
    help: "Packet workers that died and were started again",
    labelNames: ["domain"],
    registers: [registry],
    collect() {
      this.reset();
      for (const domain of daemon.domains) {
        const restarts = domain.workers.reduce((sum, worker) => sum + worker.restarts, 0);
        this.inc({ domain: nameOf(domain) }, restarts);
      }
    },
  });
}

function addDaemon(registry: Registry, daemon: DaemonView, version: string): void {
  const registers = [registry];
  new Gauge({
    name: "mapd_ready",
    help: "1 while packets pass, 0 while something that /readyz names is missing",
    registers,
    collect() {
      this.set(daemon.reasons().length === 0 ? 1 : 0);
    },
  });
  new Gauge({
    name: "mapd_build_info",
    help: "Always 1; which mapd on which Node",
    labelNames: ["version", "node"],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  new Gauge({
    name: "mapd_domain_info",
    help: "Always 1; mode and role of each domain",
    labelNames: ["domain", "mode", "role"],
    registers,
    collect() {
      this.reset();
      for (const domain of daemon.domains) {
        const { mode, role } = domain.config.settings;
        this.set({ domain: nameOf(domain), mode, role }, 1);
      }
    },
  });
  addConfig(registers, daemon);
}

function addConfig(registers: Registry[], daemon: DaemonView): void {
  new Gauge({
    name: "mapd_config_info",
    help: "Always 1; hash of the configuration in force, equal on border relays that agree",
    labelNames: ["hash"],
    registers,
    collect() {
      this.reset();
      this.set({ hash: daemon.config.hash }, 1);
    },
  });
  new Gauge({
    name: "mapd_config_last_reload_successful",
    help: "0 while the file last read is not the configuration in force",
    registers,
    collect() {
      this.set(daemon.lastReload.successful ? 1 : 0);
    },
  });
  new Gauge({
    name: "mapd_config_last_reload_success_timestamp_seconds",
    help: "When the configuration in force was taken",
    registers,
    collect() {
      this.set(daemon.lastReload.successSeconds);
    },
  });
}
