import { test } from "tap";
import * as errors from "../../../support/icmp-errors.js";
import {
  ENDS4,
  error6,
  expectPacket,
  fragment,
  ROUTER4,
  SENT4,
  SENT6,
} from "../../../support/icmp-errors.js";
import { IDENTIFICATION, type RunOptions, toIpv4 } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";
import { loadVectors } from "../../../support/vectors.js";

const UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(24) });
/** Quoted by most cases: IPv6 with UDP, as it was when it expired. */
const QUOTE6 = build.ipv6({ ...SENT6, hopLimit: 1 }, UDP);
const QUOTE4 = build.ipv4({ ...SENT4, ttl: 1, df: false }, UDP);

/** The error after one hop. */
function error4(
  type: number,
  code: number,
  rest: number,
  data: Uint8Array,
  fields: Partial<build.Ipv4Fields> = {},
): Uint8Array {
  return errors.error4(type, code, rest, data, { ttl: 59, id: IDENTIFICATION, ...fields });
}

for (const { t: type, c: code, to } of loadVectors().icmp6to4) {
  if (type >= 128) continue;
  test(`ICMPv6 ${type}/${code} becomes ${to === null ? "nothing" : `ICMPv4 ${to[0]}/${to[1]}`}`, (t) => {
    const rest6 = type === 2 ? 1400 : type === 4 ? 6 : 0;
    const actual = toIpv4(error6(type, code, rest6, QUOTE6), ENDS4);
    if (to === null) {
      t.equal(actual, "icmp_untranslatable");
    } else {
      const rest4 = to[2] === "mtu" ? 1380 : to[2] === "pointer" ? 9 * 2 ** 24 : 0;
      expectPacket(t, actual, error4(to[0], to[1], rest4, QUOTE4));
    }
    t.end();
  });
}

for (const [pointer6, pointer4] of Object.entries(loadVectors().pointer6to4)) {
  test(`parameter problem at ${pointer6} becomes one at ${pointer4 ?? "no place"} (D15)`, (t) => {
    const actual = toIpv4(error6(4, 0, Number(pointer6), QUOTE6), ENDS4);
    if (pointer4 === null) t.equal(actual, "icmp_untranslatable");
    else expectPacket(t, actual, error4(12, 0, pointer4 * 2 ** 24, QUOTE4));
    t.end();
  });
}

test("unrecognised next header has no pointer in IPv4, wherever it points (D15)", (t) => {
  for (const pointer of [0, 2, 6, 40, 2 ** 32 - 1]) {
    expectPacket(t, toIpv4(error6(4, 1, pointer, QUOTE6), ENDS4), error4(3, 2, 0, QUOTE4));
  }
  t.end();
});

test("a pointer of 32 bits is not cut to eight", (t) => {
  t.equal(toIpv4(error6(4, 0, 2 ** 32 - 256 + 6, QUOTE6), ENDS4), "icmp_untranslatable");
  t.equal(toIpv4(error6(4, 0, 256 + 6, QUOTE6), ENDS4), "icmp_untranslatable");
  t.end();
});

// Rows: MTU as sent, sides, MTU as expected.
const MTUS: [string, number, RunOptions, number][] = [
  ["20 less than reported", 1400, {}, 1380],
  ["not more than the IPv4 side takes (nat46)", 1500, { limits: { mtu4: 1400 } }, 1400],
  ["not more than the IPv6 side takes (nat46)", 1500, { limits: { mtu6: 1450 } }, 1430],
  ["all 32 bits are read (nat46)", 2 ** 31, {}, 1480],
  ["a small MTU becomes a smaller one, as a CE behind a small IPv4 link needs", 1000, {}, 980],
  ["zero does not become 'not named' or wrap around", 0, {}, 68],
];

for (const [name, rest, options, mtu] of MTUS) {
  test(`packet too big: ${name}`, (t) => {
    expectPacket(t, toIpv4(error6(2, 0, rest, QUOTE6), ENDS4, options), error4(3, 4, mtu, QUOTE4));
    t.end();
  });
}

test("packet too big about a packet with a Fragment Header subtracts 28 and has DF clear inside", (t) => {
  const quote6 = build.ipv6({ ...SENT6, hopLimit: 1 }, fragment(0, true, 0xabcdbeef, UDP));
  const quote4 = build.ipv4({ ...SENT4, ttl: 1, df: false, mf: true, id: 0xbeef }, UDP);
  expectPacket(t, toIpv4(error6(2, 0, 1280, quote6), ENDS4), error4(3, 4, 1252, quote4));
  t.end();
});

