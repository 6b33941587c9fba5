/** What the NAT44 of the running daemon holds that a packet to be explained may meet. */
import { formatAddress } from "../../src/explain/addresses.js";
import { type Flow, flowsOf } from "../../src/explain/flows.js";
import type { Nat44Seed, SeedForward, SeedSession } from "../../src/explain/nat44-seed.js";
import type { Direction } from "../../src/explain/question.js";
import { formatIpv4, parseIpv4 } from "../../src/wire/address.js";
import { askDaemon } from "../control/client.js";
import type {
  ForwardRow,
  ForwardsDocument,
  PortCounts,
  PortsDocument,
  ProtocolName,
  SessionDocumentRow,
  SessionsDocument,
} from "../control/nat44/documents.js";
import { PROTOCOL_NUMBERS, protocolName } from "../control/nat44/protocols.js";

/** The document's part about a running NAT44. */
export interface LiveNat44 {
  /** Sessions that the packet may belong to. */
  readonly sessions: readonly SessionDocumentRow[];
  readonly forwards: readonly ForwardRow[];
  /** Ports, or identifiers, of the packet's protocol. */
  readonly ports: PortCounts | null;
  /** Sessions of the domain, and how many it may have. */
  readonly total: number;
  readonly most: number;
}

export interface LiveView {
  readonly shown: LiveNat44;
  readonly seed: Nat44Seed;
}

const MOST_SESSIONS = 10_000;

interface Nat44Domain {
  readonly name: string;
  readonly nat44: { readonly maxSessions: number };
}

/** Of a domain with NAT44. The documents are of the daemon's own types; a newer one only adds keys. */
export async function liveView(
  socketPath: string,
  { name: domain, nat44: { maxSessions: most } }: Nat44Domain,
  packet: Uint8Array,
  direction: Direction,
): Promise<LiveView> {
  const flow = flowsOf(packet).at(-1);
  const protocol = nameOf(flow?.protocol ?? null);
  const forwards = (await askDaemon(socketPath, "forward-list", { domain })) as ForwardsDocument;
  const ports = (await askDaemon(socketPath, "ports", { domain })) as PortsDocument;
  const asked = {
    domain,
    limit: MOST_SESSIONS,
    ...(protocol === null ? {} : { protocol }),
    ...(direction === "from-lan" && flow?.source.family === 4
      ? { host: formatIpv4(flow.source.ipv4) }
      : { externalPort: flow?.destinationPort ?? 0 }),
  };
  const found = (await askDaemon(socketPath, "sessions", asked)) as SessionsDocument;
  const { sessions, total } = found;
  const own =
    direction === "from-lan"
      ? sessions.filter(({ insidePort }) => insidePort === flow?.sourcePort)
      : sessions;
  const isFull = total >= most;
  // Then a mapping is of no use to a packet that needs a session more.
  const usable = isFull && direction === "from-lan" ? own.filter((row) => isFor(row, flow)) : own;
  const counts = Object.entries(ports.protocols);
  return {
    shown: {
      sessions: own,
      forwards: forwards.forwards,
      ports: protocol === null ? null : ports.protocols[protocol],
      total,
      most,
    },
    seed: {
      forwards: forwards.forwards.filter(({ origin }) => origin !== "config").map(seedForward),
      sessions: usable.map(seedSession),
      isFull,
      used: new Map(
        counts.map(([name, { used, forward }]) => [numberOf(name), used + forward] as const),
      ),
    },
  };
}

function isFor({ remoteAddress, remotePort }: SessionDocumentRow, flow: Flow | undefined): boolean {
  if (flow === undefined) return false;
  const isThere = remoteAddress === null || remoteAddress === formatAddress(flow.destination);
  return isThere && (remotePort === null || remotePort === flow.destinationPort);
}

function nameOf(protocol: number | null): ProtocolName | null {
  const isKnown = Object.values(PROTOCOL_NUMBERS).some((number) => number === protocol);
  return protocol === null || !isKnown ? null : protocolName(protocol);
}

function numberOf(name: string): number {
  return Object.entries(PROTOCOL_NUMBERS).find(([known]) => known === name)?.[1] ?? 0;
}

function seedForward(row: ForwardRow): SeedForward {
  const { protocol, insideAddress, insidePort, externalPort } = row;
  return {
    protocol: PROTOCOL_NUMBERS[protocol],
    insideAddress: parseIpv4(insideAddress) ?? 0,
    insidePort,
    externalPort,
  };
}

function seedSession(row: SessionDocumentRow): SeedSession {
  const { protocol, insideAddress, insidePort, externalPort, remoteAddress, remotePort } = row;
  return {
    protocol: PROTOCOL_NUMBERS[protocol],
    insideAddress: parseIpv4(insideAddress) ?? 0,
    insidePort,
    externalPort,
    remoteAddress: remoteAddress === null ? 0 : (parseIpv4(remoteAddress) ?? 0),
    remotePort: remotePort ?? 0,
  };
}
