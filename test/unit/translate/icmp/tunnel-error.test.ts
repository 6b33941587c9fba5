import { test } from "tap";
import { error6, expectPacket, extension, fragment, padded } from "../../../support/icmp-errors.js";
import {
  IDENTIFICATION,
  type NewEnds,
  outOfTunnel,
  type RunOptions,
} from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

// A CE: a router of the provider complains about a tunnel packet to the BR; the LAN host sent what is in it.
const CE6 = "2001:db8:12:3400:0:c000:212:34";
const BR6 = "2001:db8:ffff::1";
const OUTSIDE = { src: "192.0.2.18", dst: "198.51.100.9" };
const LAN = { src: "192.168.1.10", dst: "198.51.100.9" };
const OWN4 = "192.0.0.2";
const ENDS: NewEnds = {
  source: OWN4,
  destination: LAN.src,
  quotedSource: LAN.src,
  quotedDestination: LAN.dst,
  quotedSourcePort: 5000,
};

function udp(sport: number, len = 24): build.Payload {
  return build.udp({ sport, dport: 53, data: build.pattern(len) });
}

/** The ICMPv6 error about a tunnel packet. */
function error(type: number, code: number, rest: number, tunnel: Uint8Array): Uint8Array {
  return error6(type, code, rest, tunnel, { src: "2001:db8:9::9", dst: CE6 });
}

function tunnelled(inner: Uint8Array): Uint8Array {
  return build.ipv6({ src: CE6, dst: BR6 }, build.encapsulated(inner));
}

/** What the LAN host gets. */
function told(code: number, mtu: number, quote: Uint8Array, tos = 0): Uint8Array {
  const icmp = build.icmp({ type4: 3, type6: 0, code, rest: mtu, data: quote });
  return build.ipv4({ src: OWN4, dst: LAN.src, df: false, id: IDENTIFICATION, tos }, icmp);
}

const OUTER = tunnelled(build.ipv4(OUTSIDE, udp(1232)));
const INNER = build.ipv4(LAN, udp(5000));

// Rows: ICMPv6 type, code and second word, ICMPv4 code, and its MTU (RFC 2473 §8.3).
const RELAYED: [string, number, number, number, number, number][] = [
  ["hop limit exceeded", 3, 0, 0, 1, 0],
  ["no route", 1, 0, 0, 1, 0],
  ["prohibited", 1, 1, 0, 1, 0],
  ["address unreachable", 1, 3, 0, 1, 0],
  ["source address failed policy", 1, 5, 0, 1, 0],
  ["a next header that the tunnel end does not know", 4, 1, 6, 1, 0],
  ["packet too big, less the tunnel header (D8)", 2, 0, 1400, 4, 1360],
  ["packet too big below what IPv6 carries", 2, 0, 600, 4, 1240],
  ["packet too big above our own MTU", 2, 0, 2 ** 32 - 1, 4, 1460],
];

for (const [name, type, code, rest, code4, mtu] of RELAYED) {
  test(`relayed: ${name}`, (t) => {
    expectPacket(t, outOfTunnel(error(type, code, rest, OUTER), ENDS), told(code4, mtu, INNER));
    t.end();
  });
}

test("packet too big of a packet without DF is not told", (t) => {
  const packet = error(2, 0, 1400, tunnelled(build.ipv4({ ...OUTSIDE, df: false }, udp(1232))));
  t.equal(outOfTunnel(packet, ENDS), "icmp_untranslatable");
  t.end();
});

test("other headers of the tunnel count in the MTU", (t) => {
  const option = Uint8Array.of(0, 0, 4, 1, 4, 1, 1, 0);
  const inner = build.encapsulated(build.ipv4(OUTSIDE, udp(1232)));
  const outer = build.ipv6({ src: CE6, dst: BR6 }, build.extension(60, option, inner));
  expectPacket(t, outOfTunnel(error(2, 0, 1400, outer), ENDS), told(4, 1352, INNER));
  t.end();
});

