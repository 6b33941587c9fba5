/** How many external ports of a CE's NAT44 are in use: written by its worker, read by whoever shows it. */
import type { Nat44 } from "../../src/nat44/nat44.js";
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from "../../src/wire/ipv4.js";

/** One row a protocol; two elements a row of the shared array. */
const PROTOCOLS = [
  { name: "tcp", protocol: PROTOCOL_TCP },
  { name: "udp", protocol: PROTOCOL_UDP },
  { name: "icmp", protocol: PROTOCOL_ICMP },
] as const;

const USED = 0;
const FREE = 1;
const PER_PROTOCOL = 2;

/** Bytes of the shared array. */
export const PORTS_BYTES = PROTOCOLS.length * PER_PROTOCOL * Float64Array.BYTES_PER_ELEMENT;

export interface PortNumbers {
  readonly used: number;
  /** May be given out by chance. */
  readonly free: number;
}

/** For ICMP, identifiers. */
export type PortsByProtocol = Readonly<Record<(typeof PROTOCOLS)[number]["name"], PortNumbers>>;

export function publishPorts(nat44: Nat44, shared: Float64Array): void {
  PROTOCOLS.forEach(({ protocol }, row) => {
    shared[row * PER_PROTOCOL + USED] = nat44.usedPorts(protocol);
    shared[row * PER_PROTOCOL + FREE] = nat44.freePorts(protocol);
  });
}

export function readPorts(shared: Float64Array): PortsByProtocol {
  const numbers = (name: keyof PortsByProtocol): PortNumbers => {
    const row = PROTOCOLS.findIndex((one) => one.name === name);
    const [used = 0, free = 0] = shared.subarray(row * PER_PROTOCOL, (row + 1) * PER_PROTOCOL);
    return { used, free };
  };
  return { tcp: numbers("tcp"), udp: numbers("udp"), icmp: numbers("icmp") };
}
