/** Metrics of the NAT44 of CE domains; a BR has none of them. */
import { counterIndex } from "../../src/counters.js";
import { NAT44_HOST_QUOTA, NAT44_NO_FREE_PORT, NAT44_TABLE_FULL } from "../../src/verdict.js";
import { dropsOf, type Nat44Status, nat44Status } from "../runtime/status.js";
import type { Metric, Scrape, ScrapedDomain } from "./metric.js";

const PROTOCOLS = ["tcp", "udp", "icmp"] as const;
const STATES = ["used", "free", "reserved"] as const;
const SESSIONS = counterIndex("nat44_sessions");

/** Drops for want of ports or room, as the label says it. */
const FAILURES = [
  { reason: "no_free_port", code: NAT44_NO_FREE_PORT },
  { reason: "host_quota", code: NAT44_HOST_QUOTA },
  { reason: "table_full", code: NAT44_TABLE_FULL },
] as const;

interface NatDomain extends ScrapedDomain {
  readonly nat44: Nat44Status;
}

function natDomains({ domains }: Scrape): readonly NatDomain[] {
  return domains.flatMap((domain) => {
    const nat44 = nat44Status(domain.view, domain.counters);
    // The other way round V8 (Node 20) would make a hidden class each time, and keep it for long.
    return nat44 === null ? [] : [{ nat44, ...domain }];
  });
}

export const NAT44_METRICS: readonly Metric[] = [
  {
    name: "mapd_nat_mappings",
    type: "gauge",
    help: "NAT44 mappings now",
    labels: ["domain", "protocol"],
    read(scrape, put) {
      for (const { name, nat44 } of natDomains(scrape)) {
        for (const protocol of PROTOCOLS) put(nat44.mappings[protocol], name, protocol);
      }
    },
  },
  {
    name: "mapd_nat_ports",
    type: "gauge",
    help: "External ports of NAT44 now, identifiers for icmp; the states together are the port set",
    labels: ["domain", "protocol", "state"],
    read(scrape, put) {
      for (const { name, nat44 } of natDomains(scrape)) {
        for (const protocol of PROTOCOLS) {
          for (const state of STATES) put(nat44.ports[protocol][state], name, protocol, state);
        }
      }
    },
  },
  {
    name: "mapd_nat_sessions",
    type: "gauge",
    help: "NAT44 sessions now",
    labels: ["domain"],
    read(scrape, put) {
      for (const { name, counters } of natDomains(scrape)) put(counters[SESSIONS]!, name);
    },
  },
  {
    name: "mapd_nat_sessions_limit",
    type: "gauge",
    help: "NAT44 sessions that there is room for",
    labels: ["domain"],
    read(scrape, put) {
      for (const { name, nat44 } of natDomains(scrape)) put(nat44.maxSessions, name);
    },
  },
  {
    name: "mapd_nat_allocation_failures_total",
    type: "counter",
    help: "Packets for which NAT44 had no port or no room; among the dropped packets, too",
    labels: ["domain", "reason"],
    read(scrape, put) {
      for (const { name, counters } of natDomains(scrape)) {
        for (const { reason, code } of FAILURES) {
          const { ipv4, ipv6 } = dropsOf(counters, code);
          put(ipv4 + ipv6, name, reason);
        }
      }
    },
  },
];
