/** Packets built from descriptions are sound, as long as was asked, and say what was asked. */
import { test } from "tap";
import { ofIpv4, ofIpv6 } from "../../../src/explain/addresses.js";
import {
  buildPacket,
  encapsulate,
  headersLen,
  type PacketSpec,
} from "../../../src/explain/build.js";
import { flowsOf } from "../../../src/explain/flows.js";
import { headersOf } from "../../../src/explain/headers.js";
import { packetProblems } from "../../support/packet-check.js";

const CE6 = [0x20010db8, 0x00123400, 0x0000c000, 0x02120034] as const;
const BR6 = [0x20010db8, 0xffff0000, 0, 1] as const;

const SPEC: PacketSpec = {
  source: ofIpv4(0xc0000212),
  destination: ofIpv4(0xc6336401),
  protocol: 6,
  sourcePort: 1232,
  destinationPort: 443,
  ttl: 61,
  dontFragment: true,
  length: 0,
  isReply: false,
};

const ENDS = [
  { source: ofIpv4(0xc0000212), destination: ofIpv4(0xc6336401) },
  { source: ofIpv6(CE6), destination: ofIpv6(BR6) },
];

for (const ends of ENDS) {
  for (const protocol of [1, 6, 17, 47]) {
    test(`protocol ${protocol} in IPv${ends.source.family} is sound at every length`, async (t) => {
      for (const isReply of [false, true]) {
        const spec = { ...SPEC, ...ends, protocol, isReply };
        const least = headersLen(spec);
        for (const length of [0, least, least + 1, least + 7, 1500, 65535]) {
          const packet = buildPacket({ ...spec, length });
          t.equal(packet.length, Math.max(length, least));
          t.same(packetProblems(packet), []);
        }
      }
    });
  }
}

test("the packet says who speaks to whom", async (t) => {
  const [flow] = flowsOf(buildPacket(SPEC));
  t.same(flow, {
    source: SPEC.source,
    destination: SPEC.destination,
    protocol: 6,
    sourcePort: 1232,
    destinationPort: 443,
    quoted: false,
  });
  const reply = headersOf(buildPacket({ ...SPEC, isReply: true, dontFragment: false }));
  t.match(reply[0]?.fields, { ttl: 61, dontFragment: false });
  t.match(reply[1]?.fields, { flags: "SYN ACK", mss: 1460 });
  const echo = headersOf(buildPacket({ ...SPEC, ...ENDS[1], protocol: 1, isReply: true }));
  t.match(echo[1]?.fields, { name: "echo reply", identifier: 1232 });
});

test("a tunnel has the packet inside unchanged", async (t) => {
  const inner = buildPacket(SPEC);
  const tunnel = encapsulate(inner, CE6, BR6);
  t.same(packetProblems(tunnel), []);
  t.same(tunnel.slice(40), inner);
});

test("a packet between two families cannot be", async (t) => {
  t.throws(() => buildPacket({ ...SPEC, destination: ofIpv6(BR6) }), RangeError);
});
