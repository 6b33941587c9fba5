/** What a virtio header can provoke: one that does not fit its packet, and super-packets that cannot pass whole. */
import { test } from "tap";
import { ABSORBED, FORWARDED } from "../../../src/pipeline/packet-io.js";
import { BAD_OFFLOAD_HEADER } from "../../../src/verdict.js";
import { settingsOf } from "../../golden/run-case.js";
import * as d from "../../golden/source/domains.js";
import { DomainUnderTest } from "../../support/domain-under-test.js";
import { hexDiff } from "../../support/hex-diff.js";
import {
  finished,
  finishedBy,
  joined,
  type Offloaded,
  withPartialChecksum,
} from "../../support/offload.js";
import {
  echo,
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  tcp,
  udp,
} from "../../support/packet-builder.js";

const FIRST_SEQUENCE = 0x01020304;

/** The `i`th segment of a stream. */
function inbound(i: number): Payload {
  return tcp({ sport: 80, dport: d.PORT, seq: FIRST_SEQUENCE + i * 1000, data: pattern(1000) });
}

function outbound(i: number): Payload {
  return tcp({ sport: d.PORT, dport: 80, seq: FIRST_SEQUENCE + i * 1000, data: pattern(1000) });
}

const IN = inbound(0);
const OUT = outbound(0);
const DATAGRAM = udp({ sport: d.PORT, dport: 53, data: pattern(900) });
const TO_CE = { src: d.SERVER_E, dst: d.CE_IPV4 };

function superPacket(wrap: (payload: Payload) => Uint8Array, payload: Payload): Offloaded {
  return joined([wrap(payload), wrap(payload)]);
}

/** The packet with one field of its virtio header changed. */
function spoilt(packet: Offloaded, at: number, value: number): Offloaded {
  const virtio = packet.virtio.slice();
  virtio[at] = value;
  return { bytes: packet.bytes, virtio };
}

const partial = withPartialChecksum(ipv4(TO_CE, IN));
const whole = superPacket((payload) => ipv4(TO_CE, payload), IN);
const ping = ipv4(TO_CE, echo({ kind: "request", id: d.PORT }));
const FLAGS = 0;
const GSO_TYPE = 1;
const GSO_SIZE = 4;
const CSUM_START = 6;
const CSUM_OFFSET = 8;

const spoiltHeaders: { name: string; packet: Offloaded }[] = [
  { name: "checksum start before the transport header", packet: spoilt(partial, CSUM_START, 0) },
  { name: "checksum start of IPv6", packet: spoilt(partial, CSUM_START, 40) },
  { name: "checksum offset of UDP on TCP", packet: spoilt(partial, CSUM_OFFSET, 6) },
  { name: "partial checksum on ICMP", packet: { bytes: ping, virtio: partial.virtio } },
  { name: "super-packet without partial checksum", packet: spoilt(whole, FLAGS, 0) },
  { name: "super-packet of the other family", packet: spoilt(whole, GSO_TYPE, 4) },
  { name: "super-packet of the other protocol", packet: spoilt(whole, GSO_TYPE, 5) },
  { name: "super-packet of an unknown type", packet: spoilt(whole, GSO_TYPE, 3) },
  { name: "segments of no payload", packet: noPayload() },
];

function noPayload(): Offloaded {
  return spoilt(spoilt(whole, GSO_SIZE, 0), GSO_SIZE + 1, 0);
}

for (const mode of ["map-t", "map-e"] as const) {
  const settings = settingsOf(mode === "map-t" ? d.brT() : d.brE());
  for (const { name, packet } of spoiltHeaders) {
    test(`${mode}: ${name} is dropped unchanged`, async (t) => {
      const { verdict, problems } = new DomainUnderTest(settings).judge(
        packet.bytes,
        1,
        packet.virtio,
      );
      t.equal(verdict, BAD_OFFLOAD_HEADER);
      t.same(problems, []);
    });
  }
}

