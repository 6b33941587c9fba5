/** The documents mapd.status/1 and mapd.counters/1, made from the tables and the running domains. */
import { COUNTERS, counterIndex, dropIndex } from "../../src/counters.js";
import { type Ce, portSetOf } from "../../src/map/ce.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Filtering, TcpPortReuse } from "../../src/nat44/settings.js";
import type { CeSettings, Mode, Role } from "../../src/pipeline/settings.js";
import { DROPS } from "../../src/verdict.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import type { DomainConfig } from "../config/types.js";
import type { StateStatus } from "../state/keeper.js";
import type { Classifier, Intake } from "./classifier.js";
import { offloadNames } from "./device.js";
import type { FailureNumbers } from "./failures.js";
import type { LoopNumbers } from "./loop-times.js";
import type { PortNumbers, PortsByProtocol } from "./nat44-ports.js";
import type { Phase } from "./readiness.js";

/** Packets or bytes by family. */
export interface ByFamily {
  readonly ipv4: number;
  readonly ipv6: number;
}

export interface ByDirection {
  /** Read from the device. */
  readonly in: ByFamily;
  /** Written to the device. */
  readonly out: ByFamily;
}

export interface CeStatus {
  /** Name of the basic mapping rule. */
  readonly rule: string;
  readonly endUserIpv6Prefix: string;
  readonly mapIpv6: string;
  readonly ipv4: string;
  readonly ipv4PrefixLen: number;
  /** null where the address is not shared. */
  readonly psid: number | null;
  readonly portsPerCe: number;
  readonly portRangeCount: number;
  readonly portRanges: readonly (readonly [number, number])[];
}

export interface BrStatus {
  /** Number of mapping rules. */
  readonly rules: number;
}

/** Something that may be refused; `reason`: where it is off. */
export interface Switch {
  readonly on: boolean;
  readonly reason: string | null;
}

export interface DomainStatus {
  readonly name: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly tun: {
    readonly name: string;
    readonly queues: number;
    readonly offloads: readonly string[];
    /** MAP-E with offloads: whether super-packets enter the tunnel whole, or why not. Else null. */
    readonly classifier: Switch | null;
    /** With the classifier: whether they leave it whole, or why not. Else null. */
    readonly intake: Switch | null;
    /** IPv4 address of the device itself, for programs on the CE host. */
    readonly ipv4: string | null;
  };
  /** MAP-T, else null. */
  readonly dmrIpv6Prefix: string | null;
  /** MAP-E, else empty. */
  readonly brIpv6Addresses: readonly string[];
  readonly mtu: { readonly ipv6: number; readonly ipv4: number; readonly lowestIpv6: number };
  readonly routes: "auto" | "off";
  /** null on a BR. */
  readonly ce: CeStatus | null;
  /** null on a CE. */
  readonly br: BrStatus | null;
  readonly packets: ByDirection;
  readonly bytes: ByDirection;
  readonly dropped: number;
  /** null where NAT44 is off. */
  readonly nat44: Nat44Status | null;
  readonly workers: readonly WorkerStatus[];
}

export interface Nat44Status {
  readonly filtering: Filtering;
  readonly tcpPortReuse: TcpPortReuse;
  readonly mappings: { readonly tcp: number; readonly udp: number; readonly icmp: number };
  readonly sessions: number;
  readonly maxSessions: number;
  /** External ports; for ICMP, identifiers. */
  readonly ports: {
    readonly tcp: PortsStatus;
    readonly udp: PortsStatus;
    readonly icmp: PortsStatus;
  };
  /** Forwards of the configuration. */
  readonly forwards: number;
  readonly pcp: boolean;
}

/** The three together are the port set. */
export interface PortsStatus {
  /** By explicit mappings, too. */
  readonly used: number;
  readonly free: number;
  /** Never given out by chance. */
  readonly reserved: number;
}

export interface WorkerStatus {
  readonly queue: number;
  readonly alive: boolean;
  readonly restarts: number;
}

