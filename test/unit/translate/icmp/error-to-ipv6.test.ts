import { test } from "tap";
import * as errors from "../../../support/icmp-errors.js";
import {
  ENDS6,
  error4,
  expectPacket,
  fragment,
  SENT4,
  SENT6,
} from "../../../support/icmp-errors.js";
import { type RunOptions, toIpv6 } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";
import { loadVectors } from "../../../support/vectors.js";

const UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(24) });
/** Quoted by most cases: IPv4 with UDP, as it was when it expired. */
const QUOTE4 = build.ipv4({ ...SENT4, ttl: 1, df: false }, UDP);
const QUOTE6 = build.ipv6({ ...SENT6, hopLimit: 1 }, UDP);

/** The error after one hop. */
function error6(
  type: number,
  code: number,
  rest: number,
  data: Uint8Array,
  fields: Partial<build.Ipv6Fields> = {},
): Uint8Array {
  return errors.error6(type, code, rest, data, { hopLimit: 59, ...fields });
}

for (const { t: type, c: code, to } of loadVectors().icmp4to6) {
  if (type === 0 || type === 8) continue;
  test(`ICMPv4 ${type}/${code} becomes ${to === null ? "nothing" : `ICMPv6 ${to[0]}/${to[1]}`}`, (t) => {
    const rest4 = type === 12 ? 9 * 2 ** 24 : type === 3 && code === 4 ? 1400 : 0;
    const actual = toIpv6(error4(type, code, rest4, QUOTE4), ENDS6);
    if (to === null) {
      t.equal(actual, "icmp_untranslatable");
    } else {
      const field = to[2];
      const rest6 = field === "mtu" ? 1420 : field === "pointer" ? 6 : (field?.pointer ?? 0);
      expectPacket(t, actual, error6(to[0], to[1], rest6, QUOTE6));
    }
    t.end();
  });
}

for (const [pointer4, pointer6] of Object.entries(loadVectors().pointer4to6)) {
  test(`parameter problem at ${pointer4} becomes one at ${pointer6 ?? "no place"}`, (t) => {
    // The octets behind the pointer are unused in version 1 of the message: only the length counts.
    const actual = toIpv6(error4(12, 0, Number(pointer4) * 2 ** 24, QUOTE4), ENDS6);
    if (pointer6 === null) t.equal(actual, "icmp_untranslatable");
    else expectPacket(t, actual, error6(4, 0, pointer6, QUOTE6));
    t.end();
  });
}

test("a pointer far behind the table is dropped, not looked up (D15)", (t) => {
  t.equal(toIpv6(error4(12, 0, 255 * 2 ** 24, QUOTE4), ENDS6), "icmp_untranslatable");
  t.end();
});

// Rows: MTU as sent in 32 bits, sides, MTU as expected.
const MTUS: [string, number, RunOptions, number][] = [
  ["20 more than reported (nat46)", 1400, {}, 1420],
  ["never below 1280 (D14)", 576, {}, 1280],
  ["16 bits are read, not the unused ones before (D14)", 7 * 2 ** 24 + 1400, {}, 1420],
  ["not more than the IPv6 side takes", 9000, { limits: { mtu6: 1450 } }, 1450],
  ["not more than the IPv4 side takes", 9000, { limits: { mtu6: 9000, mtu4: 1400 } }, 1420],
];

for (const [name, rest, options, mtu] of MTUS) {
  test(`fragmentation needed: ${name}`, (t) => {
    expectPacket(t, toIpv6(error4(3, 4, rest, QUOTE4), ENDS6, options), error6(2, 0, mtu, QUOTE6));
    t.end();
  });
}

// Rows: quoted length, its plateau.
for (const [len, mtu] of [
  [9000, 8166],
  [1500, 1492],
  [1492, 1280],
  [44, 1280],
] as const) {
  test(`fragmentation needed without MTU about ${len} bytes says ${mtu} (D14, nat46)`, (t) => {
    const sent = build.udp({ sport: 1232, dport: 53, data: build.pattern(len - 28) });
    const cut = build.ipv4(SENT4, sent).subarray(0, 44);
    const cut6 = build.ipv6(SENT6, sent).subarray(0, 64);
    const options = { limits: { mtu6: 9000, mtu4: 9000 } };
    expectPacket(t, toIpv6(error4(3, 4, 0, cut), ENDS6, options), error6(2, 0, mtu, cut6));
    t.end();
  });
}

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
  ["GRE (D17)", build.raw(47, build.pattern(30)), 0, NO_CHECKSUM],
  ["AH (D17)", build.raw(51, build.pattern(24)), 0, NO_CHECKSUM],
  ["an unknown protocol (D17)", build.raw(253, build.pattern(20)), 0, NO_CHECKSUM],
];

