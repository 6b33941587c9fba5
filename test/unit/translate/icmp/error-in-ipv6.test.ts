import { test } from "tap";
import {
  error6,
  expectPacket,
  extension,
  fragment,
  padded,
  ROUTER6,
} from "../../../support/icmp-errors.js";
import { inIpv6, type NewEnds } from "../../../support/icmp-fixture.js";
import * as build from "../../../support/packet-builder.js";

// CE 1 (192.0.2.18) answers with an error what CE 2 (192.0.2.33) sent it through the BR.
const CE1 = "2001:db8:12:3400:0:c000:212:34";
const CE2 = "2001:db8:21:1000:0:c000:221:10";
const DMR_CE1 = "2001:db8:ffff:0:c0:2:1200:0";
const DMR_CE2 = "2001:db8:ffff:0:c0:2:2100:0";
const ENDS: NewEnds = {
  source: DMR_CE1,
  destination: CE2,
  quotedSource: CE2,
  quotedDestination: DMR_CE1,
};
const CAME = { src: CE1, dst: DMR_CE2 };
const GOES = { src: DMR_CE1, dst: CE2, hopLimit: 59 };

const PAYLOADS: [string, build.Payload, least: number, checksumAt: number][] = [
  ["TCP", build.tcp({ sport: 1040, dport: 1232, data: build.pattern(33) }), 0, 16],
  ["UDP", build.udp({ sport: 1040, dport: 1232, data: build.pattern(20) }), 0, 6],
  ["an echo", build.echo({ kind: "request", id: 1040, data: build.pattern(9) }), 1, 2],
  ["SCTP", build.raw(132, build.pattern(20)), 0, -2],
];

for (const [name, payload, least, checksumAt] of PAYLOADS) {
  test(`${name}, quoted at every length`, (t) => {
    const before = build.ipv6({ src: DMR_CE2, dst: CE1, hopLimit: 3, flowLabel: 0 }, payload);
    const after = build.ipv6({ src: CE2, dst: DMR_CE1, hopLimit: 3 }, payload);
    for (let len = 40 + least; len <= before.length; len++) {
      const expected = after.slice(0, len);
      // Half a checksum cannot be updated.
      if (len === 40 + checksumAt + 1) expected[40 + checksumAt] = before[40 + checksumAt]!;
      const actual = inIpv6(error6(1, 4, 0, before.subarray(0, len), CAME), ENDS);
      expectPacket(t, actual, error6(1, 4, 0, expected, GOES));
    }
    t.end();
  });
}

test("Fragment Header, extension, MTU and pointer stay; extension headers of the error go", (t) => {
  const udp = build.udp({ sport: 1040, dport: 1232, data: build.pattern(20) });
  const before = build.ipv6({ src: DMR_CE2, dst: CE1 }, fragment(0, true, 7, udp));
  const after = build.ipv6({ src: CE2, dst: DMR_CE1 }, fragment(0, true, 7, udp));
  for (const [type, code, rest] of [
    [3, 1, 16 * 2 ** 24],
    [2, 0, 1300],
    [4, 0, 5],
  ] as const) {
    const tail = type === 3 ? extension(12) : new Uint8Array();
    const pad = type === 3 ? 128 : before.length;
    const data = build.concat(padded(before, pad), tail);
    const message = build.icmp({ type4: 0, type6: type, code, rest, data });
    const header = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
    const packet = build.ipv6(
      { ...ROUTER6, ...CAME, hopLimit: 60 },
      build.extension(60, header, message),
    );
    const expected = build.concat(padded(after, pad), tail);
    expectPacket(t, inIpv6(packet, ENDS), error6(type, code, rest, expected, GOES));
  }
  t.end();
});

test("a quoted fragment that is not the first changes its addresses alone", (t) => {
  for (const protocol of [6, 17, 58]) {
    const bytes = build.raw(protocol, build.pattern(24, 3));
    const before = build.ipv6({ src: DMR_CE2, dst: CE1 }, fragment(9, false, 7, bytes));
    const after = build.ipv6({ src: CE2, dst: DMR_CE1 }, fragment(9, false, 7, bytes));
    const actual = inIpv6(error6(3, 1, 0, before, CAME), { ...ENDS, quotedSourcePort: 5000 });
    expectPacket(t, actual, error6(3, 1, 0, after, GOES));
  }
  t.end();
});

test("traffic class is copied, or fixed by the settings", (t) => {
  const quote = build.ipv6({ src: DMR_CE2, dst: CE1 }, build.udp({ sport: 1040, dport: 1232 }));
  const after = build.ipv6({ src: CE2, dst: DMR_CE1 }, build.udp({ sport: 1040, dport: 1232 }));
  const packet = error6(1, 4, 0, quote, { ...CAME, trafficClass: 0xb8 });
  expectPacket(t, inIpv6(packet, ENDS), error6(1, 4, 0, after, { ...GOES, trafficClass: 0xb8 }));
  const fixed = inIpv6(packet, ENDS, { limits: { trafficClass: 4 } });
  expectPacket(t, fixed, error6(1, 4, 0, after, { ...GOES, trafficClass: 4 }));
  t.end();
});

test("what two translations would drop is dropped", (t) => {
  const quote = build.ipv6({ src: DMR_CE2, dst: CE1 }, build.udp({ sport: 1040, dport: 1232 }));
  const query = build.ipv6({ src: DMR_CE2, dst: CE1 }, build.icmp({ type4: 0, type6: 135 }));
  t.equal(inIpv6(error6(1, 5, 0, quote, CAME), ENDS), "icmp_untranslatable");
  t.equal(inIpv6(error6(4, 2, 0, quote, CAME), ENDS), "icmp_untranslatable");
  t.equal(inIpv6(error6(1, 0, 0, query, CAME), ENDS), "icmp_untranslatable");
  t.equal(inIpv6(error6(1, 0, 0, quote, { ...CAME, hopLimit: 1 }), ENDS), "ttl_expired");
  t.end();
});
