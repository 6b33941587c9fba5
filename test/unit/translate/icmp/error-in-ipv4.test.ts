import { test } from "tap";
import { error4, expectPacket, extension, padded } from "../../../support/icmp-errors.js";
import { inIpv4, type NewEnds } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

const LAN = "192.168.1.10";
const OUTSIDE = "192.0.2.18";
const PEER = "198.51.100.9";
const ROUTER = "203.0.113.1";

// From outside (RFC 5508 §4.2): a router complains about what the LAN host sent.
const INBOUND: NewEnds = {
  source: ROUTER,
  destination: LAN,
  quotedSource: LAN,
  quotedDestination: PEER,
};
// From inside: the LAN host complains about what the peer sent.
const OUTBOUND: NewEnds = {
  source: OUTSIDE,
  destination: PEER,
  quotedSource: PEER,
  quotedDestination: OUTSIDE,
};

type Make = (port: number) => build.Payload;

/** Quoted payloads with one port to be translated, on the source side and on the destination side. */
const PAYLOADS: [string, Make, Make, checksumAt: number][] = [
  [
    "TCP",
    (sport) => build.tcp({ sport, dport: 443, data: build.pattern(33) }),
    (dport) => build.tcp({ sport: 443, dport, data: build.pattern(33) }),
    16,
  ],
  [
    "UDP",
    (sport) => build.udp({ sport, dport: 53, data: build.pattern(20) }),
    (dport) => build.udp({ sport: 53, dport, data: build.pattern(20) }),
    6,
  ],
  [
    "UDP without a checksum",
    (sport) => build.udp({ sport, dport: 53, data: build.pattern(21), checksum: 0 }),
    (dport) => build.udp({ sport: 53, dport, data: build.pattern(21), checksum: 0 }),
    6,
  ],
];

for (const [name, fromPort, toPort, checksumAt] of PAYLOADS) {
  test(`${name} of the LAN host, quoted by a router at every length`, (t) => {
    const outside = build.ipv4({ src: OUTSIDE, dst: PEER, ttl: 1, id: 5 }, fromPort(1232));
    const inside = build.ipv4({ src: LAN, dst: PEER, ttl: 1, id: 5 }, fromPort(5000));
    for (let len = 20; len <= outside.length; len++) {
      const portsKnown = len >= 24;
      const expected = inside.slice(0, len);
      // Less than both ports are not touched, and half a checksum cannot be updated.
      if (!portsKnown) expected.set(outside.subarray(20, len), 20);
      if (len === 20 + checksumAt + 1) expected[20 + checksumAt] = outside[20 + checksumAt]!;
      const ends = portsKnown ? { ...INBOUND, quotedSourcePort: 5000 } : INBOUND;
      const actual = inIpv4(error4(11, 0, 0, outside.subarray(0, len)), ends);
      expectPacket(t, actual, error4(11, 0, 0, expected, { src: ROUTER, dst: LAN }));
    }
    t.end();
  });

  test(`${name} of the peer, refused by the LAN host`, (t) => {
    const outside = build.ipv4({ src: PEER, dst: OUTSIDE }, toPort(1232));
    const inside = build.ipv4({ src: PEER, dst: LAN }, toPort(5000));
    const packet = error4(3, 3, 0, inside, { src: LAN, dst: PEER, tos: 0xc0 });
    const actual = inIpv4(packet, { ...OUTBOUND, quotedDestinationPort: 1232 });
    expectPacket(t, actual, error4(3, 3, 0, outside, { src: OUTSIDE, dst: PEER, tos: 0xc0 }));
    t.end();
  });
}

test("an echo's identifier is restored, at every length from its first byte", (t) => {
  const echo = (id: number): build.Payload =>
    build.echo({ kind: "request", id, data: build.pattern(11) });
  const outside = build.ipv4({ src: OUTSIDE, dst: PEER, ttl: 1 }, echo(1232));
  const inside = build.ipv4({ src: LAN, dst: PEER, ttl: 1 }, echo(7));
  for (let len = 28; len <= outside.length; len++) {
    const packet = error4(11, 0, 0, outside.subarray(0, len));
    const actual = inIpv4(packet, { ...INBOUND, quotedSourcePort: 7 });
    expectPacket(t, actual, error4(11, 0, 0, inside.subarray(0, len), { src: ROUTER, dst: LAN }));
  }
  t.end();
});