const TCP = build.tcp({ sport: 1232, dport: 443, data: build.pattern(101) });
const ECHO = build.echo({ kind: "request", id: 1232, seq: 9, data: build.pattern(57) });
const ECHO_REPLY = build.echo({ kind: "reply", id: 1232, seq: 9, data: build.pattern(56) });
const ZERO_UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(31), checksum: 0 });

const NO_CHECKSUM = -2;

// Rows: quoted payload, how much of it must be there, and the offset of its checksum.
const TRUNCATED: [string, build.Payload, number, number][] = [
  ["UDP", UDP, 0, 6],
  ["UDP without a checksum", ZERO_UDP, 0, 6],
  ["TCP", TCP, 0, 16],
  ["an echo request", ECHO, 1, 2],
  ["an echo reply", ECHO_REPLY, 1, 2],
  ["SCTP (D17)", build.raw(132, build.pattern(45)), 0, NO_CHECKSUM],
  ["ESP (D17)", build.raw(50, build.pattern(30)), 0, NO_CHECKSUM],
  ["no next header", build.raw(59, build.pattern(3)), 0, NO_CHECKSUM],
];

for (const [name, payload, least, checksumAt] of TRUNCATED) {
  const whole4 = build.ipv4({ ...SENT4, ttl: 3, tos: 0x2e, df: false }, payload);
  const whole6 = build.ipv6({ ...SENT6, hopLimit: 3, trafficClass: 0x2e }, payload);
  const payloadLen = whole4.length - 20;

  test(`${name}, quoted at every length from ${least} to ${payloadLen} bytes`, (t) => {
    for (let len = least; len <= payloadLen; len++) {
      const quote4 = whole4.slice(0, 20 + len);
      // Half a checksum cannot be updated.
      if (len === checksumAt + 1) quote4[20 + checksumAt] = whole6[40 + checksumAt]!;
      const actual = toIpv4(error6(3, 0, 0, whole6.subarray(0, 40 + len)), ENDS4);
      expectPacket(t, actual, error4(11, 0, 0, quote4));
    }
    t.end();
  });
}

test("new ports and a new identifier are written into the quote", (t) => {
  const ports = { ...ENDS4, quotedSourcePort: 5000, quotedDestinationPort: 5353 };
  for (const make of [
    (sport: number, dport: number) => build.tcp({ sport, dport, data: build.pattern(9) }),
    (sport: number, dport: number) => build.udp({ sport, dport, data: build.pattern(9) }),
  ]) {
    const actual = toIpv4(error6(1, 4, 0, build.ipv6(SENT6, make(1232, 53))), ports);
    const quote = build.ipv4({ ...SENT4, df: false }, make(5000, 5353));
    expectPacket(t, actual, error4(3, 3, 0, quote));
  }
  const echo = (id: number): build.Payload => build.echo({ kind: "request", id });
  const actual = toIpv4(error6(3, 0, 0, build.ipv6(SENT6, echo(1232))), {
    ...ENDS4,
    quotedSourcePort: 7,
  });
  expectPacket(t, actual, error4(11, 0, 0, build.ipv4({ ...SENT4, df: false }, echo(7))));
  t.end();
});

test("behind NAT44 the LAN host sees its own packet quoted, in one step", (t) => {
  const quote6 = build.ipv6({ ...SENT6, hopLimit: 1 }, UDP);
  const lan = { src: "192.168.1.10", dst: "198.51.100.9" };
  const inside = build.udp({ sport: 5000, dport: 53, data: build.pattern(24) });
  const actual = toIpv4(error6(3, 0, 0, quote6), {
    source: ROUTER4.src,
    destination: lan.src,
    quotedSource: lan.src,
    quotedDestination: lan.dst,
    quotedSourcePort: 5000,
  });
  const quote4 = build.ipv4({ ...lan, ttl: 1, df: false }, inside);
  expectPacket(t, actual, error4(11, 0, 0, quote4, { dst: lan.src }));
  t.end();
});

