/**
 * The one table of counters. A worker owns one Float64Array over shared memory, one element a row,
 * and is the only one to write it; a reader sums the workers' arrays (exact up to 2^53).
 * Drops follow the fixed rows: one row per reason and family, in the order of DROPS.
 */
import { DROPS } from "./verdict.js";

export type CounterKind = "counter" | "gauge";

export interface CounterRow {
  /** Name on the command line and in JSON. */
  readonly name: string;
  readonly kind: CounterKind;
  readonly unit: "packets" | "bytes" | "events" | "entries";
  readonly help: string;
}

/** "in" is what the worker read from the TUN device, "out" what the kernel took from it. */
export const COUNTERS = [
  {
    name: "in_ipv4_packets",
    kind: "counter",
    unit: "packets",
    help: "IPv4 packets read; a super-packet counts once",
  },
  { name: "in_ipv4_bytes", kind: "counter", unit: "bytes", help: "Bytes of the IPv4 packets read" },
  {
    name: "in_ipv6_packets",
    kind: "counter",
    unit: "packets",
    help: "IPv6 packets read; a super-packet counts once",
  },
  { name: "in_ipv6_bytes", kind: "counter", unit: "bytes", help: "Bytes of the IPv6 packets read" },
  {
    name: "out_ipv4_packets",
    kind: "counter",
    unit: "packets",
    help: "IPv4 packets written; a super-packet counts once",
  },
  {
    name: "out_ipv4_bytes",
    kind: "counter",
    unit: "bytes",
    help: "Bytes of the IPv4 packets written",
  },
  {
    name: "out_ipv6_packets",
    kind: "counter",
    unit: "packets",
    help: "IPv6 packets written; a super-packet counts once",
  },
  {
    name: "out_ipv6_bytes",
    kind: "counter",
    unit: "bytes",
    help: "Bytes of the IPv6 packets written",
  },
  {
    name: "hairpin_packets",
    kind: "counter",
    unit: "packets",
    help: "Turned around: from CE to CE by a BR, from LAN host to LAN host by the NAT44 of a CE",
  },
  {
    name: "created_packets",
    kind: "counter",
    unit: "packets",
    help: "Packets made here: ICMP errors, fragments and segments beyond the first, whole datagrams",
  },
  {
    name: "absorbed_packets",
    kind: "counter",
    unit: "packets",
    help: "Fragments that became part of a whole datagram, super-packets that were cut into segments",
  },
  {
    name: "icmp_errors_sent",
    kind: "counter",
    unit: "packets",
    help: "ICMP errors of our own about packets that were dropped",
  },
  {
    name: "held_fragments",
    kind: "gauge",
    unit: "packets",
    help: "Fragments that wait for others now",
  },
  {
    name: "tun_read_errors",
    kind: "counter",
    unit: "events",
    help: "Reads of the TUN device that failed",
  },
  {
    name: "batches",
    kind: "counter",
    unit: "events",
    help: "Batches read with at least one packet",
  },
  { name: "nat44_mappings_tcp", kind: "gauge", unit: "entries", help: "NAT44 mappings of TCP now" },
  { name: "nat44_mappings_udp", kind: "gauge", unit: "entries", help: "NAT44 mappings of UDP now" },
  {
    name: "nat44_mappings_icmp",
    kind: "gauge",
    unit: "entries",
    help: "NAT44 mappings of ICMP echo identifiers now",
  },
  { name: "nat44_sessions", kind: "gauge", unit: "entries", help: "NAT44 sessions now" },
] as const satisfies readonly CounterRow[];

export type CounterName = (typeof COUNTERS)[number]["name"];

/** Index of a fixed row. Meant for constants at load time, not for the packet path. */
export function counterIndex(name: CounterName): number {
  return COUNTERS.findIndex((row) => row.name === name);
}

const FAMILIES = 2;
const FIRST_DROP = COUNTERS.length;

/** Number of elements of a worker's counter array. */
export const COUNTER_COUNT = FIRST_DROP + DROPS.length * FAMILIES;

/** Index of the drop counter for a reason; `family` 4 or 6 is the family that the packet came in with. */
export function dropIndex(code: number, family: number): number {
  return FIRST_DROP + (-code - 1) * FAMILIES + (family === 6 ? 1 : 0);
}
