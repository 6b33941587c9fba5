/** Metrics of packets: how many, how many not and why, and what was made of them. */
import { type CounterName, counterIndex } from "../../src/counters.js";
import { DROPS } from "../../src/verdict.js";
import { byDirection, dropsOf } from "../runtime/status.js";
import type { Metric, NumberMetric } from "./metric.js";

const FAMILIES = ["ipv4", "ipv6"] as const;
const DIRECTIONS = ["in", "out"] as const;

function traffic(unit: "packets" | "bytes", help: string): NumberMetric {
  return {
    name: `mapd_${unit}_total`,
    type: "counter",
    help,
    labels: ["domain", "direction", "family"],
    read({ domains }, put) {
      for (const { name, counters } of domains) {
        const numbers = byDirection(counters, unit);
        for (const direction of DIRECTIONS) {
          for (const family of FAMILIES) put(numbers[direction][family], name, direction, family);
        }
      }
    },
  };
}

/** A row of the table of counters, with no label but the domain. */
function plain(row: CounterName, type: "counter" | "gauge", help: string): NumberMetric {
  const index = counterIndex(row);
  return {
    name: type === "counter" ? `mapd_${row}_total` : `mapd_${row}`,
    type,
    help,
    labels: ["domain"],
    read({ domains }, put) {
      for (const { name, counters } of domains) put(counters[index]!, name);
    },
  };
}

export const TRAFFIC_METRICS: readonly Metric[] = [
  traffic(
    "packets",
    "Packets read from (in) and written to (out) the TUN device; a super-packet counts once",
  ),
  traffic("bytes", "Bytes of the packets read from (in) and written to (out) the TUN device"),
  {
    name: "mapd_dropped_packets_total",
    type: "counter",
    help: "Packets not forwarded, by reason and by the family that they came in with",
    labels: ["domain", "family", "reason"],
    read({ domains }, put) {
      for (const { name, counters } of domains) {
        for (const row of DROPS) {
          const drops = dropsOf(counters, row.code);
          for (const family of FAMILIES) put(drops[family], name, family, row.name);
        }
      }
    },
  },
  plain("hairpin_packets", "counter", "Packets from CE to CE, or from LAN host to LAN host"),
  plain(
    "created_packets",
    "counter",
    "Packets made here: ICMP errors, further fragments and segments, whole datagrams",
  ),
  plain(
    "absorbed_packets",
    "counter",
    "Fragments that became part of a whole datagram, super-packets that were cut",
  ),
  plain("icmp_errors_sent", "counter", "ICMP errors of our own about packets that were dropped"),
  plain("held_fragments", "gauge", "Fragments that wait for others now"),
  plain("tun_read_errors", "counter", "Reads of the TUN device that failed"),
  {
    name: "mapd_tun_queue_drops_total",
    type: "counter",
    help: "Packets that the kernel dropped since the queue of the TUN device, or its intake, was full",
    labels: ["domain"],
    read({ domains, queueDrops }, put) {
      for (const { name, view } of domains) {
        put((queueDrops.get(view.config.tun.name) ?? 0) + view.intakeDrops(), name);
      }
    },
  },
  {
    name: "mapd_rule_packets_total",
    type: "counter",
    help: "Packets that a rule let pass, where rule-counters is on; a super-packet counts once",
    labels: ["domain", "rule", "direction"],
    read({ domains }, put) {
      for (const { name, view } of domains) {
        for (const [rule, { toCe, fromCe }] of view.ruleHits() ?? []) {
          put(toCe, name, rule, "to_ce");
          put(fromCe, name, rule, "from_ce");
        }
      }
    },
  },
];
