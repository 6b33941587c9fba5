/** What the main thread asks of the NAT44 that lives in a CE's worker, and what it is told. */
import type {
  HostRow,
  MappingRow,
  MapRequest,
  MapResult,
  PeerRequest,
  PortUse,
  SessionPage,
} from "../../src/nat44/records.js";
import type { Nat44Identity } from "./identity.js";

export type Nat44Question =
  /** A page of sessions from `cursor` (0 first) on; packets pass between pages. */
  | { readonly kind: "sessions"; readonly cursor: number; readonly limit: number }
  | { readonly kind: "mappings" }
  | { readonly kind: "hosts" }
  | { readonly kind: "ports" }
  | { readonly kind: "map"; readonly request: MapRequest }
  | {
      readonly kind: "unmap";
      readonly protocol: number;
      readonly insideAddress: number;
      readonly insidePort: number;
    }
  | { readonly kind: "peer"; readonly request: PeerRequest }
  | { readonly kind: "export" };

/** All that outlives a NAT44, and whose it is. */
export interface Nat44State {
  readonly identity: Nat44Identity;
  /** As `Nat44.exportState()` gives it. */
  readonly state: Uint8Array;
}

export interface Nat44Answers {
  readonly sessions: SessionPage;
  readonly mappings: readonly MappingRow[];
  readonly hosts: readonly HostRow[];
  readonly ports: PortUse;
  readonly map: MapResult;
  /** Whether there was one. */
  readonly unmap: boolean;
  readonly peer: MapResult;
  readonly export: Nat44State;
}

/** Asks a domain's NAT44; rejects with MapdError where the domain has none or its worker does not answer. */
export type AskNat44 = <K extends Nat44Question["kind"]>(
  question: Extract<Nat44Question, { kind: K }>,
) => Promise<Nat44Answers[K]>;
