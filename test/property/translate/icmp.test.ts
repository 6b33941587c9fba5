import assert from "node:assert";
import fc from "fast-check";
import {
  type HeaderFields,
  headerFields,
  payloadOf,
  talk,
} from "../../support/arbitrary-packet.js";
import { hexDiff } from "../../support/hex-diff.js";
import {
  ENDS4,
  ENDS6,
  error4,
  error6,
  extension,
  fragment,
  padded,
  SENT4,
  SENT6,
} from "../../support/icmp-errors.js";
import { IDENTIFICATION, inIpv4, inIpv6, toIpv4, toIpv6 } from "../../support/icmp-fixture.js";
import * as build from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";
import { property } from "../../support/property.js";
import { slowChecksum, slowPseudoSum } from "../../support/slow-checksum.js";

/** Type, code and second word of ICMPv4 errors that come back from IPv6 as they were. */
const REVERSIBLE: readonly (readonly [number, number, number])[] = [
  [3, 1, 0],
  [3, 2, 0],
  [3, 3, 0],
  [3, 10, 0],
  [3, 4, 1400],
  [11, 0, 0],
  [11, 1, 0],
  ...[0, 1, 2, 8, 9, 12, 16].map((pointer) => [12, 0, pointer * 2 ** 24] as const),
];

/** Largest quote of an ICMPv4 error. */
const MAX_QUOTE4 = 548;

interface Offender {
  readonly payload: build.Payload;
  readonly fields: HeaderFields;
  /** Offset in units of 8 bytes and MF of a fragment, or null. */
  readonly fragment: readonly [number, boolean] | null;
  /** Bytes behind the IP header that are quoted, at most. */
  readonly quoted: number;
}

const payload = fc.oneof(
  talk(900).map((said) => payloadOf(said, 1232, 53, 1232)),
  fc
    .nat(40)
    .map((len) => build.udp({ sport: 1232, dport: 53, data: build.pattern(len), checksum: 0 })),
  fc
    .tuple(fc.constantFrom(47, 50, 59, 132, 253), fc.nat(60))
    .map(([protocol, len]) => build.raw(protocol, build.pattern(len, 1))),
);

const offender: fc.Arbitrary<Offender> = fc.record({
  payload,
  fields: headerFields,
  fragment: fc.option(
    fc
      .tuple(fc.constantFrom(0, 1, 185, 8000), fc.boolean())
      .filter(([offset, more]) => offset > 0 || more),
    { freq: 2 },
  ),
  quoted: fc.nat(MAX_QUOTE4 - 20),
});

/** Quoted as an IPv4 packet whose fields come back: DF by its length, an identification in fragments alone. */
function quote4({ payload, fields, fragment, quoted }: Offender): Uint8Array {
  const bits = fragment && { id: fields.id, fragmentOffset: fragment[0], mf: fragment[1] };
  const whole = build.ipv4({ ...SENT4, ...fields, id: 0, df: false, ...bits }, payload);
  const long = fragment === null && whole.length > 1260;
  const bytes = long ? build.ipv4({ ...SENT4, ...fields, id: 0, df: true }, payload) : whole;
  return bytes.subarray(0, 20 + leastQuoted(payload, quoted));
}

/** An ICMP message tells its type in its first byte. */
function leastQuoted(payload: build.Payload, quoted: number): number {
  return payload.protocol(4) === 1 ? Math.max(1, quoted) : quoted;
}

function quote6({ payload, fields, fragment: piece, quoted }: Offender): Uint8Array {
  const header = { ...SENT6, hopLimit: fields.ttl, trafficClass: fields.tos };
  const inside = piece === null ? payload : fragment(piece[0], piece[1], fields.id, payload);
  const headers = 40 + (piece === null ? 0 : 8);
  return build.ipv6(header, inside).subarray(0, headers + leastQuoted(payload, quoted));
}

property(
  "an ICMPv4 error that crosses IPv6 comes back as it was, but for two hops",
  400,
  [offender, fc.constantFrom(...REVERSIBLE), headerFields],
  (sent, [type, code, rest], { ttl, tos }) => {
    const packet = error4(type, code, rest, quote4(sent), { ttl, tos });
    const across = toIpv6(packet, ENDS6);
    assert(typeof across !== "string", `dropped: ${across}`);
    assert.deepEqual(packetProblems(across), []);
    const back = toIpv4(across, ENDS4);
    assert(typeof back !== "string", `dropped: ${back}`);
    const mtu = type === 3 && code === 4 && sent.fragment !== null ? rest - 8 : rest;
    const expected = error4(type, code, mtu, quote4(sent), {
      ttl: ttl - 2,
      tos,
      id: IDENTIFICATION,
    });
    assert.equal(hexDiff(expected, back), "");
  },
);