for (const [name, payload, least, checksumAt] of TRUNCATED) {
  const whole4 = build.ipv4({ ...SENT4, ttl: 3, tos: 0x2e, id: 77 }, payload);
  const whole6 = build.ipv6({ ...SENT6, hopLimit: 3, trafficClass: 0x2e }, payload);
  const payloadLen = whole4.length - 20;

  test(`${name}, quoted at every length from ${least} to ${payloadLen} bytes`, (t) => {
    for (let len = least; len <= payloadLen; len++) {
      const quote6 = whole6.slice(0, 40 + len);
      // Half a checksum cannot be updated.
      if (len === checksumAt + 1) quote6[40 + checksumAt] = whole4[20 + checksumAt]!;
      const actual = toIpv6(error4(11, 0, 0, whole4.subarray(0, 20 + len)), ENDS6);
      expectPacket(t, actual, error6(3, 0, 0, quote6));
    }
    t.end();
  });
}

test("a quoted ICMP message without its type is not guessed at", (t) => {
  const quote = build.ipv4(SENT4, ECHO).subarray(0, 20);
  t.equal(toIpv6(error4(11, 0, 0, quote), ENDS6), "malformed_quote");
  t.end();
});

test("a quoted UDP checksum that comes out as zero is written as 0xffff", (t) => {
  const words: number[] = [];
  // Two data bytes that make the IPv6 checksum zero: all of them are tried.
  for (let word = 0; word < 65536 && words.length < 1; word++) {
    const udp = build.udp({ sport: 1232, dport: 53, data: Uint8Array.of(word >> 8, word & 0xff) });
    const packet = build.ipv6(SENT6, udp);
    if (packet[46] === 0xff && packet[47] === 0xff) words.push(word);
  }
  t.equal(words.length, 1);
  const data = Uint8Array.of(words[0]! >> 8, words[0]! & 0xff);
  const udp = build.udp({ sport: 1232, dport: 53, data });
  const actual = toIpv6(error4(11, 0, 0, build.ipv4(SENT4, udp)), ENDS6);
  expectPacket(t, actual, error6(3, 0, 0, build.ipv6(SENT6, udp)));
  t.end();
});

test("a wrong quoted transport checksum stays wrong by the same amount", (t) => {
  const good = build.ipv6(SENT6, TCP);
  const sum = good[40 + 16]! * 256 + good[40 + 17]!;
  const bad = build.ipv4(SENT4, TCP);
  bad[20 + 17] = bad[20 + 17]! ^ 0x01;
  const actual = toIpv6(error4(11, 0, 0, bad), ENDS6);
  if (typeof actual === "string") return void t.fail(actual);
  const at = 40 + 8 + 40 + 16;
  const diff = (actual[at]! * 256 + actual[at + 1]! - sum + 65535) % 65535;
  t.ok(diff === 1 || diff === 65534);
  t.end();
});

test("the quoted packet becomes IPv6 with ports of its own, not left as it was (nat46)", (t) => {
  for (const make of [
    (sport: number, dport: number) => build.tcp({ sport, dport, data: build.pattern(9) }),
    (sport: number, dport: number) => build.udp({ sport, dport, data: build.pattern(9) }),
  ]) {
    const ends = { ...ENDS6, quotedSourcePort: 5000, quotedDestinationPort: 5353 };
    const actual = toIpv6(error4(3, 3, 0, build.ipv4(SENT4, make(1232, 53))), ends);
    expectPacket(t, actual, error6(1, 4, 0, build.ipv6(SENT6, make(5000, 5353))));
  }
  t.end();
});

test("a new echo identifier is written into the quote, from either end", (t) => {
  const sent = build.echo({ kind: "request", id: 5, data: build.pattern(7) });
  const mapped = build.echo({ kind: "request", id: 1232, data: build.pattern(7) });
  for (const port of [{ quotedSourcePort: 1232 }, { quotedDestinationPort: 1232 }]) {
    const actual = toIpv6(error4(11, 0, 0, build.ipv4(SENT4, sent)), { ...ENDS6, ...port });
    expectPacket(t, actual, error6(3, 0, 0, build.ipv6(SENT6, mapped)));
  }
  t.end();
});

test("options go, outside and in the quote", (t) => {
  const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
  for (const [outer, inner] of [
    [options, undefined],
    [undefined, options],
    [options, options],
  ]) {
    const quoted = build.ipv4({ ...SENT4, ttl: 1, ...(inner && { options: inner }) }, UDP);
    const packet = error4(11, 0, 0, quoted, outer && { options: outer });
    expectPacket(t, toIpv6(packet, ENDS6), error6(3, 0, 0, QUOTE6));
  }
  t.end();
});

test("bytes behind the quoted packet's own length are cut off", (t) => {
  const packet = error4(11, 0, 0, build.concat(QUOTE4, build.pattern(13)));
  expectPacket(t, toIpv6(packet, ENDS6), error6(3, 0, 0, QUOTE6));
  t.end();
});

