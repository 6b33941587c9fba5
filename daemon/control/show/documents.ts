/** What the commands that show domains, rules, devices and traffic answer: the documents that `mapctl --json` prints. */
import type { Iid, RuleKind } from "../../../src/map/types.js";
import type { Mode, Role } from "../../../src/pipeline/settings.js";
import type { RuleHits } from "../../runtime/rule-hits.js";
import type { ByDirection, ByFamily, CeStatus, DomainStatus } from "../../runtime/status.js";

/** The six values of a rule, and what makes it a rule of this daemon. */
export interface RuleValues {
  readonly ruleIpv6Prefix: string;
  readonly ruleIpv4Prefix: string;
  readonly eaLen: number;
  readonly psidOffset: number;
  readonly psidLen: number;
  /** Of a 1:1 rule alone. */
  readonly psid?: number;
  readonly iid: Iid;
}

/** What follows from the six values. */
export interface DerivedFacts {
  readonly mode: RuleKind;
  readonly endUserPrefixLen: number;
  readonly ceCount: number;
  readonly sharingRatio: number;
  readonly portsPerCe: number;
  readonly excludedPorts: number;
}

export interface RuleRow extends DerivedFacts {
  readonly name: string;
  readonly rule: RuleValues;
  /** The basic mapping rule of a CE. */
  readonly basic: boolean;
  /** A forwarding mapping rule, too. */
  readonly forwarding: boolean;
  /** Contiguous ranges in the port set of each CE. */
  readonly rangesPerCe: number;
  /** null where `rule-counters` is off, and on a CE. */
  readonly hits: RuleHits | null;
}

export interface DomainRow
  extends Pick<DomainStatus, "name" | "mode" | "role" | "dmrIpv6Prefix" | "mtu" | "routes"> {
  readonly device: string;
  /** MAP-E, else empty. */
  readonly brIpv6Addresses: readonly string[];
  /** Inside prefixes that the NAT44 of a CE takes; null where there is no NAT44. */
  readonly localIpv4Prefixes: readonly string[] | null;
  /** null on a BR. */
  readonly ce: CeStatus | null;
  readonly ruleCount: number;
  /** The first of them; `rules` has all. */
  readonly rules: readonly RuleRow[];
}

export interface DomainsDocument {
  readonly schema: "mapd.domains/1";
  readonly domains: readonly DomainRow[];
}

export interface RulesDocument {
  readonly schema: "mapd.rules/1";
  /** Of all domains that were asked for. */
  readonly total: number;
  /** Cursor of the next page; null after the last. */
  readonly next: number | null;
  readonly rules: readonly (RuleRow & { readonly domain: string })[];
}

/** What one family of a domain's device is for. */
export interface InterfaceSide {
  readonly family: "ipv4" | "ipv6";
  /** What lies behind: the Internet (IPv4 of a BR), the LAN (IPv4 of a CE), or the MAP domain (IPv6). */
  readonly zone: "internet" | "lan" | "map-domain";
  /** Largest packet there, bytes. */
  readonly mtu: number;
  /** What the device takes: destinations that lead into it. The first of them; `takesCount` says how many there are. */
  readonly takes: readonly string[];
  readonly takesCount: number;
  /** Addresses on the device; null where the kernel does not say. */
  readonly addresses: readonly string[] | null;
}

export interface InterfaceRow {
  readonly name: string;
  readonly domain: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly queues: number;
  readonly offloads: readonly string[];
  readonly routes: "auto" | "off";
  /** From the kernel; null where it does not say. */
  readonly link: { readonly up: boolean; readonly mtu: number } | null;
  readonly sides: readonly InterfaceSide[];
}

export interface InterfacesDocument {
  readonly schema: "mapd.interfaces/1";
  readonly interfaces: readonly InterfaceRow[];
}

export interface DomainStatistics {
  readonly name: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly packets: ByDirection;
  readonly bytes: ByDirection;
  readonly hairpinPackets: number;
  readonly createdPackets: number;
  readonly absorbedPackets: number;
  readonly heldFragments: number;
  readonly icmpErrorsSent: number;
  readonly dropped: number;
  /** Every reason, by the family that the packet came in with. */
  readonly drops: Readonly<Record<string, ByFamily>>;
  /** By rule, of the first 1000; null where `rule-counters` is off, and on a CE. */
  readonly hits: Readonly<Record<string, RuleHits>> | null;
}

export interface StatisticsDocument {
  readonly schema: "mapd.statistics/1";
  readonly domains: readonly DomainStatistics[];
}

export interface ConfigDocumentAnswer {
  readonly schema: "mapd.config/1";
  readonly hash: string;
  /** In the words of the file. */
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface LogLevelDocument {
  readonly schema: "mapd.log-level/1";
  readonly level: string;
  /** Only where it was changed: the one before. */
  readonly before?: string;
}
