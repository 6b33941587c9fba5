/** Extensions of ICMP errors and the lengths before them (RFC 4884). */
import { concat, pattern, udp } from "../../support/packet-builder.js";
import type { GoldenCase, Step } from "../golden-case.js";
import * as d from "./domains.js";
import {
  got4,
  got6,
  inbound,
  OUT,
  outbound,
  refusedInbound,
  refusedOutbound,
  sent4,
  sent6,
} from "./icmp-error.js";

/** An extension structure of RFC 4884 §7 with one object, a label stack of MPLS (RFC 4950 §3). */
function mpls(): Uint8Array {
  const bytes = Uint8Array.of(0x20, 0, 0, 0, 0, 8, 1, 1, 0x12, 0x34, 0x51, 0x40);
  return withChecksum(bytes);
}

/** An object of a class that nobody knows, `len` bytes in all. */
function unknownObject(len: number): Uint8Array {
  const bytes = concat(Uint8Array.of(0x20, 0, 0, 0), pattern(len - 4, 0x60));
  new DataView(bytes.buffer).setUint16(4, len - 4);
  return withChecksum(bytes);
}

function withChecksum(extension: Uint8Array): Uint8Array {
  const view = new DataView(extension.buffer);
  let sum = 0;
  for (let at = 0; at < extension.length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(2, ~sum & 0xffff);
  return extension;
}

function padded(bytes: Uint8Array, len: number): Uint8Array {
  return concat(bytes, new Uint8Array(len - bytes.length));
}

const LONG_OUT = udp({ sport: d.PORT, dport: 53, data: pattern(1000) });
const LONG_IN = udp({ sport: 53, dport: d.PORT, data: pattern(1000) });

/** The length field counts 32-bit words in ICMPv4's sixth byte, 64-bit words in ICMPv6's fifth (RFC 4884 §4). */
const words4 = (len: number): number => (len / 4) * 2 ** 16;
const words6 = (len: number): number => (len / 8) * 2 ** 24;

const EXTENSION = mpls();

const EXTENSIONS_IN: Step[] = [
  // 128 bytes of quote become 148 and are padded to 152, a multiple of 8.
  inbound(
    [11, 0, words4(128)],
    [3, 0, words6(152)],
    concat(sent4(LONG_OUT).subarray(0, 128), EXTENSION),
    concat(padded(sent6(LONG_OUT).subarray(0, 148), 152), EXTENSION),
  ),
  // The quote is shorter than its field and padded there; without the padding it is 88 bytes of IPv6.
  inbound(
    [3, 1, words4(128)],
    [1, 0, words6(128)],
    concat(padded(sent4(OUT), 128), EXTENSION),
    concat(padded(sent6(OUT), 128), EXTENSION),
  ),
  inbound(
    [3, 3, words4(132)],
    [1, 4, words6(152)],
    concat(sent4(LONG_OUT).subarray(0, 132), unknownObject(40)),
    concat(sent6(LONG_OUT).subarray(0, 152), unknownObject(40)),
  ),
  // No length, no extension: what stands behind the quoted packet is padding.
  inbound([11, 0], [3, 0], concat(sent4(OUT), new Uint8Array(60), EXTENSION), sent6(OUT)),
  // ICMPv6 has no room for a length in packet too big and parameter problem.
  inbound(
    [3, 4, words4(128) + 1400],
    [2, 0, 1420],
    concat(sent4(LONG_OUT).subarray(0, 128), EXTENSION),
    sent6(LONG_OUT).subarray(0, 148),
  ),
  inbound(
    [12, 0, words4(128) + 8 * 2 ** 24],
    [4, 0, 7],
    concat(sent4(LONG_OUT).subarray(0, 128), EXTENSION),
    sent6(LONG_OUT).subarray(0, 148),
  ),
  refusedInbound("malformed_quote", [11, 0, words4(256)], sent4(LONG_OUT).subarray(0, 128)),
];

const EXTENSIONS_OUT: Step[] = [
  // 128 bytes of quote become 108 and are padded to the 128 that a quote has at least.
  outbound(
    [3, 0, words6(128)],
    [11, 0, words4(128)],
    concat(got6(LONG_IN).subarray(0, 128), EXTENSION),
    concat(padded(got4(LONG_IN).subarray(0, 108), 128), EXTENSION),
  ),
  outbound(
    [1, 4, words6(160)],
    [3, 3, words4(140)],
    concat(got6(LONG_IN).subarray(0, 160), EXTENSION),
    concat(got4(LONG_IN).subarray(0, 140), EXTENSION),
  ),
  // 576 bytes hold 548 of quote and extension: the quote gives way while 128 bytes of it are left.
  outbound(
    [1, 0, words6(800)],
    [3, 1, words4(536)],
    concat(got6(LONG_IN).subarray(0, 800), EXTENSION),
    concat(got4(LONG_IN).subarray(0, 536), EXTENSION),
  ),
  // Then the extension goes.
  outbound(
    [1, 0, words6(128)],
    [3, 1],
    concat(got6(LONG_IN).subarray(0, 128), unknownObject(424)),
    got4(LONG_IN).subarray(0, 108),
  ),
  refusedOutbound("malformed_quote", [3, 0, words6(256)], got6(LONG_IN).subarray(0, 128)),
];

export const ICMP_EXTENSIONS: readonly GoldenCase[] = [
  {
    name: "An extension of an ICMPv4 error arrives intact in ICMPv6",
    rfc: ["RFC 4884 §4", "RFC 4884 §5", "RFC 7915 §4.2"],
    config: d.brT(),
    steps: EXTENSIONS_IN,
  },
  {
    name: "An extension of an ICMPv6 error arrives intact in ICMPv4 or not at all",
    rfc: ["RFC 4884 §4", "RFC 4884 §5", "RFC 7915 §5.2"],
    config: d.brT(),
    steps: EXTENSIONS_OUT,
  },
];
