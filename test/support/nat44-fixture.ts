/** Settings, port sets and endpoints that the NAT44 tests share. */

import { seededRandom } from "../../src/explain/seeded-random.js";
import { PortSet } from "../../src/map/port-set.js";
import { Nat44 } from "../../src/nat44/nat44.js";
import type { Nat44Settings } from "../../src/nat44/settings.js";

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** 192.168.1.10, and the two hosts after it. */
export const HOST_A = 0xc0a8010a;
export const HOST_B = HOST_A + 1;
export const HOST_C = HOST_A + 2;
/** 198.51.100.9 and its neighbour. */
export const PEER_1 = 0xc6336409;
export const PEER_2 = PEER_1 + 1;

export const DEFAULT_SETTINGS: Nat44Settings = {
  filtering: "address-dependent",
  tcpPortReuse: "never",
  maxPortsPerHost: null,
  maxSessionsPerHost: null,
  reserve: [],
  forwards: [],
  timeoutsMs: {
    udp: 300_000,
    tcpEstablished: 7_440_000,
    tcpOpening: 240_000,
    tcpClosing: 240_000,
    icmp: 60_000,
  },
  maxMappings: 4096,
  maxSessions: 8192,
};

/** Ports of the CE with PSID 0x34 in example 1 of RFC 7597 App. A: 63 ranges of four. */
export function exampleSet(): PortSet {
  return new PortSet(6, 8, 0x34);
}

export function createNat(
  overrides: Partial<Nat44Settings> = {},
  ports: PortSet = exampleSet(),
  seed = 0x5eed,
): Nat44 {
  return new Nat44({ ...DEFAULT_SETTINGS, ...overrides }, ports, seededRandom(seed));
}

/** Who an external port leads to, as "host:port", or the drop code. */
export function inside(nat: Nat44, handle: number): string | number {
  return handle < 0 ? handle : `${nat.insideAddress(handle) >>> 0}:${nat.insidePort(handle)}`;
}