export interface StatusDocument {
  readonly schema: "mapd.status/1";
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly phase: Phase;
  readonly ready: boolean;
  /** Why not ready; empty when ready. */
  readonly reasons: readonly string[];
  readonly configHash: string;
  readonly lastReloadSuccessful: boolean;
  /** null where no state file is configured. */
  readonly state: StateStatus | null;
  readonly domains: readonly DomainStatus[];
}

export interface CountersDocument {
  readonly schema: "mapd.counters/1";
  readonly domains: readonly DomainCounters[];
}

export interface DomainCounters {
  readonly name: string;
  /** By the names of the counter table. */
  readonly counters: Readonly<Record<string, number>>;
  /** By reason, then by the family that the packet came in with. */
  readonly drops: Readonly<Record<string, ByFamily>>;
  readonly dropped: number;
}

/** What a domain shows of itself; Domain has this shape. */
export interface DomainView {
  readonly config: DomainConfig;
  readonly ce: Ce | null;
  readonly offloads: number;
  readonly classifier: Classifier | null;
  readonly intake: Intake | null;
  readonly workers: readonly {
    readonly index: number;
    readonly alive: boolean;
    readonly restarts: number;
    /** Of those, because its loop hung. */
    readonly hangs: number;
    readonly ports: PortsByProtocol;
    readonly loop: LoopNumbers;
  }[];
  readonly failures: DomainFailures;
  /** Packets that the kernel dropped since an intake was full. */
  intakeDrops(): number;
  counters(): Float64Array;
}

/** How often something went wrong that is a domain's own, beside its workers. */
export interface DomainFailures {
  /** The device was deleted and has been made again. */
  readonly recreations: number;
  /** That was tried in vain. */
  readonly recreationFailures: number;
  /** Somebody has set the device down. */
  readonly downs: number;
  /** Addresses and routes could not be put back when it was up again. */
  readonly refitFailures: number;
  /** Another program has taken the classifier away. */
  readonly classifierLosses: number;
}

/** What a daemon shows of itself; Daemon has this shape. */
export interface DaemonView {
  readonly config: { readonly hash: string };
  readonly domains: readonly DomainView[];
  readonly uptimeSeconds: number;
  readonly state: StateStatus | null;
  readonly phase: Phase;
  readonly lastReload: { readonly successful: boolean; readonly successSeconds: number };
  readonly failures: FailureNumbers;
  reasons(): readonly string[];
}

export function statusDocument(daemon: DaemonView, version: string): StatusDocument {
  const reasons = daemon.reasons();
  return {
    schema: "mapd.status/1",
    version,
    pid: process.pid,
    uptimeSeconds: Math.round(daemon.uptimeSeconds * 1000) / 1000,
    phase: daemon.phase,
    ready: reasons.length === 0,
    reasons,
    configHash: daemon.config.hash,
    lastReloadSuccessful: daemon.lastReload.successful,
    state: daemon.state,
    domains: daemon.domains.map(domainStatus),
  };
}

function domainStatus(domain: DomainView): DomainStatus {
  const { settings, tun, routes } = domain.config;
  const counters = domain.counters();
  return {
    name: settings.name,
    mode: settings.mode,
    role: settings.role,
    tun: {
      name: tun.name,
      queues: tun.queues,
      offloads: offloadNames(domain.offloads),
      classifier: switchStatus(domain.classifier),
      intake: switchStatus(domain.intake),
      ipv4: tun.address === null ? null : formatIpv4(tun.address),
    },
    dmrIpv6Prefix: settings.dmr === null ? null : formatIpv6Prefix(settings.dmr),
    brIpv6Addresses: settings.brAddresses.map(formatIpv6),
    mtu: settings.mtu,
    routes: routes.mode,
    ce: settings.role === "ce" && domain.ce !== null ? ceStatus(settings, domain.ce) : null,
    br: settings.role === "br" ? { rules: settings.rules.length } : null,
    packets: byDirection(counters, "packets"),
    bytes: byDirection(counters, "bytes"),
    dropped: droppedTotal(counters),
    nat44: nat44Status(domain, counters),
    workers: domain.workers.map((worker) => ({
      queue: worker.index,
      alive: worker.alive,
      restarts: worker.restarts,
    })),
  };
}

