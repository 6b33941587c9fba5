/** NAT44 of a CE: whether it is on, what it takes, and whether its ports are the CE's own. */
import { ceFromEndUserPrefix } from "../../src/map/ce.js";
import type { Findings } from "../../src/map/findings.js";
import type { PortSet } from "../../src/map/port-set.js";
import { containsIpv4, coversIpv4Prefix, formatIpv4Prefix } from "../../src/map/prefix.js";
import { portSetOf, ruleKind } from "../../src/map/rule.js";
import type { Ipv4Prefix, Ipv6Prefix, Rule, RuleKind } from "../../src/map/types.js";
import type { Filtering, Nat44Settings } from "../../src/nat44/settings.js";
import { formatIpv4 } from "../../src/wire/address.js";
import type { DomainDocument, Nat44Document } from "./schema.js";
import type { PcpSettings } from "./types.js";

/** RFC 1918 §3. */
const DEFAULT_LOCAL: readonly Ipv4Prefix[] = [
  { address: 0x0a000000, len: 8 },
  { address: 0xac100000, len: 12 },
  { address: 0xc0a80000, len: 16 },
];

/** TCP, UDP and ICMP each have the whole port set. */
const PROTOCOLS = 3;
/** A shared address has few ports, but each may speak to many remote ends. */
const DEFAULT_SESSIONS = { shared: 65_536, address: 262_144 } as const;
const MOST_SESSIONS_SHARED = 262_144;

/** Shortest timeouts that the RFCs allow, seconds. */
const LEAST_TIMEOUTS = [
  { key: "udp", seconds: 120, rfc: "RFC 4787 §4.3" },
  { key: "tcp-established", seconds: 7440, rfc: "RFC 5382 §5" },
  { key: "tcp-transitory", seconds: 240, rfc: "RFC 5382 §5" },
  { key: "tcp-opening", seconds: 240, rfc: "RFC 7857 §2.1" },
  { key: "tcp-closing", seconds: 240, rfc: "RFC 7857 §2.1" },
  { key: "icmp", seconds: 60, rfc: "RFC 5508 §3.2" },
] as const;

const MS = 1000;

export interface Nat44Input {
  readonly document: DomainDocument;
  readonly path: string;
  /** The basic mapping rule. */
  readonly rule: Rule;
  readonly endUserPrefix: Ipv6Prefix;
  readonly tunAddress: number;
}

export interface Nat44Result {
  readonly settings: Nat44Settings | null;
  readonly localPrefixes: readonly Ipv4Prefix[];
}

export function checkNat44(input: Nat44Input, findings: Findings): Nat44Result {
  const kind = ruleKind(input.rule);
  if (!isEnabled(input, kind, findings)) {
    if (input.document["local-ipv4-prefixes"] !== undefined) {
      const at = `${input.path}.local-ipv4-prefixes`;
      findings.warning("no-effect", at, "no effect: NAT44 is off, the LAN uses the CE's own IPv4");
    }
    if (input.document.nat44.pcp.enabled) {
      const at = `${input.path}.nat44.pcp.enabled`;
      findings.warning(
        "no-effect",
        at,
        "no effect: NAT44 is off, so there are no ports to ask for",
      );
    }
    return { settings: null, localPrefixes: [] };
  }
  const ce = ceFromEndUserPrefix(input.rule, input.endUserPrefix);
  if (!ce.ok) {
    findings.add(...ce.diagnostics);
    return { settings: null, localPrefixes: [] };
  }
  const ports = portSetOf(input.rule, ce.value.psid);
  const local = localPrefixes(input, findings);
  checkForwards(input, ports, local, findings);
  checkTimeouts(input, findings);
  checkSessions(input, kind, findings);
  const settings = nat44Settings(
    input.document.nat44,
    kind === "shared" ? kind : "address",
    ports.count,
  );
  return { settings, localPrefixes: local };
}

/** RFC 7597 §4: a shared address needs NAT44, a prefix has none, a whole address may have it. */
function isEnabled(input: Nat44Input, kind: RuleKind, findings: Findings): boolean {
  const { enabled } = input.document.nat44;
  const at = `${input.path}.nat44.enabled`;
  if (kind === "shared") {
    if (enabled === false) {
      const text = "must be on: the CE shares its IPv4 address with others";
      findings.error("nat44-required", at, text, "RFC 7597 §4");
    }
    return true;
  }
  if (kind === "address") return enabled ?? true;
  if (enabled === true) {
    const text = "must be off: the CE has an IPv4 prefix, which the LAN uses as it is";
    findings.error("nat44-not-possible", at, text, "RFC 7597 §4");
  }
  return false;
}

function localPrefixes(input: Nat44Input, findings: Findings): readonly Ipv4Prefix[] {
  const given = input.document["local-ipv4-prefixes"];
  const at = `${input.path}.local-ipv4-prefixes`;
  given?.forEach((prefix, i) => {
    const { ipv4, name } = input.rule;
    if (!coversIpv4Prefix(ipv4, prefix) && !coversIpv4Prefix(prefix, ipv4)) return;
    const text = `${formatIpv4Prefix(prefix)} overlaps the IPv4 prefix ${formatIpv4Prefix(ipv4)} of rule "${name}"; those addresses cannot be reached from the LAN`;
    findings.warning("local-prefix-overlap", `${at}[${i}]`, text, "RFC 4787 §4.4");
  });
  // The programs of the CE host itself speak from the address of the TUN device.
  const device = { address: input.tunAddress, len: 32 };
  return [...(given ?? DEFAULT_LOCAL), device];
}

