/** Settings of the CE's NAT44: plain, immutable, structured-cloneable. */

export type Filtering = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

/** When one external TCP port serves several connections to different remote ends (RFC 7857 §3). */
export type TcpPortReuse = "never" | "when-exhausted" | "always";

export interface Forward {
  readonly protocol: "tcp" | "udp" | "both";
  readonly externalPort: number;
  /** Inside address, unsigned 32-bit. */
  readonly insideAddress: number;
  readonly insidePort: number;
}

export interface Nat44Settings {
  /** Already resolved: `auto` becomes address-dependent where the address is shared (RFC 7597 §10). */
  readonly filtering: Filtering;
  readonly tcpPortReuse: TcpPortReuse;
  readonly maxPortsPerHost: number | null;
  readonly maxSessionsPerHost: number | null;
  /** Inclusive port ranges that are never given out dynamically. */
  readonly reserve: readonly (readonly [number, number])[];
  readonly forwards: readonly Forward[];
  readonly timeoutsMs: {
    readonly udp: number;
    readonly tcpEstablished: number;
    /** Until a connection is established, and once it closes (RFC 7857 §2.1). */
    readonly tcpOpening: number;
    readonly tcpClosing: number;
    readonly icmp: number;
  };
  /** Most mappings and most sessions held at once; memory is taken for them at the start. */
  readonly maxMappings: number;
  readonly maxSessions: number;
}
