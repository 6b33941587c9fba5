/** What the control side asks of NAT44 and is told: plain objects, structured-cloneable, never made for a packet. */

/** Who asked for an explicit mapping: the configuration, `mapctl forward`, or a LAN host by PCP or NAT-PMP. */
export type MappingOrigin = "config" | "operator" | "pcp";

/** Addresses are unsigned 32-bit. */
export interface MapRequest {
  /** 6 or 17. */
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  /** The external port that is wanted; 0: any. */
  readonly externalPort: number;
  /** True: that port or none. False: another one where it is not to be had (RFC 6887 §11.1). */
  readonly exact: boolean;
  /** null: until it is removed. */
  readonly lifetimeMs: number | null;
  readonly origin: MappingOrigin;
}

/** Keeps one connection's mapping for a time, whether packets pass or not (RFC 6887 §12). */
export interface PeerRequest {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly remoteAddress: number;
  readonly remotePort: number;
  /** Suggestion only; 0: any. */
  readonly externalPort: number;
  readonly lifetimeMs: number;
}

export type MapRefusal =
  | "not-in-set"
  /** Another inside endpoint has the external port. */
  | "port-in-use"
  /** The inside endpoint has an explicit mapping with another external port, or of another origin. */
  | "endpoint-in-use"
  | "no-free-port"
  | "host-quota"
  | "table-full"
  | "unsupported-protocol";

export type MapResult =
  | { readonly ok: true; readonly externalPort: number }
  | {
      readonly ok: false;
      readonly reason: MapRefusal;
      /** The nearest free ports below and above the one wanted, where one was. */
      readonly nearest: readonly number[];
    };

/** An explicit mapping: it needs no session to live and lets every remote end in. */
export interface MappingRow {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  readonly origin: MappingOrigin;
  /** null: until it is removed. */
  readonly remainingMs: number | null;
}

/** In the order of the states' numbers, from 1 on (tcp-state.ts). */
export const TCP_STATES = [
  "syn-sent",
  "half-open",
  "established",
  "fin-out",
  "fin-in",
  "closing",
  "reset",
] as const;

export type TcpStateName = (typeof TCP_STATES)[number];

export interface SessionRow {
  readonly protocol: number;
  readonly insideAddress: number;
  readonly insidePort: number;
  readonly externalPort: number;
  /** 0 where the filtering does not look at it, so that the session stands for every remote end. */
  readonly remoteAddress: number;
  readonly remotePort: number;
  /** null for UDP and ICMP. */
  readonly tcpState: TcpStateName | null;
  /** True where other inside endpoints may use the same external port towards other remote ends. */
  readonly shared: boolean;
  readonly remainingMs: number;
}

export interface SessionPage {
  readonly rows: readonly SessionRow[];
  /** Where to go on; -1 at the end. */
  readonly next: number;
}

/** A LAN host and what it holds. */
export interface HostRow {
  readonly address: number;
  /** External ports by protocol; a shared TCP port counts once a connection. */
  readonly tcpPorts: number;
  readonly udpPorts: number;
  readonly icmpIds: number;
  readonly sessions: number;
}

export const PORT_FREE = 0;
export const PORT_USED = 1;
/** Explicit mapping. */
export const PORT_FORWARD = 2;
/** `nat44.reserve`, port 0, and the privileged ports of a whole address. */
export const PORT_RESERVED = 3;

/** By index in the port set: one of the PORT_ numbers. */
export interface PortUse {
  readonly tcp: Uint8Array;
  readonly udp: Uint8Array;
  readonly icmp: Uint8Array;
}

/** Refused for want of ports or room since the counts were last taken. */
export interface Refusals {
  readonly noFreePort: number;
  readonly hostQuota: number;
  readonly tableFull: number;
}

export interface ImportResult {
  readonly sessions: number;
  readonly mappings: number;
  /** What could not be taken over: its port is not in the set, is somebody else's now, or there was no room. */
  readonly lost: number;
}
