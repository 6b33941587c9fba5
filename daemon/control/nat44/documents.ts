/** What the commands about NAT44 answer: the documents that `mapctl --json` prints. */
import type { MappingOrigin, SessionRow, TcpStateName } from "../../../src/nat44/records.js";

export const PROTOCOL_NAMES = ["tcp", "udp", "icmp"] as const;
export type ProtocolName = (typeof PROTOCOL_NAMES)[number];

/** One external port that belongs to one inside endpoint whether there is traffic or not. */
export interface ForwardRow {
  readonly domain: string;
  readonly protocol: ProtocolName;
  readonly externalAddress: string;
  readonly externalPort: number;
  readonly insideAddress: string;
  readonly insidePort: number;
  readonly origin: MappingOrigin;
  /** null: until it is deleted. */
  readonly remainingSeconds: number | null;
}

export interface ForwardsDocument {
  readonly schema: "mapd.forwards/1";
  readonly forwards: readonly ForwardRow[];
}

/** How many ports, or ICMP identifiers, are what. */
export interface PortCounts {
  readonly used: number;
  readonly forward: number;
  readonly reserved: number;
  readonly free: number;
}

export type CountsByProtocol = Readonly<Record<ProtocolName, PortCounts>>;

/** One range of the port set, both ends inclusive. */
export interface PortBlock extends CountsByProtocol {
  readonly first: number;
  readonly last: number;
}

/** Ports that follow one another and are the same, both ends inclusive. */
export type PortRun = readonly [
  first: number,
  last: number,
  what: Exclude<keyof PortCounts, "free">,
];

export interface PortsDocument {
  readonly schema: "mapd.ports/1";
  readonly domain: string;
  readonly externalAddress: string;
  /** Ports of the set. */
  readonly count: number;
  readonly protocols: CountsByProtocol;
  readonly blocks: readonly PortBlock[];
  /** Every port that is not free, ascending; only where it was asked for. */
  readonly runs?: Readonly<Record<ProtocolName, readonly PortRun[]>>;
}

export interface PortsSuggestDocument {
  readonly schema: "mapd.ports-suggest/1";
  readonly domain: string;
  readonly externalAddress: string;
  readonly protocol: "tcp" | "udp" | "both";
  readonly ports: readonly number[];
  /** The line for `nat44` in the configuration. */
  readonly reserve: string;
}

export interface SessionDocumentRow {
  readonly protocol: ProtocolName;
  readonly insideAddress: string;
  readonly insidePort: number;
  readonly externalPort: number;
  /** null: any. */
  readonly remoteAddress: string | null;
  /** null: any. */
  readonly remotePort: number | null;
  /** null for UDP and ICMP. */
  readonly state: TcpStateName | null;
  /** Whether connections of other inside endpoints may have the same external port. */
  readonly shared: boolean;
  readonly remainingSeconds: number;
}

export interface SessionsDocument {
  readonly schema: "mapd.sessions/1";
  readonly domain: string;
  readonly externalAddress: string;
  /** All sessions of the domain. */
  readonly total: number;
  /** Those that the filters let through; `sessions` may hold fewer. */
  readonly matched: number;
  readonly sessions: readonly SessionDocumentRow[];
}

/** A part of all sessions, as NAT44 gives them, for who wants more than one answer holds. */
export interface SessionsPageDocument {
  readonly schema: "mapd.sessions-page/1";
  readonly domain: string;
  readonly externalAddress: string;
  /** Sessions looked at. */
  readonly scanned: number;
  /** Those of them that the filters let through. */
  readonly rows: readonly SessionRow[];
  /** Where to go on; null at the end. */
  readonly next: number | null;
}

export interface TopRow {
  readonly address: string;
  /** External ports and ICMP identifiers together. */
  readonly ports: number;
  readonly tcpPorts: number;
  readonly udpPorts: number;
  readonly icmpIds: number;
  readonly sessions: number;
}

export interface TopDocument {
  readonly schema: "mapd.top/1";
  readonly domain: string;
  readonly by: "ports" | "sessions";
  /** All hosts that hold something. */
  readonly total: number;
  readonly hosts: readonly TopRow[];
}