test("the source may be any address: a router of the provider, not the destination's own (D18, nat46)", (t) => {
  const source = "203.0.113.8";
  const packet = error6(3, 0, 0, QUOTE6, { src: "2001:db8:9::9" });
  const actual = toIpv4(packet, { ...ENDS4, source });
  expectPacket(t, actual, error4(11, 0, 0, QUOTE4, { src: source }));
  t.end();
});

test("a quoted fragment keeps offset, MF and the low half of its identification (D16, nat46)", (t) => {
  for (const [offset, mf] of [
    [0, true],
    [185, true],
    [185, false],
    [8191, false],
    [0, false],
  ] as const) {
    // A later fragment looks like a TCP header and must not be taken for one.
    const payload = offset === 0 ? TCP : build.raw(6, build.pattern(40));
    const quote6 = build.ipv6({ ...SENT6, hopLimit: 1 }, fragment(offset, mf, 0x1234abcd, payload));
    const fields = { ...SENT4, ttl: 1, df: false, id: 0xabcd, mf, fragmentOffset: offset };
    const ends = { ...ENDS4, quotedSourcePort: offset === 0 ? 1232 : 9999 };
    const actual = toIpv4(error6(3, 1, 0, quote6), ends);
    expectPacket(t, actual, error4(11, 1, 0, build.ipv4(fields, payload)));
  }
  t.end();
});

test("a quote without Fragment Header is no fragment (D16)", (t) => {
  const actual = toIpv4(error6(3, 0, 0, QUOTE6), ENDS4);
  if (typeof actual === "string") return void t.fail(actual);
  t.same([...actual.subarray(20 + 8 + 6, 20 + 8 + 8)], [0, 0]);
  t.end();
});

test("DF in the quote is set above 1260 bytes, by the length it had (RFC 7915 §5.1)", (t) => {
  for (const len of [1260, 1261]) {
    const sent = build.udp({ sport: 1232, dport: 53, data: build.pattern(len - 28) });
    const quote6 = build.ipv6(SENT6, sent);
    const quote4 = build.ipv4({ ...SENT4, df: len > 1260 }, sent);
    for (const cut of [48, 400]) {
      const actual = toIpv4(error6(2, 0, 1280, quote6.subarray(0, cut)), ENDS4);
      expectPacket(t, actual, error4(3, 4, 1260, quote4.subarray(0, cut - 20)));
    }
  }
  t.end();
});

test("DF in the quote of a long fragment stays clear (RFC 7915 §5.1.1)", (t) => {
  const sent = build.udp({ sport: 1232, dport: 53, data: build.pattern(1424) });
  const quote6 = build.ipv6(SENT6, fragment(0, true, 7, sent)).subarray(0, 400);
  const quote4 = build.ipv4({ ...SENT4, df: false, mf: true, id: 7 }, sent).subarray(0, 372);
  expectPacket(t, toIpv4(error6(3, 1, 0, quote6), ENDS4), error4(11, 1, 0, quote4));
  t.end();
});

test("a quoted fragment of ICMPv6 is translated by its header alone where it is not the first", (t) => {
  const bytes = build.pattern(16, 3);
  const quote6 = build.ipv6(SENT6, fragment(2, false, 7, build.raw(58, bytes)));
  const fields = { ...SENT4, df: false, id: 7, fragmentOffset: 2 };
  const quote4 = build.ipv4(fields, build.raw(1, bytes));
  expectPacket(t, toIpv4(error6(3, 1, 0, quote6), ENDS4), error4(11, 1, 0, quote4));
  t.end();
});

/** An extension header of 8 bytes of padding; the builder writes its first byte. */
const PADDING = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
/** Routing header of type 2 with nothing left (RFC 8200 §4.4). */
const ROUTED = Uint8Array.of(0, 0, 2, 0, 0, 0, 0, 0);
const STILL_ROUTED = Uint8Array.of(0, 0, 2, 1, 0, 0, 0, 0);

test("extension headers go, outside and in the quote, and its length shrinks by them", (t) => {
  const chain = build.extension(
    0,
    PADDING,
    build.extension(60, PADDING, build.extension(43, ROUTED, UDP)),
  );
  const quote6 = build.ipv6({ ...SENT6, hopLimit: 1 }, chain);
  expectPacket(t, toIpv4(error6(3, 0, 0, quote6), ENDS4), error4(11, 0, 0, QUOTE4));

  const message = build.icmp({ type4: 0, type6: 3, data: quote6 });
  const packet = build.ipv6(
    { ...errors.ROUTER6, hopLimit: 60 },
    build.extension(0, PADDING, build.extension(60, PADDING, message)),
  );
  expectPacket(t, toIpv4(packet, ENDS4), error4(11, 0, 0, QUOTE4));
  t.end();
});

