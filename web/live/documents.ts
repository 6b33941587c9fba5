/**
 * The documents of mapd's API as the live view reads them: no more of each than is shown. A test holds them against the
 * types that the daemon writes.
 */

export interface ByFamily {
  readonly ipv4: number;
  readonly ipv6: number;
}

export interface ByDirection {
  readonly in: ByFamily;
  readonly out: ByFamily;
}

export type Mode = "map-t" | "map-e";
export type Role = "br" | "ce";

export interface Status {
  readonly schema: "mapd.status/1";
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly phase: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly configHash: string;
  readonly lastReloadSuccessful: boolean;
  readonly domains: readonly DomainStatus[];
}

export interface DomainStatus {
  readonly name: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly tun: {
    readonly name: string;
    readonly queues: number;
    readonly offloads: readonly string[];
  };
  readonly nat44: Nat44Status | null;
  readonly workers: readonly {
    readonly queue: number;
    readonly alive: boolean;
    readonly restarts: number;
  }[];
}

export interface PortNumbers {
  readonly used: number;
  readonly free: number;
  readonly reserved: number;
}

export interface Nat44Status {
  readonly filtering: string;
  readonly sessions: number;
  readonly maxSessions: number;
  readonly ports: Readonly<Record<Protocol, PortNumbers>>;
}

export const PROTOCOLS = ["tcp", "udp", "icmp"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Statistics {
  readonly schema: "mapd.statistics/1";
  readonly domains: readonly DomainStatistics[];
}

export interface DomainStatistics {
  readonly name: string;
  readonly packets: ByDirection;
  readonly bytes: ByDirection;
  readonly hairpinPackets: number;
  readonly icmpErrorsSent: number;
  readonly heldFragments: number;
  readonly dropped: number;
  readonly drops: Readonly<Record<string, ByFamily>>;
}

export interface Domains {
  readonly schema: "mapd.domains/1";
  readonly domains: readonly DomainFacts[];
}

export interface DomainFacts {
  readonly name: string;
  readonly mode: Mode;
  readonly role: Role;
  readonly device: string;
  readonly dmrIpv6Prefix: string | null;
  readonly brIpv6Addresses: readonly string[];
  readonly localIpv4Prefixes: readonly string[] | null;
  readonly mtu: { readonly ipv6: number; readonly ipv4: number };
  readonly ce: CeFacts | null;
  readonly ruleCount: number;
  readonly rules: readonly RuleFacts[];
}

export interface CeFacts {
  readonly rule: string;
  readonly endUserIpv6Prefix: string;
  readonly mapIpv6: string;
  readonly ipv4: string;
  readonly ipv4PrefixLen: number;
  readonly psid: number | null;
  readonly portsPerCe: number;
  readonly portRangeCount: number;
}

export interface RuleFacts {
  readonly name: string;
  readonly rule: {
    readonly ruleIpv6Prefix: string;
    readonly ruleIpv4Prefix: string;
    readonly eaLen: number;
    readonly psidOffset: number;
    readonly psidLen: number;
    readonly psid?: number;
    readonly iid: "rfc7597" | "draft-03";
  };
  readonly forwarding: boolean;
  readonly sharingRatio: number;
  readonly portsPerCe: number;
}

export type PortUse = "used" | "forward" | "reserved";

export type PortRun = readonly [first: number, last: number, what: PortUse];

export type PortCounts = Readonly<Record<PortUse | "free", number>>;

export interface PortBlock extends Readonly<Record<Protocol, PortCounts>> {
  readonly first: number;
  readonly last: number;
}

export interface Ports {
  readonly schema: "mapd.ports/1";
  readonly domain: string;
  readonly count: number;
  readonly protocols: Readonly<Record<Protocol, PortCounts>>;
  readonly blocks: readonly PortBlock[];
  readonly runs?: Readonly<Record<Protocol, readonly PortRun[]>>;
}

export interface Hosts {
  readonly schema: "mapd.top/1";
  readonly domain: string;
  readonly total: number;
  readonly hosts: readonly HostRow[];
}

export interface HostRow {
  readonly address: string;
  readonly ports: number;
  readonly tcpPorts: number;
  readonly udpPorts: number;
  readonly icmpIds: number;
  readonly sessions: number;
}

export interface Sessions {
  readonly schema: "mapd.sessions/1";
  readonly domain: string;
  readonly matched: number;
  readonly sessions: readonly SessionRow[];
}

export interface SessionRow {
  readonly protocol: Protocol;
  readonly insideAddress: string;
  readonly insidePort: number;
  readonly externalPort: number;
  readonly remoteAddress: string | null;
  readonly remotePort: number | null;
  readonly state: string | null;
  readonly remainingSeconds: number;
}

export interface TracedPacket {
  readonly length: number;
  readonly segmentLength: number | null;
  /** Base64. */
  readonly bytes: string;
}

/** One line of a trace. */
export type TraceDocument =
  | {
      readonly schema: "mapd.trace/1";
      readonly event: "started";
    }
  | {
      readonly schema: "mapd.trace/1";
      readonly event: "packet";
      readonly time: string;
      readonly domain: string;
      readonly origin: string;
      readonly verdict: "forwarded" | "dropped" | "absorbed" | "held";
      readonly reason: string | null;
      readonly rules: readonly string[];
      readonly before: TracedPacket | null;
      readonly after: readonly TracedPacket[];
      readonly outputs: number;
    }
  | {
      readonly schema: "mapd.trace/1";
      readonly event: "lost";
      readonly count: number;
    };

export function isTraced(value: unknown): value is TraceDocument {
  return isNamed("mapd.trace/1", value);
}

/** By the name that a document bears. */
export interface Documents {
  readonly "mapd.status/1": Status;
  readonly "mapd.statistics/1": Statistics;
  readonly "mapd.domains/1": Domains;
  readonly "mapd.ports/1": Ports;
  readonly "mapd.top/1": Hosts;
  readonly "mapd.sessions/1": Sessions;
}

export type SchemaName = keyof Documents;

/** True for a document that says that it is one of these: the daemon that wrote it serves this page, too. */
export function isDocument<S extends SchemaName>(schema: S, value: unknown): value is Documents[S] {
  return isNamed(schema, value);
}

function isNamed(schema: string, value: unknown): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, "schema") === schema;
}

/** What an error document says. */
export function messagesOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const diagnostics: unknown = Reflect.get(value, "diagnostics");
  if (!Array.isArray(diagnostics)) return [];
  return diagnostics.flatMap((one: unknown) => {
    const message: unknown =
      typeof one === "object" && one !== null ? Reflect.get(one, "message") : null;
    return typeof message === "string" ? [message] : [];
  });
}
