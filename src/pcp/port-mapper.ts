/** What the responder needs of its surroundings: a NAT44 that makes mappings, and its settings. */
import type { Ipv4Prefix } from "../map/types.js";
import type { MappingRow, MapRequest, MapResult, PeerRequest } from "../nat44/records.js";

/** NAT44 as it is asked from another thread; every method rejects where it does not answer. */
export interface PortMapper {
  map(request: MapRequest): Promise<MapResult>;
  /** False where there was no such mapping. */
  unmap(protocol: number, insideAddress: number, insidePort: number): Promise<boolean>;
  peer(request: PeerRequest): Promise<MapResult>;
  /** All explicit mappings, also those of the configuration and the operator. */
  mappings(): Promise<readonly MappingRow[]>;
}

export interface ResponderSettings {
  /** Unsigned 32-bit. */
  readonly externalAddress: number;
  /** Addresses that may ask and be asked for. */
  readonly localPrefixes: readonly Ipv4Prefix[];
  readonly natPmp: boolean;
  readonly thirdParty: boolean;
  readonly maxMappingsPerHost: number;
  readonly maxLifetimeS: number;
}
