import { test } from "tap";
import { Quote } from "../../../../src/translate/icmp/quote.js";
import {
  error4,
  error6,
  extension,
  fragment,
  padded,
  SENT4,
  SENT6,
} from "../../../support/icmp-errors.js";
import { PACKET_AT, readQuote } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

const QUOTE4_AT = PACKET_AT + 20 + 8;
const QUOTE6_AT = PACKET_AT + 40 + 8;

const UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(24) });
const TCP = build.tcp({ sport: 1233, dport: 443, data: build.pattern(10) });
const ECHO = build.echo({ kind: "request", id: 1234, data: build.pattern(10) });
const QUOTE4 = build.ipv4(SENT4, UDP);
const QUOTE6 = build.ipv6(SENT6, UDP);

/** An extension header of 8 bytes of padding, and one of 16; the builder writes the first byte. */
const PADDING = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
const LONG_PADDING = Uint8Array.of(0, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** Jumbo payload option, RFC 2675 §2. */
const JUMBO = Uint8Array.of(0, 0, 0xc2, 4, 0, 1, 0, 0);

type Fields = Partial<Record<keyof Quote, number | boolean>>;

// Rows: error, what must be found.
const READ: [string, Uint8Array, Fields][] = [
  [
    "UDP in IPv4, whole",
    error4(3, 3, 0, QUOTE4),
    {
      type: 3,
      code: 3,
      at: QUOTE4_AT,
      transportAt: QUOTE4_AT + 20,
      end: QUOTE4_AT + 52,
      len: 52,
      transportLen: 32,
      isTruncated: false,
      protocol: 17,
      sourcePort: 1232,
      destinationPort: 53,
      newSourcePort: 1232,
      newDestinationPort: 53,
      checksumAt: QUOTE4_AT + 26,
      isFragment: false,
    },
  ],
  [
    "UDP in IPv6, whole",
    error6(1, 4, 0, QUOTE6),
    {
      type: 1,
      code: 4,
      at: QUOTE6_AT,
      transportAt: QUOTE6_AT + 40,
      end: QUOTE6_AT + 72,
      len: 72,
      transportLen: 32,
      isTruncated: false,
      protocol: 17,
      sourcePort: 1232,
      destinationPort: 53,
      checksumAt: QUOTE6_AT + 46,
      hasFragmentHeader: false,
    },
  ],
  [
    "options are skipped",
    error4(11, 0, 0, build.ipv4({ ...SENT4, options: new Uint8Array(40) }, UDP)),
    { transportAt: QUOTE4_AT + 60, transportLen: 32, len: 92, sourcePort: 1232 },
  ],
  [
    "extension headers are skipped",
    error6(
      3,
      0,
      0,
      build.ipv6(SENT6, build.extension(0, PADDING, build.extension(60, LONG_PADDING, UDP))),
    ),
    { transportAt: QUOTE6_AT + 64, transportLen: 32, len: 96, sourcePort: 1232 },
  ],
  [
    "a first fragment of IPv4 has ports",
    error4(11, 1, 0, build.ipv4({ ...SENT4, mf: true, id: 9 }, UDP)),
    {
      isFragment: true,
      moreFragments: true,
      fragmentOffset: 0,
      identification: 9,
      sourcePort: 1232,
    },
  ],
  [
    "a later fragment of IPv4 has none",
    error4(11, 1, 0, build.ipv4({ ...SENT4, fragmentOffset: 3 }, UDP)),
    { isFragment: true, moreFragments: false, fragmentOffset: 24, sourcePort: -1, checksumAt: -1 },
  ],
  [
    "a later fragment of IPv6 has none",
    error6(3, 1, 0, build.ipv6(SENT6, fragment(3, true, 0xfedcba98, UDP))),
    {
      isFragment: true,
      hasFragmentHeader: true,
      moreFragments: true,
      fragmentOffset: 24,
      identification: 0xfedcba98,
      sourcePort: -1,
      destinationPort: -1,
      checksumAt: -1,
      transportLen: 32,
    },
  ],
  [
    "an atomic fragment is none, and has ports (nat46)",
    error6(3, 1, 0, build.ipv6(SENT6, fragment(0, false, 5, UDP))),
    { isFragment: false, hasFragmentHeader: true, identification: 5, sourcePort: 1232 },
  ],
  [
    "an echo's identifier is both ports",
    error4(11, 0, 0, build.ipv4(SENT4, ECHO)),
    { protocol: 1, isEcho: true, sourcePort: 1234, destinationPort: 1234 },
  ],
  [
    "ICMPv6 has IPv4's number",
    error6(3, 0, 0, build.ipv6(SENT6, ECHO)),
    { protocol: 1, isEcho: true, sourcePort: 1234, checksumAt: QUOTE6_AT + 42 },
  ],
  [
    "a timestamp request has no port",
    error4(11, 0, 0, build.ipv4(SENT4, build.icmp({ type4: 13, type6: 0, rest: 77 * 65536 }))),
    { protocol: 1, isEcho: false, sourcePort: -1 },
  ],
  [
    "the packet of a tunnel",
    error6(2, 0, 1400, build.ipv6(SENT6, build.encapsulated(QUOTE4))),
    { mtu: 1400, protocol: 4, transportAt: QUOTE6_AT + 40, end: QUOTE6_AT + 92, sourcePort: -1 },
  ],
  [
    "a packet without payload",
    error6(3, 0, 0, build.ipv6({ ...SENT6, payloadLen: 0 }, UDP)),
    { end: QUOTE6_AT + 40, len: 40, transportLen: 0, sourcePort: -1, checksumAt: -1 },
  ],
  ["16 bits of MTU in IPv4", error4(3, 4, 0x0707_0578, QUOTE4), { mtu: 0x578 }],
  ["no MTU in other codes", error4(3, 1, 0x578, QUOTE4), { mtu: 0 }],
  ["32 bits of MTU in IPv6", error6(2, 0, 0xffff_ffff, QUOTE6), { mtu: 0xffff_ffff }],
  ["8 bits of pointer in IPv4", error4(12, 0, 0xff00_0000, QUOTE4), { pointer: 255 }],
  ["32 bits of pointer in IPv6", error6(4, 0, 0xffff_ffff, QUOTE6), { pointer: 0xffff_ffff }],
  [
    "an extension of IPv4 begins where the length says",
    error4(11, 0, 32 * 2 ** 16, build.concat(padded(QUOTE4, 128), extension(20))),
    { end: QUOTE4_AT + 52, extensionAt: QUOTE4_AT + 128, extensionEnd: QUOTE4_AT + 148 },
  ],
  [
    "an extension of IPv6 begins where the length says",
    error6(1, 0, 16 * 2 ** 24, build.concat(padded(QUOTE6, 128), extension(20))),
    { end: QUOTE6_AT + 72, extensionAt: QUOTE6_AT + 128, extensionEnd: QUOTE6_AT + 148 },
  ],
  [
    "an extension ends the quote, however long it claims to be",
    error4(3, 0, 8 * 2 ** 16, build.concat(QUOTE4.subarray(0, 32), extension(20))),
    { end: QUOTE4_AT + 32, isTruncated: true, extensionAt: QUOTE4_AT + 32 },
  ],
];

for (const [name, packet, expected] of READ) {
  test(`read: ${name}`, (t) => {
    const quote = readQuote(packet);
    if (typeof quote === "string") return void t.fail(quote);
    for (const [field, value] of Object.entries(expected)) {
      t.equal(quote[field as keyof Quote], value, field);
    }
    t.end();
  });
}

// Rows: payload, bytes of it that give ports, and that give the checksum.
const LEAST: [string, build.Payload, number, number, number][] = [
  ["UDP", UDP, 1232, 4, 8],
  ["TCP", TCP, 1233, 4, 18],
  ["ICMP echo", ECHO, 1234, 8, 4],
];

for (const [name, payload, port, portsLen, checksumLen] of LEAST) {
  for (const [family, whole, headerLen, wrap] of [
    ["IPv4", build.ipv4(SENT4, payload), 20, (q: Uint8Array) => error4(11, 0, 0, q)],
    ["IPv6", build.ipv6(SENT6, payload), 40, (q: Uint8Array) => error6(3, 0, 0, q)],
  ] as const) {
    test(`${name} in ${family} cut off anywhere`, (t) => {
      for (let len = 0; len <= whole.length; len++) {
        const quote = readQuote(wrap(whole.subarray(0, len)));
        const there = len - headerLen;
        if (there < 0 || (name === "ICMP echo" && there === 0)) {
          t.equal(quote, "malformed_quote", String(len));
          continue;
        }
        if (typeof quote === "string") return void t.fail(quote);
        t.equal(quote.isTruncated, len < whole.length);
        t.equal(quote.len, whole.length);
        t.equal(quote.sourcePort, there >= portsLen ? port : -1);
        t.equal(quote.checksumAt >= 0, there >= checksumLen);
      }
      t.end();
    });
  }
}

function damaged(bytes: Uint8Array, at: number, mask = 1): Uint8Array {
  const copy = bytes.slice();
  copy[at] = copy[at]! ^ mask;
  return copy;
}

const ERROR4 = error4(3, 3, 0, QUOTE4);
const ERROR6 = error6(1, 4, 0, QUOTE6);
const HOP_BY_HOP = build.ipv6(SENT6, build.extension(0, LONG_PADDING, UDP));

// Rows: error, drop.
const DROPPED: [string, Uint8Array, string][] = [
  ["an ICMPv4 checksum off by one bit", damaged(ERROR4, 20 + 8 + 40), "bad_icmp_checksum"],
  ["an ICMPv6 checksum off by one bit", damaged(ERROR6, 40 + 8 + 60), "bad_icmp_checksum"],
  ["an ICMPv6 checksum with another address", damaged(ERROR6, 8 + 15), "bad_icmp_checksum"],
  [
    "a quoted IPv4 header checksum that is wrong",
    error4(3, 3, 0, build.ipv4({ ...SENT4, checksum: 1 }, UDP)),
    "bad_icmp_checksum",
  ],
  ["no quote in IPv4", error4(3, 3, 0, new Uint8Array()), "malformed_quote"],
  ["no quote in IPv6", error6(1, 4, 0, new Uint8Array()), "malformed_quote"],
  ["IPv6 in an ICMPv4 error", error4(3, 3, 0, QUOTE6), "malformed_quote"],
  ["IPv4 in an ICMPv6 error", error6(1, 4, 0, QUOTE4), "malformed_quote"],
  [
    "a quoted header length below 20",
    error4(3, 3, 0, build.ipv4({ ...SENT4, headerWords: 4 }, UDP)),
    "malformed_quote",
  ],
  [
    "quoted options that are not there",
    error4(
      3,
      3,
      0,
      build
        .ipv4({ ...SENT4, options: new Uint8Array(40) }, build.raw(17, new Uint8Array()))
        .subarray(0, 59),
    ),
    "malformed_quote",
  ],
  [
    "a quoted total length below the header (nat46: underflow)",
    error4(3, 3, 0, build.ipv4({ ...SENT4, totalLen: 19 }, UDP)),
    "malformed_quote",
  ],
  [
    "a quoted total length of zero (nat46: underflow)",
    error4(3, 3, 0, build.ipv4({ ...SENT4, totalLen: 0 }, UDP)),
    "malformed_quote",
  ],
  [
    "a quoted extension header cut off",
    error6(3, 0, 0, HOP_BY_HOP.subarray(0, 55)),
    "malformed_quote",
  ],
  [
    "a quoted extension header not there",
    error6(3, 0, 0, HOP_BY_HOP.subarray(0, 40)),
    "malformed_quote",
  ],
  [
    "a quoted payload length below its extension headers (nat46: underflow)",
    error6(
      3,
      0,
      0,
      build.ipv6({ ...SENT6, payloadLen: 15 }, build.extension(0, LONG_PADDING, UDP)),
    ),
    "malformed_quote",
  ],
  [
    "a quoted jumbogram",
    error6(3, 0, 0, build.ipv6({ ...SENT6, payloadLen: 0 }, build.extension(0, JUMBO, UDP))),
    "malformed_quote",
  ],
  [
    "a quoted Fragment Header behind a payload length of nothing (nat46#76)",
    error6(3, 0, 0, build.ipv6({ ...SENT6, payloadLen: 0 }, fragment(0, false, 1, UDP))),
    "malformed_quote",
  ],
  [
    "a length of one word more than there is",
    error4(11, 0, 14 * 2 ** 16, QUOTE4),
    "malformed_quote",
  ],
  ["the greatest length", error6(3, 0, 255 * 2 ** 24, QUOTE6), "malformed_quote"],
  ["an echo request read as an error", error4(8, 0, 0, QUOTE4), "icmp_untranslatable"],
  ["an ICMPv6 echo read as an error", error6(128, 0, 0, QUOTE6), "icmp_untranslatable"],
  ["an address mask reply read as an error", error4(18, 0, 0, QUOTE4), "icmp_untranslatable"],
];

for (const [name, packet, reason] of DROPPED) {
  test(`dropped: ${name}`, (t) => {
    t.equal(readQuote(packet), reason);
    t.end();
  });
}

test("an ICMP message of less than eight bytes is cut short", (t) => {
  for (let len = 0; len < 8; len++) {
    const cut4 = build.ipv4(SENT4, build.cut(build.icmp({ type4: 3, type6: 1 }), len));
    const cut6 = build.ipv6(SENT6, build.cut(build.icmp({ type4: 3, type6: 1 }), len));
    t.equal(readQuote(cut4), "truncated_transport");
    t.equal(readQuote(cut6), "truncated_transport");
  }
  t.end();
});

test("an error about any ICMP error is dropped in both families", (t) => {
  for (const type of [3, 4, 5, 11, 12, 40, 255]) {
    const inner = build.ipv4(SENT4, build.icmp({ type4: type, type6: 0, data: QUOTE4 }));
    t.equal(readQuote(error4(3, 1, 0, inner)), "icmp_error_about_error", `ICMPv4 ${type}`);
  }
  for (const type of [0, 1, 2, 3, 4, 100, 127, 137]) {
    const inner = build.ipv6(SENT6, build.icmp({ type4: 0, type6: type, data: QUOTE6 }));
    t.equal(readQuote(error6(1, 0, 0, inner)), "icmp_error_about_error", `ICMPv6 ${type}`);
    t.equal(readQuote(error6(1, 0, 0, inner.subarray(0, 41))), "icmp_error_about_error");
  }
  t.end();
});

test("a reused quote keeps nothing of the packet before", (t) => {
  const packets = [
    error6(3, 1, 0, build.ipv6(SENT6, fragment(3, true, 7, UDP))),
    error4(12, 0, 9 * 2 ** 24 + 32 * 2 ** 16, build.concat(padded(QUOTE4, 128), extension(20))),
    error4(11, 0, 0, build.ipv4({ ...SENT4, mf: true, id: 9 }, ECHO)),
    error6(2, 0, 1400, build.ipv6(SENT6, build.encapsulated(QUOTE4))),
    error6(3, 0, 0, build.ipv6(SENT6, TCP).subarray(0, 41)),
    ERROR4,
    ERROR6,
  ];
  const reused = new Quote();
  for (const before of packets) {
    for (const packet of packets) {
      readQuote(before, reused);
      t.same(readQuote(packet, reused), readQuote(packet));
    }
  }
  t.end();
});