function switchStatus(state: Classifier | Intake | null): Switch | null {
  return state === null ? null : { on: state.on, reason: state.on ? null : state.reason };
}

export function ceStatus(settings: CeSettings, ce: Ce): CeStatus | null {
  const rule = settings.rules[settings.bmr];
  if (rule === undefined) return null;
  const ports = portSetOf(rule, ce.psid);
  const portRanges = ports.ranges();
  return {
    rule: rule.name,
    endUserIpv6Prefix: formatIpv6Prefix(settings.endUserPrefix),
    mapIpv6: formatIpv6(ce.mapIpv6),
    ipv4: formatIpv4(ce.ipv4.address),
    ipv4PrefixLen: ce.ipv4.len,
    psid: ce.psid,
    portsPerCe: ports.count,
    portRangeCount: portRanges.length,
    portRanges,
  };
}

/** null where NAT44 is off. */
export function nat44Status(domain: DomainView, counters: Float64Array): Nat44Status | null {
  const { settings, pcp } = domain.config;
  const [worker] = domain.workers;
  if (settings.role !== "ce" || settings.nat44 === null || worker === undefined) return null;
  const count = portCountOf(settings, domain.ce);
  const portsOf = ({ used, free }: PortNumbers): PortsStatus => {
    // Before the worker's first tick nothing is known, and nothing is used.
    const reserved = used + free === 0 ? 0 : count - used - free;
    return { used, free, reserved };
  };
  const { tcp, udp, icmp } = worker.ports;
  return {
    filtering: settings.nat44.filtering,
    tcpPortReuse: settings.nat44.tcpPortReuse,
    mappings: {
      tcp: counters[counterIndex("nat44_mappings_tcp")]!,
      udp: counters[counterIndex("nat44_mappings_udp")]!,
      icmp: counters[counterIndex("nat44_mappings_icmp")]!,
    },
    sessions: counters[counterIndex("nat44_sessions")]!,
    maxSessions: settings.nat44.maxSessions,
    ports: { tcp: portsOf(tcp), udp: portsOf(udp), icmp: portsOf(icmp) },
    forwards: settings.nat44.forwards.length,
    pcp: pcp !== null,
  };
}

function portCountOf(settings: CeSettings, ce: Ce | null): number {
  const rule = settings.rules[settings.bmr];
  return rule === undefined || ce === null ? 0 : portSetOf(rule, ce.psid).count;
}

/** Packets or bytes of both directions and families. */
export function byDirection(counters: Float64Array, unit: "packets" | "bytes"): ByDirection {
  const of = (direction: "in" | "out"): ByFamily => ({
    ipv4: counters[counterIndex(`${direction}_ipv4_${unit}`)]!,
    ipv6: counters[counterIndex(`${direction}_ipv6_${unit}`)]!,
  });
  return { in: of("in"), out: of("out") };
}

/** Packets dropped for one reason, by family. */
export function dropsOf(counters: Float64Array, code: number): ByFamily {
  return { ipv4: counters[dropIndex(code, 4)]!, ipv6: counters[dropIndex(code, 6)]! };
}

function droppedTotal(counters: Float64Array): number {
  let total = 0;
  for (const row of DROPS) {
    const drops = dropsOf(counters, row.code);
    total += drops.ipv4 + drops.ipv6;
  }
  return total;
}

export function countersDocument(domains: readonly DomainView[]): CountersDocument {
  return { schema: "mapd.counters/1", domains: domains.map(domainCounters) };
}

function domainCounters(domain: DomainView): DomainCounters {
  const counters = domain.counters();
  return {
    name: domain.config.settings.name,
    counters: Object.fromEntries(COUNTERS.map((row, index) => [row.name, counters[index]!])),
    ...dropsDocument(counters),
  };
}

/** Every reason with its packets, and all of them together. */
export function dropsDocument(counters: Float64Array): Pick<DomainCounters, "drops" | "dropped"> {
  return {
    drops: Object.fromEntries(DROPS.map((row) => [row.name, dropsOf(counters, row.code)])),
    dropped: droppedTotal(counters),
  };
}
