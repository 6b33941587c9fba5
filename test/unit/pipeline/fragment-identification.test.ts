/** Identifications that a golden file cannot hold: a CE of MAP-T takes those of its port set (RFC 7599 §10.3). */
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
