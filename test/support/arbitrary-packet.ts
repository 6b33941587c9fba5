/** Random conversations for fast-check: what is said, and the fields that translation touches. */
import fc from "fast-check";
import { echo, type Payload, pattern, tcp, udp } from "./packet-builder.js";

export interface Talk {
  readonly kind: "tcp" | "udp" | "request" | "reply";
  readonly len: number;
  readonly first: number;
  readonly seq: number;
  readonly flags: number;
}

/** `maxLen` bytes of transport payload at most. Never a SYN: the MSS clamp is not meant here. */
export function talk(maxLen: number): fc.Arbitrary<Talk> {
  return fc.record({
    kind: fc.constantFrom("tcp", "udp", "request", "reply"),
    len: fc.nat(maxLen),
    first: fc.nat(255),
    seq: fc.nat(0xffffffff),
    flags: fc.constantFrom(0x10, 0x18, 0x11, 0x14),
  });
}

/** The payload between two ports; `port` is the one that a shared address depends on. */
export function payloadOf(
  { kind, len, first, seq, flags }: Talk,
  sport: number,
  dport: number,
  port: number,
): Payload {
  const data = pattern(len, first);
  if (kind === "tcp") return tcp({ sport, dport, seq, flags, data });
  if (kind === "udp") return udp({ sport, dport, data });
  return echo({ kind, id: port, seq: seq & 0xffff, data });
}

export interface HeaderFields {
  readonly ttl: number;
  readonly tos: number;
  readonly id: number;
}

export const headerFields: fc.Arbitrary<HeaderFields> = fc.record({
  ttl: fc.integer({ min: 4, max: 255 }),
  tos: fc.nat(255),
  id: fc.nat(65535),
});

/** IPv4 addresses that may be spoken to from anywhere and lie outside the rules of the tests. */
export const remote: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255))
  .filter(([a, b]) => a !== 127 && !(a === 192 && b === 0))
  .map((parts) => parts.join("."));
