/**
 * What each ICMP type, code and pointer becomes in the other family (RFC 7915 §4.2, §5.2; figures 3 and 6).
 * A row that is not here has no counterpart: the message is dropped.
 */

/** What the 32 bits behind the checksum become; "none": zero but for a length of RFC 4884. */
export type IcmpField = "echo" | "none" | "mtu" | "pointer" | "next-header";

export interface IcmpRow {
  /** Type and code. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly field: IcmpField;
}

export interface PointerRow {
  /** First and last pointer that map to the same one. */
  readonly from: readonly [number, number];
  readonly to: number;
}

export const ICMP4_TO_6: readonly IcmpRow[] = [
  { from: [0, 0], to: [129, 0], field: "echo" },
  { from: [8, 0], to: [128, 0], field: "echo" },
  { from: [3, 0], to: [1, 0], field: "none" },
  { from: [3, 1], to: [1, 0], field: "none" },
  // Protocol unreachable: IPv6 points at its next header field instead.
  { from: [3, 2], to: [4, 1], field: "next-header" },
  { from: [3, 3], to: [1, 4], field: "none" },
  { from: [3, 4], to: [2, 0], field: "mtu" },
  { from: [3, 5], to: [1, 0], field: "none" },
  { from: [3, 6], to: [1, 0], field: "none" },
  { from: [3, 7], to: [1, 0], field: "none" },
  { from: [3, 8], to: [1, 0], field: "none" },
  { from: [3, 9], to: [1, 1], field: "none" },
  { from: [3, 10], to: [1, 1], field: "none" },
  { from: [3, 11], to: [1, 0], field: "none" },
  { from: [3, 12], to: [1, 0], field: "none" },
  { from: [3, 13], to: [1, 1], field: "none" },
  { from: [3, 15], to: [1, 1], field: "none" },
  { from: [11, 0], to: [3, 0], field: "none" },
  { from: [11, 1], to: [3, 1], field: "none" },
  { from: [12, 0], to: [4, 0], field: "pointer" },
  { from: [12, 2], to: [4, 0], field: "pointer" },
];

export const ICMP6_TO_4: readonly IcmpRow[] = [
  { from: [128, 0], to: [8, 0], field: "echo" },
  { from: [129, 0], to: [0, 0], field: "echo" },
  { from: [1, 0], to: [3, 1], field: "none" },
  { from: [1, 1], to: [3, 10], field: "none" },
  { from: [1, 2], to: [3, 1], field: "none" },
  { from: [1, 3], to: [3, 1], field: "none" },
  { from: [1, 4], to: [3, 3], field: "none" },
  { from: [2, 0], to: [3, 4], field: "mtu" },
  { from: [3, 0], to: [11, 0], field: "none" },
  { from: [3, 1], to: [11, 1], field: "none" },
  { from: [4, 0], to: [12, 0], field: "pointer" },
  { from: [4, 1], to: [3, 2], field: "none" },
];

export const POINTER4_TO_6: readonly PointerRow[] = [
  { from: [0, 0], to: 0 }, // Version, IHL -> Version, Traffic class
  { from: [1, 1], to: 1 }, // TOS -> Traffic class, Flow label
  { from: [2, 3], to: 4 }, // Total length -> Payload length
  { from: [8, 8], to: 7 }, // TTL -> Hop limit
  { from: [9, 9], to: 6 }, // Protocol -> Next header
  { from: [12, 15], to: 8 }, // Source address
  { from: [16, 19], to: 24 }, // Destination address
];

export const POINTER6_TO_4: readonly PointerRow[] = [
  { from: [0, 0], to: 0 }, // Version, Traffic class -> Version, IHL
  { from: [1, 1], to: 1 }, // Traffic class, Flow label -> TOS
  { from: [4, 5], to: 2 }, // Payload length -> Total length
  { from: [6, 6], to: 9 }, // Next header -> Protocol
  { from: [7, 7], to: 8 }, // Hop limit -> TTL
  { from: [8, 23], to: 12 }, // Source address
  { from: [24, 39], to: 16 }, // Destination address
];

/** Where IPv6 has its next header field: the pointer of a translated "protocol unreachable". */
export const NEXT_HEADER_POINTER = 6;

/** Codes fit four bits in every row, so type and code make an index of 12 bits. */
const CODE_BITS = 4;
const CODES = 1 << CODE_BITS;
const TYPES = 256;

const TYPES4_TO_6 = typeTable(ICMP4_TO_6);
const TYPES6_TO_4 = typeTable(ICMP6_TO_4);
const POINTERS4_TO_6 = pointerTable(POINTER4_TO_6);
const POINTERS6_TO_4 = pointerTable(POINTER6_TO_4);

/** ICMPv6 type << 8 | code for an ICMPv4 type and code, each 0..255; -1 where there is none. */
export function icmp4To6(type: number, code: number): number {
  return code < CODES ? TYPES4_TO_6[(type << CODE_BITS) | code]! : -1;
}

/** ICMPv4 type << 8 | code for an ICMPv6 type and code, each 0..255; -1 where there is none. */
export function icmp6To4(type: number, code: number): number {
  return code < CODES ? TYPES6_TO_4[(type << CODE_BITS) | code]! : -1;
}

/** The IPv6 header offset for any IPv4 one, or -1. */
export function pointer4To6(pointer: number): number {
  return pointer < POINTERS4_TO_6.length ? POINTERS4_TO_6[pointer]! : -1;
}

/** The IPv4 header offset for any IPv6 one, an unsigned 32-bit number, or -1. */
export function pointer6To4(pointer: number): number {
  return pointer < POINTERS6_TO_4.length ? POINTERS6_TO_4[pointer]! : -1;
}

function typeTable(rows: readonly IcmpRow[]): Int32Array {
  const table = new Int32Array(TYPES * CODES).fill(-1);
  for (const { from, to } of rows) table[(from[0] << CODE_BITS) | from[1]] = (to[0] << 8) | to[1];
  return table;
}

function pointerTable(rows: readonly PointerRow[]): Int8Array {
  const table = new Int8Array(Math.max(...rows.map((row) => row.from[1])) + 1).fill(-1);
  for (const { from, to } of rows) table.fill(to, from[0], from[1] + 1);
  return table;
}