// Rows: IPv6 header of the error, settings, IPv4 header of the error.
const HEADERS: [string, Partial<build.Ipv6Fields>, RunOptions, Partial<build.Ipv4Fields>][] = [
  ["traffic class is copied", { trafficClass: 0xb9 }, {}, { tos: 0xb9 }],
  ["hop limit 2 becomes TTL 1", { hopLimit: 2 }, {}, { ttl: 1 }],
  [
    "hop limit stays where it is not to be decremented",
    { hopLimit: 1 },
    { limits: { ttlStep: 0 } },
    { ttl: 1 },
  ],
  ["the flow label is lost", { flowLabel: 0xfffff }, {}, {}],
];

for (const [name, fields6, options, fields4] of HEADERS) {
  test(`the error's own header: ${name}`, (t) => {
    const actual = toIpv4(error6(3, 0, 0, QUOTE6, fields6), ENDS4, options);
    expectPacket(t, actual, error4(11, 0, 0, QUOTE4, fields4));
    t.end();
  });
}

test("an error whose hop limit is used up goes no further", (t) => {
  t.equal(toIpv4(error6(3, 0, 0, QUOTE6, { hopLimit: 1 }), ENDS4), "ttl_expired");
  t.end();
});

test("an error of 1280 bytes is cut to 576 without DF, its quoted lengths and checksum stay", (t) => {
  const { v4, v6 } = errors.quotes(1480);
  const actual = toIpv4(error6(2, 0, 1400, v6.subarray(0, 1232)), ENDS4);
  expectPacket(t, actual, error4(3, 4, 1380, v4.subarray(0, 548)));
  t.equal(actual.length, 576);
  t.end();
});

test("an error is cut to what a very small IPv4 side takes", (t) => {
  const { v4, v6 } = errors.quotes(600);
  const actual = toIpv4(error6(3, 0, 0, v6), ENDS4, { limits: { mtu4: 300 } });
  expectPacket(t, actual, error4(11, 0, 0, v4.subarray(0, 272)));
  t.end();
});

// Rows: name, quoted packet, drop.
const DROPPED: [string, Uint8Array, string][] = [
  [
    "a quoted routing header with segments left",
    build.ipv6(SENT6, build.extension(43, STILL_ROUTED, UDP)),
    "icmp_untranslatable",
  ],
  [
    "an extension header behind a quoted Fragment Header",
    build.ipv6(SENT6, fragment(0, true, 1, build.extension(60, PADDING, UDP))),
    "icmp_untranslatable",
  ],
  [
    "two quoted Fragment Headers",
    build.ipv6(SENT6, fragment(0, true, 1, fragment(0, true, 2, UDP))),
    "icmp_untranslatable",
  ],
  [
    "AH behind a quoted Fragment Header",
    build.ipv6(SENT6, fragment(0, true, 1, build.raw(51, build.pattern(24)))),
    "icmp_untranslatable",
  ],
  [
    "IPv4's ICMP inside IPv6",
    build.ipv6(SENT6, build.raw(1, build.pattern(16))),
    "icmp_untranslatable",
  ],
  [
    "a quoted neighbour solicitation",
    build.ipv6(SENT6, build.icmp({ type4: 0, type6: 135, data: build.pattern(16) })),
    "icmp_untranslatable",
  ],
  [
    "a quoted packet longer than any in IPv4",
    build.ipv6({ ...SENT6, payloadLen: 65516 }, UDP),
    "malformed_quote",
  ],
  [
    "a quoted ICMP error, not retyped as echo (D17)",
    build.ipv6(SENT6, build.icmp({ type4: 0, type6: 1, data: QUOTE6 })),
    "icmp_error_about_error",
  ],
  [
    "a quoted redirect",
    build.ipv6(SENT6, build.icmp({ type4: 0, type6: 137, data: build.pattern(32) })),
    "icmp_error_about_error",
  ],
];

for (const [name, quote, reason] of DROPPED) {
  test(`dropped: ${name}`, (t) => {
    t.equal(toIpv4(error6(3, 0, 0, quote), ENDS4), reason);
    t.end();
  });
}
