/** Identifications that a golden file cannot hold: a CE takes those of its port set (RFC 7599 §10.3, RFC 6864 §4). */
import { type Test, test } from "tap";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { fragments, parseFragment } from "../../support/fragments.js";
import { VIRTIO_LEN } from "../../support/offload.js";
import { echo, ipv4, type Payload, pattern, tcp, udp } from "../../support/packet-builder.js";

const NO_VIRTIO = new Uint8Array(VIRTIO_LEN);
const LAN = { src: d.LAN_HOST, dst: d.SERVER_T, df: false };
const PORTS_PER_CE = 252;

/** By its definition: `a` not zero, and the PSID bits right (RFC 7597 §5.1). */
function isInSet(id: number): boolean {
  return id <= 0xffff && id >>> 10 !== 0 && ((id >>> 2) & 0xff) === 0x34;
}

/** The one identification of all fragments that come of packets of one datagram. */
function identification(t: Test, ce: DomainUnderTest, packets: readonly Uint8Array[]): number {
  const left = packets.flatMap((packet) => ce.judge(packet, 1, NO_VIRTIO).output);
  const ids = new Set(left.map(({ bytes }) => parseFragment(bytes)?.id ?? -1));
  t.equal(ids.size, 1, "one datagram, one identification");
  const [id = -1] = ids;
  t.ok(isInSet(id), `identification ${id}`);
  return id;
}

const datagrams: { name: string; packets: (i: number) => Uint8Array[] }[] = [
  {
    name: "fragments of UDP",
    packets: (i) => cut(udp({ sport: 5000, dport: 53, data: pattern(1400) }), i),
  },
  {
    name: "fragments of TCP, the last one first",
    packets: (i) => cut(tcp({ sport: 5000, dport: 80, data: pattern(1400) }), i).reverse(),
  },
  {
    name: "fragments of echo",
    packets: (i) => cut(echo({ kind: "request", id: 7, data: pattern(1400) }), i),
  },
  {
    name: "a packet that is cut here",
    packets: (i) => [ipv4({ ...LAN, id: i }, udp({ sport: 5000, dport: 53, data: pattern(1400) }))],
  },
];

function cut(payload: Payload, id: number): Uint8Array[] {
  return fragments(ipv4(LAN, payload), id, [512, 1024]);
}

for (const { name, packets } of datagrams) {
  test(`${name}: every identification of the port set comes before any comes again`, async (t) => {
    const ce = new DomainUnderTest(settingsOf(d.ceT()));
    const seen = new Set<number>();
    for (let i = 0; i < PORTS_PER_CE; i++) seen.add(identification(t, ce, packets(i)));
    t.equal(seen.size, PORTS_PER_CE);
    t.same(ce.balanceProblems(), []);
  });
}

/** A set of 1008 ports of PSID 0x0d, and all ports of a whole address: what leaves in MAP-E tunnels. */
const ROUNDS = [
  {
    name: "1008 ports",
    config: d.ceE({ rules: ["many"], more: { "end-user-ipv6-prefix": "2001:db8:12:3400::/54" } }),
    count: 1008,
    isOurs: (id: number) => id >>> 10 !== 0 && ((id >>> 4) & 0x3f) === 0x0d,
  },
  {
    name: "a whole address",
    config: d.ceE({
      rules: ["full"],
      more: { "end-user-ipv6-prefix": "2001:db8:12::/48", nat44: { enabled: true } },
    }),
    count: 65_536,
    isOurs: () => true,
  },
];

for (const { name, config, count, isOurs } of ROUNDS) {
  test(`MAP-E with ${name}: every identification comes before any comes again (RFC 6864 §4)`, async (t) => {
    const ce = new DomainUnderTest(settingsOf(config));
    const packet = ipv4({ ...LAN, dst: d.SERVER_E, id: 9 }, udp({ sport: 5000, dport: 53 }));
    const seen = new Set<number>();
    for (let i = 0; i < count; i++) {
      const { bytes } = ce.judge(packet, 1, NO_VIRTIO).output[0]!;
      seen.add(bytes[44]! * 256 + bytes[45]!);
    }
    t.equal(seen.size, count);
    t.ok([...seen].every(isOurs), "all of them ours");
  });
}

test("MAP-E with fewer than 256 ports keeps the identifications of the LAN (RFC 7597 §8.3.3)", async (t) => {
  const ce = new DomainUnderTest(settingsOf(d.ceE()));
  const packet = ipv4({ ...LAN, dst: d.SERVER_E, id: 0x1234 }, udp({ sport: 5000, dport: 53 }));
  t.same(ce.judge(packet, 1, NO_VIRTIO).output[0]?.bytes.slice(44, 46), [0x12, 0x34]);
});