test("a quoted fragment keeps offset, MF and identification (D16)", (t) => {
  for (const [offset, mf, df] of [
    [0, true, false],
    [0, true, true],
    [185, true, false],
    [185, false, true],
    [8191, false, false],
  ] as const) {
    // A later fragment looks like a TCP header and must not be taken for one.
    const payload = offset === 0 ? TCP : build.raw(6, build.pattern(40));
    const fields = { ...SENT4, ttl: 1, id: 0xbeef, mf, df, fragmentOffset: offset };
    const ends = { ...ENDS6, quotedSourcePort: offset === 0 ? 1232 : 9999 };
    const actual = toIpv6(error4(11, 1, 0, build.ipv4(fields, payload)), ends);
    expectPacket(
      t,
      actual,
      error6(3, 1, 0, build.ipv6({ ...SENT6, hopLimit: 1 }, fragment(offset, mf, 0xbeef, payload))),
    );
  }
  t.end();
});

test("a quoted fragment of ICMP is translated by its header alone where it is not the first", (t) => {
  const bytes = build.pattern(16, 3);
  const quoted = build.ipv4({ ...SENT4, ttl: 1, fragmentOffset: 2 }, build.raw(1, bytes));
  const actual = toIpv6(error4(11, 1, 0, quoted), ENDS6);
  expectPacket(
    t,
    actual,
    error6(
      3,
      1,
      0,
      build.ipv6({ ...SENT6, hopLimit: 1 }, fragment(2, false, 0, build.raw(58, bytes))),
    ),
  );
  t.end();
});

// Rows: IPv4 header of the error, settings, IPv6 header of the error.
const HEADERS: [string, Partial<build.Ipv4Fields>, RunOptions, Partial<build.Ipv6Fields>][] = [
  ["TOS is copied", { tos: 0xb9 }, {}, { trafficClass: 0xb9 }],
  ["TTL 2 becomes hop limit 1", { ttl: 2 }, {}, { hopLimit: 1 }],
  [
    "TTL stays where it is not to be decremented",
    { ttl: 1 },
    { limits: { ttlStep: 0 } },
    { hopLimit: 1 },
  ],
  ["DF means nothing", { df: true }, {}, {}],
];

for (const [name, fields4, options, fields6] of HEADERS) {
  test(`the error's own header: ${name}`, (t) => {
    const actual = toIpv6(error4(11, 0, 0, QUOTE4, fields4), ENDS6, options);
    expectPacket(t, actual, error6(3, 0, 0, QUOTE6, fields6));
    t.end();
  });
}

test("a fixed traffic class is written outside and in the quote", (t) => {
  const actual = toIpv6(error4(11, 0, 0, QUOTE4, { tos: 3 }), ENDS6, {
    limits: { trafficClass: 9 },
  });
  const quote = build.ipv6({ ...SENT6, hopLimit: 1, trafficClass: 9 }, UDP);
  expectPacket(t, actual, error6(3, 0, 0, quote, { trafficClass: 9 }));
  t.end();
});

test("an error whose TTL is used up goes no further", (t) => {
  t.equal(toIpv6(error4(11, 0, 0, QUOTE4, { ttl: 1 }), ENDS6), "ttl_expired");
  t.end();
});

test("an error of 1500 bytes is cut to 1280, its quoted lengths and checksum stay", (t) => {
  const sent = build.udp({ sport: 1232, dport: 53, data: build.pattern(1444) });
  const quote4 = build.ipv4(SENT4, sent);
  const quote6 = build.ipv6(SENT6, sent);
  const actual = toIpv6(error4(3, 1, 0, quote4), ENDS6);
  expectPacket(t, actual, error6(1, 0, 0, quote6.subarray(0, 1232)));
  t.equal(actual.length, 1280);
  t.end();
});

// Rows: name, packet, drop.
const DROPPED: [string, Uint8Array, string][] = [
  ["a length longer than the message", error4(11, 0, 14 * 2 ** 16, QUOTE4), "malformed_quote"],
  [
    "an ICMPv6 message inside IPv4",
    error4(11, 0, 0, build.ipv4(SENT4, build.raw(58, build.pattern(16)))),
    "icmp_untranslatable",
  ],
  [
    "a quoted protocol that is an IPv6 extension header",
    error4(11, 0, 0, build.ipv4(SENT4, build.raw(44, build.pattern(16)))),
    "icmp_untranslatable",
  ],
  [
    "a quoted timestamp request",
    error4(11, 0, 0, build.ipv4(SENT4, build.icmp({ type4: 13, type6: 0 }))),
    "icmp_untranslatable",
  ],
  [
    "a quoted echo of another code",
    error4(11, 0, 0, build.ipv4(SENT4, build.icmp({ type4: 8, type6: 0, code: 1 }))),
    "icmp_untranslatable",
  ],
  [
    "a quoted ICMP error, not retyped as echo (D17)",
    error4(3, 1, 0, build.ipv4(SENT4, build.icmp({ type4: 3, type6: 0, data: QUOTE4 }))),
    "icmp_error_about_error",
  ],
];

for (const [name, packet, reason] of DROPPED) {
  test(`dropped: ${name}`, (t) => {
    t.equal(toIpv6(packet, ENDS6), reason);
    t.end();
  });
}
