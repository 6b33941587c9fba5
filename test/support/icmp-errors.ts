/**
 * One ICMP error in both families, built from its meaning: a router complains about a packet that the CE of
 * 192.0.2.18, PSID 0x34, has sent to 198.51.100.9 through the DMR prefix 2001:db8:ffff::/64.
 */
import type { Test } from "tap";
import { hexDiff } from "./hex-diff.js";
import type { NewEnds } from "./icmp-fixture.js";
import * as build from "./packet-builder.js";
import { packetProblems } from "./packet-check.js";

export const ROUTER4 = { src: "203.0.113.1", dst: "192.0.2.18" };
export const ROUTER6 = {
  src: "2001:db8:ffff:0:cb:71:100:0",
  dst: "2001:db8:12:3400:0:c000:212:34",
};
export const SENT4 = { src: "192.0.2.18", dst: "198.51.100.9" };
export const SENT6 = {
  src: "2001:db8:12:3400:0:c000:212:34",
  dst: "2001:db8:ffff:0:c6:3364:900:0",
};

export const ENDS4: NewEnds = {
  source: ROUTER4.src,
  destination: ROUTER4.dst,
  quotedSource: SENT4.src,
  quotedDestination: SENT4.dst,
};
export const ENDS6: NewEnds = {
  source: ROUTER6.src,
  destination: ROUTER6.dst,
  quotedSource: SENT6.src,
  quotedDestination: SENT6.dst,
};

/** A TTL or hop limit of 60; `rest` is the second word of the message. */
export function error4(
  type: number,
  code: number,
  rest: number,
  data: Uint8Array,
  fields: Partial<build.Ipv4Fields> = {},
): Uint8Array {
  const icmp = build.icmp({ type4: type, type6: 0, code, rest, data });
  return build.ipv4({ ...ROUTER4, ttl: 60, df: false, ...fields }, icmp);
}

export function error6(
  type: number,
  code: number,
  rest: number,
  data: Uint8Array,
  fields: Partial<build.Ipv6Fields> = {},
): Uint8Array {
  const icmp = build.icmp({ type4: 0, type6: type, code, rest, data });
  return build.ipv6({ ...ROUTER6, hopLimit: 60, ...fields }, icmp);
}

/** Passes when the translator wrote exactly `expected`, and a strict receiver would take it. */
export function expectPacket(t: Test, actual: Uint8Array | string, expected: Uint8Array): void {
  if (typeof actual === "string") return void t.fail(`dropped: ${actual}`);
  t.equal(hexDiff(expected, actual), "");
  t.same(packetProblems(actual), []);
}

/** A Fragment Header before a payload (RFC 8200 §4.5); offset in units of 8 bytes. */
export function fragment(
  offset: number,
  more: boolean,
  id: number,
  payload: build.Payload,
): build.Payload {
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint16(2, offset * 8 + (more ? 1 : 0));
  view.setUint32(4, id);
  return build.extension(44, header, payload);
}

/** An extension structure of version 2 (RFC 4884 §7), with a content that nobody reads. */
export function extension(len: number): Uint8Array {
  const bytes = build.pattern(len, 0x40);
  bytes[0] = 0x20;
  return bytes;
}

export function padded(bytes: Uint8Array, len: number): Uint8Array {
  return build.concat(bytes, new Uint8Array(len - bytes.length));
}

/** The first `len4` bytes of an IPv4 packet that was `missing` bytes longer, and the same of its IPv6 form. */
export function quotes(len4: number, missing = 0): { v4: Uint8Array; v6: Uint8Array } {
  const data = build.pattern(len4 + missing - 28);
  const sent = build.udp({ sport: 1232, dport: 53, data });
  const df = len4 + missing > 1260;
  return {
    v4: build.ipv4({ ...SENT4, df }, sent).subarray(0, len4),
    v6: build.ipv6(SENT6, sent).subarray(0, len4 + 20),
  };
}