property(
  "an extension comes back too, behind the same quote with a word of padding more at most",
  300,
  [offender, fc.constantFrom([3, 3], [11, 0]), fc.integer({ min: 4, max: 250 })],
  (sent, [type, code], extensionLen) => {
    const plain = quote4({ ...sent, quoted: Math.min(sent.quoted, 270) });
    const fieldLen = Math.max(128, Math.ceil(plain.length / 4) * 4);
    const data = build.concat(padded(plain, fieldLen), extension(extensionLen));
    const across = toIpv6(error4(type!, code!, (fieldLen / 4) * 2 ** 16, data), ENDS6, {
      tail: 128,
    });
    assert(typeof across !== "string", `dropped: ${across}`);
    assert.deepEqual(packetProblems(across), []);
    const back = toIpv4(across, ENDS4, { tail: 128 });
    assert(typeof back !== "string", `dropped: ${back}`);
    // In a quote that is cut off nobody can tell padding from data, so IPv6's rounding to 8 bytes stays.
    const words = back[20 + 5]!;
    assert(words * 4 >= fieldLen && words * 4 <= fieldLen + 4);
    const expected = error4(
      type!,
      code!,
      words * 2 ** 16,
      build.concat(padded(plain, words * 4), extension(extensionLen)),
      { ttl: 58, id: IDENTIFICATION },
    );
    assert.equal(hexDiff(expected, back), "");
  },
);

property(
  "an ICMPv6 error that crosses IPv4 comes back as it was, but for two hops and what 576 bytes hold",
  300,
  [
    offender,
    fc.constantFrom([1, 0], [1, 1], [1, 4], [3, 0], [3, 1], [4, 1]),
    fc.integer({ min: 0, max: 900 }),
  ],
  (sent, [type, code], quoted) => {
    const quote = quote6({ ...sent, quoted });
    const headers = sent.fragment === null ? 40 : 48;
    const rest = type === 4 ? 6 : 0;
    const across = toIpv4(error6(type!, code!, rest, quote), ENDS4);
    assert(typeof across !== "string", `dropped: ${across}`);
    assert.deepEqual(packetProblems(across), []);
    const back = toIpv6(across, ENDS6);
    assert(typeof back !== "string", `dropped: ${back}`);
    const kept = quote.subarray(0, headers + MAX_QUOTE4 - 20);
    assert.equal(hexDiff(error6(type!, code!, rest, kept, { hopLimit: 58 }), back), "");
  },
);

/** Writes the ICMP checksum, and that of a quoted IPv4 header, as a liar with care would. */
function mended(packet: Uint8Array): Uint8Array {
  const isIpv4 = packet[0]! >>> 4 === 4;
  const icmpAt = isIpv4 ? 20 : 40;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const quoteAt = icmpAt + 8;
  if (isIpv4 && packet.length >= quoteAt + 20) {
    const headerLen = Math.min((packet[quoteAt]! & 0xf) * 4, packet.length - quoteAt);
    view.setUint16(quoteAt + 10, 0);
    const header = packet.subarray(quoteAt, quoteAt + headerLen);
    view.setUint16(quoteAt + 10, slowChecksum(header));
  }
  const message = packet.subarray(icmpAt);
  const pseudo = isIpv4
    ? 0
    : slowPseudoSum(packet.subarray(8, 24), packet.subarray(24, 40), 58, message.length);
  view.setUint16(icmpAt + 2, 0);
  view.setUint16(icmpAt + 2, slowChecksum(message, pseudo));
  return packet;
}

const damage = fc.array(fc.tuple(fc.nat(90), fc.nat(255)), { maxLength: 6 });

property(
  "whatever a quote says, the error is dropped untouched or comes out well formed",
  1500,
  [
    offender,
    fc.boolean(),
    fc.constantFrom([3, 3, 0], [3, 4, 1400], [11, 0, 2 ** 21], [12, 0, 2 ** 21], [1, 0, 2 ** 28]),
    damage,
    fc.constantFrom(0, 128),
  ],
  (sent, isIpv4, [type, code, rest], bytes, tail) => {
    const packet = isIpv4
      ? error4(type!, code!, rest!, quote4(sent))
      : error6(type! & 3, code!, rest!, quote6(sent));
    const from = isIpv4 ? 20 : 40;
    for (const [offset, value] of bytes) {
      // The message alone is damaged: its header, the quoted headers, and a little behind them.
      if (from + offset < packet.length) packet[from + offset] = value;
    }
    mended(packet);
    const outputs = isIpv4
      ? [toIpv6(packet, { ...ENDS6, quotedSourcePort: 5000 }, { tail }), inIpv4(packet, ENDS4)]
      : [toIpv4(packet, { ...ENDS4, quotedSourcePort: 5000 }, { tail }), inIpv6(packet, ENDS6)];
    for (const output of outputs) {
      if (typeof output === "string") continue;
      assert.deepEqual(packetProblems(output), []);
    }
    const [translated] = outputs;
    if (typeof translated !== "string") assert(translated!.length <= (isIpv4 ? 1280 : 576));
  },
);