test("the first piece of a fragmented tunnel packet tells enough, a later one does not", (t) => {
  const inner = build.encapsulated(build.ipv4(OUTSIDE, udp(1232)));
  const first = build.ipv6({ src: CE6, dst: BR6 }, fragment(0, true, 7, inner));
  expectPacket(t, outOfTunnel(error(3, 0, 0, first), ENDS), told(1, 0, INNER));
  const later = build.ipv6({ src: CE6, dst: BR6 }, fragment(1, true, 7, inner));
  t.equal(outOfTunnel(error(3, 0, 0, later), ENDS), "icmp_untranslatable");
  t.end();
});

test("quoted at every length from the IPv4 header on", (t) => {
  for (let len = 20; len <= INNER.length; len++) {
    const expected = INNER.slice(0, len);
    // Ports that are there in part stay, and so does half a checksum.
    if (len < 24) expected.set(OUTER.subarray(60, 40 + len), 20);
    if (len === 27) expected[26] = OUTER[66]!;
    const actual = outOfTunnel(error(3, 0, 0, OUTER.subarray(0, 40 + len)), ENDS);
    expectPacket(t, actual, told(1, 0, expected));
  }
  for (let len = 0; len < 60; len++) {
    t.equal(outOfTunnel(error(3, 0, 0, OUTER.subarray(0, len)), ENDS), "malformed_quote");
  }
  t.end();
});

test("an echo gets its identifier back, TOS gives the DSCP, options stay", (t) => {
  const fields = { tos: 0xbb, options: Uint8Array.of(1, 1, 1, 0) };
  const echo = (id: number): build.Payload => build.echo({ kind: "request", id });
  const outer = tunnelled(build.ipv4({ ...OUTSIDE, ...fields }, echo(1232)));
  const inner = build.ipv4({ ...LAN, ...fields }, echo(7));
  const actual = outOfTunnel(error(3, 0, 0, outer), { ...ENDS, quotedSourcePort: 7 });
  expectPacket(t, actual, told(1, 0, inner, 0xb8));
  t.end();
});

test("an extension and what lies behind the packet go, and 576 bytes are the most", (t) => {
  const attached = build.concat(padded(OUTER, 128), extension(16));
  expectPacket(t, outOfTunnel(error(3, 0, 16 * 2 ** 24, attached), ENDS), told(1, 0, INNER));
  const long = tunnelled(build.ipv4(OUTSIDE, udp(1232, 1100)));
  const inner = build.ipv4(LAN, udp(5000, 1100));
  const actual = outOfTunnel(error(2, 0, 1400, long), ENDS);
  expectPacket(t, actual, told(4, 1360, inner.subarray(0, 548)));
  const small: RunOptions = { limits: { mtu4: 300 } };
  const cut = outOfTunnel(error(2, 0, 1400, long), ENDS, small);
  expectPacket(t, cut, told(4, 1360, inner.subarray(0, 272)));
  t.end();
});

const ICMP_ERROR = build.icmp({ type4: 3, type6: 0, data: INNER });

// Rows: error, drop.
const DROPPED: [string, Uint8Array, string][] = [
  [
    "about a packet that was no tunnel packet",
    error(3, 0, 0, build.ipv6({ src: CE6, dst: BR6 }, udp(1232))),
    "icmp_untranslatable",
  ],
  [
    "about an ICMP error in the tunnel",
    error(3, 0, 0, tunnelled(build.ipv4(OUTSIDE, ICMP_ERROR))),
    "icmp_error_about_error",
  ],
  [
    "about an IPv4 header with a wrong checksum",
    error(3, 0, 0, tunnelled(build.ipv4({ ...OUTSIDE, checksum: 1 }, udp(1232)))),
    "bad_icmp_checksum",
  ],
  ["of an unknown type", error(100, 0, 0, OUTER), "icmp_untranslatable"],
];

for (const [name, packet, reason] of DROPPED) {
  test(`dropped: an error ${name}`, (t) => {
    t.equal(outOfTunnel(packet, ENDS), reason);
    t.end();
  });
}