/** Whole, for the classifier, or for the queue that cuts where there is none. */
const FROM_LAN = { src: d.LAN_HOST, dst: d.SERVER_E };
const INTO_TUNNEL = { src: d.CE, dst: d.BR };
const intoTunnels = [
  {
    name: "BR",
    config: d.brE(),
    packet: whole,
    expected: (i: number) =>
      ipv6({ src: d.BR, dst: d.CE }, encapsulated(ipv4({ ...TO_CE, id: i, ttl: 63 }, inbound(i)))),
  },
  {
    name: "CE",
    config: d.ceE(),
    packet: superPacket((payload) => ipv4(FROM_LAN, payload), OUT),
    expected: (i: number) =>
      ipv6(
        INTO_TUNNEL,
        encapsulated(ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id: i, ttl: 63 }, outbound(i))),
      ),
  },
  {
    name: "CE, UDP",
    config: d.ceE(),
    packet: superPacket((payload) => ipv4(FROM_LAN, payload), DATAGRAM),
    expected: (i: number) =>
      ipv6(
        INTO_TUNNEL,
        encapsulated(ipv4({ src: d.CE_IPV4, dst: d.SERVER_E, id: i, ttl: 63 }, DATAGRAM)),
      ),
  },
];

for (const { name, config, packet, expected } of intoTunnels) {
  test(`map-e ${name}: a super-packet enters the tunnel whole`, async (t) => {
    const domain = new DomainUnderTest(settingsOf(config));
    const { verdict, problems, output } = domain.judge(packet.bytes, 1, packet.virtio);
    t.equal(verdict, FORWARDED);
    t.same(problems, []);
    t.equal(output.length, 1);
    const left = output.flatMap((one) => finishedBy(one, true));
    t.same(left.length, 2);
    left.forEach((segment, i) => {
      t.equal(hexDiff(expected(i), segment), "");
    });
    t.equal(domain.counter("created_packets"), 0);
    t.equal(domain.counter("absorbed_packets"), 0);
  });
}

/** An IPv6 super-packet of `len` payload bytes behind the IPv6 header, UDP. */
function longDatagrams(len: number): Offloaded {
  const sizes = Array.from({ length: Math.ceil((len - 8) / 1400) }, (_, i) =>
    Math.min(1400, len - 8 - i * 1400),
  );
  const wrap = (size: number): Uint8Array =>
    ipv6(
      { src: d.CE, dst: d.dmr(d.SERVER_T) },
      udp({ sport: d.PORT, dport: 53, data: pattern(size) }),
    );
  return joined(sizes.map(wrap));
}

test("map-t: an IPv6 super-packet that IPv4 has no length for is cut, one byte less passes whole", async (t) => {
  const domain = new DomainUnderTest(settingsOf(d.brT()));
  const longest = longDatagrams(65515);
  const { verdict, output } = domain.judge(longest.bytes, 1, longest.virtio);
  t.equal(verdict, 0);
  t.equal(output.flatMap(finished).length, 47);
  const tooLong = longDatagrams(65516);
  const refused = domain.judge(tooLong.bytes, 1, tooLong.virtio);
  t.equal(refused.verdict, ABSORBED);
  t.same(refused.problems, []);
  t.equal(refused.output.flatMap(finished).length, 47);
});

test("a partial checksum inside a tunnel must be declared where the inner packet has it", async (t) => {
  const inner = ipv4({ src: d.CE_IPV4, dst: d.SERVER_E }, OUT);
  const packet = withPartialChecksum(ipv6({ src: d.CE, dst: d.BR }, encapsulated(inner)));
  const domain = new DomainUnderTest(settingsOf(d.brE()));
  t.equal(packet.virtio[CSUM_START], 60);
  t.equal(domain.judge(packet.bytes, 1, packet.virtio).verdict, 0);
  const wrong = spoilt(packet, CSUM_START, 20);
  t.equal(domain.judge(wrong.bytes, 1, wrong.virtio).verdict, BAD_OFFLOAD_HEADER);
});