test("an MTU, an extension and what lies behind the quote stay", (t) => {
  const udp = (sport: number): build.Payload =>
    build.udp({ sport, dport: 53, data: build.pattern(21) });
  const outside = build.ipv4(
    { src: OUTSIDE, dst: PEER, options: Uint8Array.of(7, 3, 4, 0) },
    udp(1232),
  );
  const inside = build.ipv4({ src: LAN, dst: PEER, options: Uint8Array.of(7, 3, 4, 0) }, udp(5000));
  const rest = 32 * 2 ** 16 + 1400;
  const packet = error4(3, 4, rest, build.concat(padded(outside, 128), extension(21)), {
    options: Uint8Array.of(1, 1, 1, 0),
  });
  const expected = error4(3, 4, rest, build.concat(padded(inside, 128), extension(21)), {
    options: Uint8Array.of(1, 1, 1, 0),
    dst: LAN,
  });
  expectPacket(t, inIpv4(packet, { ...INBOUND, quotedSourcePort: 5000 }), expected);
  t.end();
});

test("a quoted fragment keeps its identification, offset and MF", (t) => {
  const fields = { id: 99, mf: true, fragmentOffset: 4 };
  for (const protocol of [1, 6, 17]) {
    const bytes = build.raw(protocol, build.pattern(24, 3));
    const outside = build.ipv4({ src: OUTSIDE, dst: PEER, ...fields }, bytes);
    const inside = build.ipv4({ src: LAN, dst: PEER, ...fields }, bytes);
    const actual = inIpv4(error4(11, 1, 0, outside), { ...INBOUND, quotedSourcePort: 5000 });
    expectPacket(t, actual, error4(11, 1, 0, inside, { dst: LAN }));
  }
  t.end();
});

test("types and codes that IPv6 has no word for pass", (t) => {
  const quote = build.ipv4({ src: OUTSIDE, dst: PEER }, build.udp({ sport: 1232, dport: 53 }));
  const inside = build.ipv4({ src: LAN, dst: PEER }, build.udp({ sport: 1232, dport: 53 }));
  for (const [type, code] of [
    [3, 14],
    [12, 1],
    [11, 7],
  ] as const) {
    const actual = inIpv4(error4(type, code, 0, quote), INBOUND);
    expectPacket(t, actual, error4(type, code, 0, inside, { dst: LAN }));
  }
  t.end();
});

// Rows: error, drop.
const QUOTE = build.ipv4({ src: OUTSIDE, dst: PEER }, build.udp({ sport: 1232, dport: 53 }));
const DROPPED: [string, Uint8Array, string][] = [
  ["source quench", error4(4, 0, 0, QUOTE), "icmp_untranslatable"],
  ["redirect", error4(5, 1, 0, QUOTE), "icmp_untranslatable"],
  [
    "a quoted timestamp request",
    error4(11, 0, 0, build.ipv4({ src: OUTSIDE, dst: PEER }, build.icmp({ type4: 13, type6: 0 }))),
    "icmp_untranslatable",
  ],
  [
    "an error about an error",
    error4(
      3,
      1,
      0,
      build.ipv4({ src: OUTSIDE, dst: PEER }, build.icmp({ type4: 11, type6: 0, data: QUOTE })),
    ),
    "icmp_error_about_error",
  ],
  [
    "a quoted header checksum that is wrong",
    error4(
      3,
      1,
      0,
      build.ipv4({ src: OUTSIDE, dst: PEER, checksum: 1 }, build.udp({ sport: 1, dport: 2 })),
    ),
    "bad_icmp_checksum",
  ],
];

for (const [name, packet, reason] of DROPPED) {
  test(`dropped: ${name}`, (t) => {
    t.equal(inIpv4(packet, INBOUND), reason);
    t.end();
  });
}
