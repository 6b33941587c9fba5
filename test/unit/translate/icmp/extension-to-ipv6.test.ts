import { test } from "tap";
import * as errors from "../../../support/icmp-errors.js";
import {
  ENDS6,
  error4,
  expectPacket,
  extension,
  padded,
  quotes,
} from "../../../support/icmp-errors.js";
import { toIpv6 } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

/** The error after one hop. */
function error6(type: number, code: number, rest: number, data: Uint8Array): Uint8Array {
  return errors.error6(type, code, rest, data, { hopLimit: 59 });
}

interface ExtensionCase {
  readonly name: string;
  /** Type and code; 11/0 unless given. */
  readonly from?: readonly [number, number];
  readonly to?: readonly [number, number];
  /** Length of the quoted packet in the error, of padding behind it, and of what it lacks. */
  readonly quoteLen: number;
  readonly padTo: number;
  readonly claimed?: number;
  readonly extensionLen: number;
  /** Length of the quote in IPv6 with its padding; 0: plain quote, no extension. */
  readonly expectLen: number;
  /** Bytes of quoted packet, where it is cut. */
  readonly cutTo?: number;
}

const EXTENSIONS: ExtensionCase[] = [
  {
    name: "a quote of 128 grows to 148 and is padded to 152",
    quoteLen: 128,
    padTo: 128,
    claimed: 400,
    extensionLen: 16,
    expectLen: 152,
  },
  {
    name: "a padded quote loses its padding and gets as much as it needs",
    quoteLen: 60,
    padTo: 128,
    extensionLen: 16,
    expectLen: 128,
  },
  {
    name: "a quote of 108 fills 128 without padding",
    quoteLen: 108,
    padTo: 128,
    extensionLen: 12,
    expectLen: 128,
  },
  {
    name: "a quote of 109 is padded to 136",
    quoteLen: 109,
    padTo: 128,
    extensionLen: 12,
    expectLen: 136,
  },
  {
    name: "a length below 128 is taken and padded",
    quoteLen: 40,
    padTo: 40,
    claimed: 8,
    extensionLen: 8,
    expectLen: 128,
  },
  {
    name: "an extension that is no multiple of 4 moves as it is",
    quoteLen: 128,
    padTo: 128,
    claimed: 1,
    extensionLen: 13,
    expectLen: 152,
  },
  {
    name: "a quote of 548 goes whole",
    quoteLen: 532,
    padTo: 532,
    claimed: 900,
    extensionLen: 16,
    expectLen: 552,
  },
  {
    name: "a long quote is cut in favour of the extension",
    quoteLen: 1020,
    padTo: 1020,
    claimed: 300,
    extensionLen: 400,
    expectLen: 832,
    cutTo: 832,
  },
  {
    name: "the longest extension that fits",
    quoteLen: 128,
    padTo: 128,
    claimed: 100,
    extensionLen: 1104,
    expectLen: 128,
    cutTo: 128,
  },
  {
    name: "an extension one byte too long goes",
    quoteLen: 128,
    padTo: 128,
    claimed: 100,
    extensionLen: 1105,
    expectLen: 0,
  },
  {
    name: "destination unreachable",
    from: [3, 3],
    to: [1, 4],
    quoteLen: 128,
    padTo: 128,
    claimed: 9,
    extensionLen: 16,
    expectLen: 152,
  },
  {
    name: "protocol unreachable: a parameter problem has no length",
    from: [3, 2],
    to: [4, 1],
    quoteLen: 128,
    padTo: 128,
    claimed: 9,
    extensionLen: 16,
    expectLen: 0,
  },
  {
    name: "fragmentation needed: a packet too big has no length",
    from: [3, 4],
    to: [2, 0],
    quoteLen: 128,
    padTo: 128,
    claimed: 9,
    extensionLen: 16,
    expectLen: 0,
  },
  {
    name: "parameter problem: the other one has no length",
    from: [12, 0],
    to: [4, 0],
    quoteLen: 128,
    padTo: 128,
    claimed: 9,
    extensionLen: 16,
    expectLen: 0,
  },
];

for (const c of EXTENSIONS) {
  test(`extension: ${c.name}`, (t) => {
    const [type4, code4] = c.from ?? [11, 0];
    const [type6, code6] = c.to ?? [3, 0];
    const { v4, v6 } = quotes(c.quoteLen, c.claimed);
    const attached = extension(c.extensionLen);
    const rest4 = (c.padTo / 4) * 2 ** 16 + (code4 === 4 ? 1400 : 0);
    const packet = error4(type4, code4, rest4, build.concat(padded(v4, c.padTo), attached));
    const rest6 = type6 === 2 ? 1420 : type6 === 4 && code6 === 1 ? 6 : (c.expectLen / 8) * 2 ** 24;
    const quote = c.cutTo === undefined ? v6 : v6.subarray(0, c.cutTo);
    const data = c.expectLen === 0 ? quote : build.concat(padded(quote, c.expectLen), attached);
    const actual = toIpv6(packet, ENDS6, { tail: 128 });
    expectPacket(t, actual, error6(type6, code6, rest6, data));
    t.ok(actual.length <= 1280);
    t.end();
  });
}

test("extension: without room behind the packet for its padding it goes", (t) => {
  const { v4, v6 } = quotes(40);
  const packet = error4(11, 0, 10 * 2 ** 16, build.concat(v4, extension(8)));
  expectPacket(t, toIpv6(packet, ENDS6, { tail: 67 }), error6(3, 0, 0, v6));
  const data = build.concat(padded(v6, 128), extension(8));
  expectPacket(t, toIpv6(packet, ENDS6, { tail: 68 }), error6(3, 0, 16 * 2 ** 24, data));
  t.end();
});

test("extension: a length of zero means none, whatever lies behind 128 bytes", (t) => {
  const { v4, v6 } = quotes(60);
  const packet = error4(11, 0, 0, build.concat(padded(v4, 128), extension(16)));
  expectPacket(t, toIpv6(packet, ENDS6), error6(3, 0, 0, v6));
  t.end();
});

test("extension: a length that is exactly the quote leaves none", (t) => {
  const { v4, v6 } = quotes(128, 20);
  expectPacket(t, toIpv6(error4(11, 0, 32 * 2 ** 16, v4), ENDS6), error6(3, 0, 0, v6));
  t.end();
});
