/** `statistics`: packets and bytes each way, hits of rules, drops by cause; one moment of each domain. */
import { counterIndex } from "../../../src/counters.js";
import { byDirection, dropsDocument } from "../../runtime/status.js";
import {
  type ControlCommand,
  type ControlledDaemon,
  type ControlledDomain,
  controlCommand,
} from "../command.js";
import type { DomainStatistics, StatisticsDocument } from "./documents.js";
import { chosenDomains, FILTER } from "./filter.js";

/** Rules whose hits are among the statistics; `rules` has those of all. */
const MOST_HITS = 1000;

export function statisticsCommand(daemon: ControlledDaemon): ControlCommand {
  return controlCommand(
    "statistics",
    "Packets, bytes, hits and drops by domain: mapd.statistics/1",
    FILTER,
    (filter): StatisticsDocument => ({
      schema: "mapd.statistics/1",
      domains: chosenDomains(daemon, filter).map(domainStatistics),
    }),
  );
}

function domainStatistics(domain: ControlledDomain): DomainStatistics {
  const { name, mode, role } = domain.config.settings;
  const counters = domain.counters();
  const hits = domain.ruleHits(0, MOST_HITS);
  return {
    name,
    mode,
    role,
    packets: byDirection(counters, "packets"),
    bytes: byDirection(counters, "bytes"),
    hairpinPackets: counters[counterIndex("hairpin_packets")]!,
    createdPackets: counters[counterIndex("created_packets")]!,
    absorbedPackets: counters[counterIndex("absorbed_packets")]!,
    heldFragments: counters[counterIndex("held_fragments")]!,
    icmpErrorsSent: counters[counterIndex("icmp_errors_sent")]!,
    ...dropsDocument(counters),
    hits: hits === null ? null : Object.fromEntries(hits),
  };
}