function checkForwards(
  input: Nat44Input,
  ports: PortSet,
  local: readonly Ipv4Prefix[],
  findings: Findings,
): void {
  const { forwards } = input.document.nat44;
  const taken = new Set(forwards.map((forward) => forward["external-port"]));
  const outside = new Map<string, number>();
  const inside = new Map<string, number>();
  forwards.forEach((forward, i) => {
    const at = `${input.path}.nat44.forwards[${i}]`;
    const port = forward["external-port"];
    if (!ports.contains(port)) {
      const free = nearestPorts(port, ports, taken);
      const text = `${port} is not in the CE's port set; the nearest free ports are ${free.join(" and ")}`;
      findings.error("port-not-in-set", `${at}.external-port`, text, "RFC 7597 §5.1");
    }
    if (!local.some((prefix) => containsIpv4(prefix, forward.to.address))) {
      const text = `${formatIpv4(forward.to.address)} is in none of the local-ipv4-prefixes`;
      findings.error("forward-not-local", `${at}.to`, text);
    }
    for (const protocol of protocolsOf(forward.protocol)) {
      const target = `${protocol} ${formatIpv4(forward.to.address)}:${forward.to.port}`;
      reportSecond(outside, `${protocol} ${port}`, i, `${at}.external-port`, findings);
      // One inside endpoint has one external port, or outbound packets could not choose (RFC 4787 §4.1).
      reportSecond(inside, target, i, `${at}.to`, findings);
    }
  });
}

function reportSecond(
  seen: Map<string, number>,
  key: string,
  index: number,
  at: string,
  findings: Findings,
): void {
  const first = seen.get(key);
  if (first === undefined) seen.set(key, index);
  else findings.error("duplicate-forward", at, `${key} is forwarded by forwards[${first}] already`);
}

function protocolsOf(protocol: "tcp" | "udp" | "both"): readonly string[] {
  return protocol === "both" ? ["tcp", "udp"] : [protocol];
}

/** The next usable port below and above, each where there is one. */
function nearestPorts(port: number, ports: PortSet, taken: ReadonlySet<number>): number[] {
  const free = (candidate: number): boolean => ports.contains(candidate) && !taken.has(candidate);
  const found: number[] = [];
  let below = port - 1;
  while (below > 0 && !free(below)) below--;
  if (below > 0) found.push(below);
  let above = port + 1;
  while (above <= 65535 && !free(above)) above++;
  if (above <= 65535) found.push(above);
  return found;
}

function checkTimeouts(input: Nat44Input, findings: Findings): void {
  for (const { key, seconds, rfc } of LEAST_TIMEOUTS) {
    const value = input.document.nat44.timeouts[key];
    if (value === undefined || value >= seconds) continue;
    const at = `${input.path}.nat44.timeouts.${key}`;
    findings.warning(
      "timeout-short",
      at,
      `${value} s is less than the ${seconds} s asked for`,
      rfc,
    );
  }
}

/** A shared address has few ports; so many sessions would only take memory. */
function checkSessions(input: Nat44Input, kind: RuleKind, findings: Findings): void {
  const sessions = input.document.nat44["max-sessions"];
  if (kind !== "shared" || sessions === undefined || sessions <= MOST_SESSIONS_SHARED) return;
  const at = `${input.path}.nat44.max-sessions`;
  const text = `must be at most ${MOST_SESSIONS_SHARED}: the CE shares its IPv4 address`;
  findings.error("out-of-range", at, text);
}

/** null where it is off. */
export function pcpSettings(document: Nat44Document["pcp"]): PcpSettings | null {
  if (!document.enabled) return null;
  return {
    natPmp: document["nat-pmp"],
    listen: document.listen,
    thirdParty: document["third-party"],
    maxMappingsPerHost: document["max-mappings-per-host"],
    maxLifetimeS: document["max-lifetime"],
  };
}

function nat44Settings(
  document: Nat44Document,
  kind: "shared" | "address",
  portCount: number,
): Nat44Settings {
  const { timeouts } = document;
  const transitory = timeouts["tcp-transitory"];
  const maxSessions = document["max-sessions"] ?? DEFAULT_SESSIONS[kind];
  const tcpPortReuse = document["tcp-port-reuse"];
  return {
    filtering: filteringOf(document.filtering, kind),
    tcpPortReuse,
    maxPortsPerHost: document["max-ports-per-host"],
    maxSessionsPerHost: document["max-sessions-per-host"],
    reserve: document.reserve,
    forwards: document.forwards.map((forward) => ({
      protocol: forward.protocol,
      externalPort: forward["external-port"],
      insideAddress: forward.to.address,
      insidePort: forward.to.port,
    })),
    timeoutsMs: {
      udp: timeouts.udp * MS,
      tcpEstablished: timeouts["tcp-established"] * MS,
      tcpOpening: (timeouts["tcp-opening"] ?? transitory) * MS,
      tcpClosing: (timeouts["tcp-closing"] ?? transitory) * MS,
      icmp: timeouts.icmp * MS,
    },
    // A connection that shares its port has a mapping of its own.
    maxMappings: PROTOCOLS * portCount + (tcpPortReuse === "never" ? 0 : maxSessions),
    maxSessions,
  };
}

/** RFC 7597 §10: guessing a port of a small set is easy, so a shared address filters by remote address. */
function filteringOf(setting: Nat44Document["filtering"], kind: RuleKind): Filtering {
  if (setting !== "auto") return setting;
  return kind === "shared" ? "address-dependent" : "endpoint-independent";
}
