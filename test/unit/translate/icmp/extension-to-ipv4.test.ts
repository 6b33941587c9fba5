import { test } from "tap";
import * as errors from "../../../support/icmp-errors.js";
import {
  ENDS4,
  error6,
  expectPacket,
  extension,
  padded,
  quotes,
} from "../../../support/icmp-errors.js";
import { IDENTIFICATION, toIpv4 } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

/** The error after one hop. */
function error4(type: number, code: number, rest: number, data: Uint8Array): Uint8Array {
  return errors.error4(type, code, rest, data, { ttl: 59, id: IDENTIFICATION });
}

interface ExtensionCase {
  readonly name: string;
  /** Type and code; 3/0 to 11/0 unless given. */
  readonly from?: readonly [number, number];
  readonly to?: readonly [number, number];
  /** Length of the quoted packet as IPv4, of the IPv6 quote with its padding, and of what the quote lacks. */
  readonly quoteLen4: number;
  readonly padTo: number;
  readonly missing?: number;
  readonly extensionLen: number;
  /** Length of the quote in IPv4 with its padding; 0: plain quote, no extension. */
  readonly expectLen: number;
  /** Bytes of quoted packet, where it is cut. */
  readonly cutTo?: number;
}

const EXTENSIONS: ExtensionCase[] = [
  {
    name: "a quote of 152 shrinks to 132",
    quoteLen4: 132,
    padTo: 152,
    missing: 400,
    extensionLen: 16,
    expectLen: 132,
  },
  {
    name: "a quote of 148 with 4 bytes of padding shrinks to 128",
    quoteLen4: 128,
    padTo: 152,
    extensionLen: 16,
    expectLen: 128,
  },
  {
    name: "a quote of 128 is padded to 128 again",
    quoteLen4: 108,
    padTo: 128,
    missing: 77,
    extensionLen: 16,
    expectLen: 128,
  },
  {
    name: "a quote that ends odd is padded to 4 bytes",
    quoteLen4: 129,
    padTo: 152,
    extensionLen: 16,
    expectLen: 132,
  },
  {
    name: "a length below 128 is taken and padded",
    quoteLen4: 28,
    padTo: 48,
    missing: 12,
    extensionLen: 12,
    expectLen: 128,
  },
  {
    name: "an extension that is no multiple of 4 moves as it is",
    quoteLen4: 132,
    padTo: 152,
    missing: 1,
    extensionLen: 15,
    expectLen: 132,
  },
  {
    name: "a long quote is cut in favour of the extension",
    quoteLen4: 1100,
    padTo: 1120,
    missing: 300,
    extensionLen: 100,
    expectLen: 448,
    cutTo: 448,
  },
  {
    name: "the cut leaves a multiple of 4",
    quoteLen4: 1100,
    padTo: 1120,
    missing: 300,
    extensionLen: 101,
    expectLen: 444,
    cutTo: 444,
  },
  {
    name: "the longest extension that fits",
    quoteLen4: 132,
    padTo: 152,
    missing: 9,
    extensionLen: 420,
    expectLen: 128,
    cutTo: 128,
  },
  {
    name: "an extension one byte too long goes",
    quoteLen4: 132,
    padTo: 152,
    missing: 9,
    extensionLen: 421,
    expectLen: 0,
  },
  {
    name: "destination unreachable",
    from: [1, 4],
    to: [3, 3],
    quoteLen4: 132,
    padTo: 152,
    missing: 9,
    extensionLen: 16,
    expectLen: 132,
  },
];

for (const c of EXTENSIONS) {
  test(`extension: ${c.name}`, (t) => {
    const [type6, code6] = c.from ?? [3, 0];
    const [type4, code4] = c.to ?? [11, 0];
    const { v4, v6 } = quotes(c.quoteLen4, c.missing);
    const attached = extension(c.extensionLen);
    const rest6 = (c.padTo / 8) * 2 ** 24;
    const packet = error6(type6, code6, rest6, build.concat(padded(v6, c.padTo), attached));
    const quote = c.cutTo === undefined ? v4 : v4.subarray(0, c.cutTo);
    const data = c.expectLen === 0 ? quote : build.concat(padded(quote, c.expectLen), attached);
    const actual = toIpv4(packet, ENDS4, { tail: 128 });
    expectPacket(t, actual, error4(type4, code4, (c.expectLen / 4) * 2 ** 16, data));
    t.ok(actual.length <= 576);
    t.end();
  });
}

test("extension: not looked for where the type has none, whatever the second word says", (t) => {
  const { v4, v6 } = quotes(300);
  const pointer = error6(4, 0, 6, build.concat(v6, extension(16)));
  expectPacket(t, toIpv4(pointer, ENDS4), error4(12, 0, 9 * 2 ** 24, v4));
  // The first octet of this MTU would be a length of 128 bytes.
  const mtu = error6(2, 0, 16 * 2 ** 24, build.concat(v6, extension(16)));
  expectPacket(t, toIpv4(mtu, ENDS4), error4(3, 4, 1480, v4));
  t.end();
});

test("extension: a length longer than the message is dropped", (t) => {
  const { v6 } = quotes(200);
  t.equal(toIpv4(error6(3, 0, 28 * 2 ** 24, v6), ENDS4), "malformed_quote");
  t.end();
});

test("extension: a length of zero means none", (t) => {
  const { v4, v6 } = quotes(60);
  const packet = error6(1, 0, 0, build.concat(padded(v6, 128), extension(16)));
  expectPacket(t, toIpv4(packet, ENDS4), error4(3, 1, 0, v4));
  t.end();
});

test("extension: a very small IPv4 side leaves no room for it", (t) => {
  const { v4, v6 } = quotes(132, 9);
  const packet = error6(3, 0, 19 * 2 ** 24, build.concat(v6, extension(16)));
  const options = { limits: { mtu4: 171 }, tail: 128 };
  expectPacket(t, toIpv4(packet, ENDS4, options), error4(11, 0, 0, v4));
  const more = { limits: { mtu4: 172 }, tail: 128 };
  const data = build.concat(v4.subarray(0, 128), extension(16));
  expectPacket(t, toIpv4(packet, ENDS4, more), error4(11, 0, 32 * 2 ** 16, data));
  t.end();
});
