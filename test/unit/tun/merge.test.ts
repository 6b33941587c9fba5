/** Which packets become one write, and which never do; test/property/tun/merge.test.ts has what always holds. */
import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import { Merger } from "../../../src/tun/merge.js";
import { allFinished, asWhole, merge, type Queued, writesOf } from "../../support/merge-rig.js";
import { joined, VIRTIO_LEN, withPartialChecksum } from "../../support/offload.js";
import {
  echo,
  encapsulated,
  extension,
  type Ipv4Fields,
  type Ipv6Fields,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  raw,
  TCP,
  type TcpFields,
  tcp,
  type UdpFields,
  udp,
} from "../../support/packet-builder.js";

const EINVAL = 22;
const ENOBUFS = 105;

const ENDS4 = { src: "198.51.100.1", dst: "192.0.2.18" };
const ENDS6 = { src: "2001:db8:ffff::1", dst: "2001:db8:12:3400::34" };
const PORTS = { sport: 443, dport: 1232 };
const TIMESTAMPS = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);

/** The `index`-th packet of a flow of full segments; `len` bytes of data, `at` bytes into the stream. */
function tcpAt(index: number, more: Partial<TcpFields> = {}, len = 100): Payload {
  const data = pattern(len, index);
  return tcp({ ...PORTS, seq: 5000 + index * 100, options: TIMESTAMPS, data, ...more });
}

function udpAt(index: number, more: Partial<UdpFields> = {}, len = 100): Payload {
  return udp({ ...PORTS, data: pattern(len, index), ...more });
}

function in4(index: number, payload: Payload, more: Partial<Ipv4Fields> = {}): Uint8Array {
  return ipv4({ ...ENDS4, id: 700 + index, ...more }, payload);
}

function in6(payload: Payload, more: Partial<Ipv6Fields> = {}): Uint8Array {
  return ipv6({ ...ENDS6, flowLabel: 0x12345, ...more }, payload);
}

/** In the tunnel of MAP-E. */
function inTunnel(index: number, payload: Payload, more: Partial<Ipv4Fields> = {}): Uint8Array {
  return in6(encapsulated(in4(index, payload, more)));
}

/** How many packets each write stands for. */
function sizes(packets: readonly Queued[], hasClassifier = false): number[] {
  const merger = merge(packets, hasClassifier);
  return [...merger.packets.subarray(0, merger.outCount)];
}

/** The same two neighbours but for one thing: never one write. */
interface Pair {
  readonly name: string;
  readonly first: Uint8Array;
  readonly second: Uint8Array;
}

function pair4(
  name: string,
  first: Payload,
  second: Payload,
  more: Partial<Ipv4Fields> = {},
): Pair {
  return { name, first: in4(0, first), second: in4(1, second, more) };
}

const TCP0 = tcpAt(0);
const UDP0 = udpAt(0);

const APART: readonly Pair[] = [
  pair4("another source port", TCP0, tcpAt(1, { sport: 444 })),
  pair4("another source address", TCP0, tcpAt(1), { src: "198.51.100.2" }),
  pair4("another protocol", udpAt(0), tcpAt(1)),
  pair4("another TTL", TCP0, tcpAt(1), { ttl: 63 }),
  pair4("another TOS", TCP0, tcpAt(1), { tos: 4 }),
  pair4("an ECN mark", TCP0, tcpAt(1), { tos: 3 }),
  pair4("DF in one of them", TCP0, tcpAt(1), { df: false }),
  pair4("IPv4 options", TCP0, tcpAt(1), { options: Uint8Array.of(1, 1, 1, 0) }),
  pair4("a fragment", UDP0, udpAt(1), { df: false, mf: true }),
  pair4("a gap", TCP0, tcpAt(1, { seq: 5101 })),
  pair4("the same bytes again", TCP0, tcpAt(0)),
  pair4("another acknowledgment", TCP0, tcpAt(1, { ack: 9 })),
  pair4("another window", TCP0, tcpAt(1, { window: 9 })),
  pair4("another timestamp", TCP0, tcpAt(1, { options: TIMESTAMPS.map((byte) => byte ^ 4) })),
  pair4("no options", TCP0, tcpAt(1, { options: new Uint8Array() })),
  pair4("PSH in the first", tcpAt(0, { flags: TCP.ack | TCP.psh }), tcpAt(1)),
  ...(["fin", "syn", "rst", "ece", "cwr"] as const).flatMap((flag) => [
    pair4(`${flag} in the second`, TCP0, tcpAt(1, { flags: TCP.ack | TCP[flag] })),
    pair4(`${flag} in the first`, tcpAt(0, { flags: TCP.ack | TCP[flag] }), tcpAt(1)),
  ]),
  pair4("URG", TCP0, tcpAt(1, { flags: TCP.ack | 0x20 })),
  pair4("no ACK", tcpAt(0, { flags: 0 }), tcpAt(1, { flags: 0 })),
  pair4("a bare ACK behind data", TCP0, tcpAt(1, {}, 0)),
  pair4("bare ACKs", tcpAt(0, {}, 0), tcpAt(0, {}, 0)),
  pair4("a longer second segment", TCP0, tcpAt(1, {}, 101)),
  pair4("a longer second datagram", UDP0, udpAt(1, {}, 101)),
  pair4("datagrams without data", udpAt(0, {}, 0), udpAt(1, {}, 0)),
  pair4("an empty second datagram", UDP0, udpAt(1, {}, 0)),
  pair4("UDP without a checksum", udpAt(0, { checksum: 0 }), udpAt(1, { checksum: 0 })),
  pair4("a second UDP datagram without a checksum", UDP0, udpAt(1, { checksum: 0 })),
  pair4("a wrong checksum in the first", tcpAt(0, { checksum: 0x1234 }), tcpAt(1)),
  pair4("a wrong checksum in the second", TCP0, tcpAt(1, { checksum: 0x1234 })),
  pair4("a wrong UDP checksum", UDP0, udpAt(1, { checksum: 0x1234 })),
  pair4("a UDP length short of the packet", UDP0, udpAt(1, { len: 60 })),
  pair4("ICMP", echo({ kind: "request", id: 1 }), echo({ kind: "request", id: 1, seq: 2 })),
  ...([700, 699, 702] as const).map((id) => ({
    name: `an identification out of turn, ${id}`,
    first: in4(0, UDP0, { df: false }),
    second: in4(1, udpAt(1), { df: false, id }),
  })),
  { name: "another family", first: in4(0, UDP0), second: in6(udpAt(1)) },
  { name: "another flow label", first: in6(TCP0), second: in6(tcpAt(1), { flowLabel: 1 }) },
  { name: "another traffic class", first: in6(TCP0), second: in6(tcpAt(1), { trafficClass: 1 }) },
  { name: "another hop limit", first: in6(TCP0), second: in6(tcpAt(1), { hopLimit: 63 }) },
  {
    name: "an extension header",
    first: in6(TCP0),
    second: in6(extension(60, Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0), tcpAt(1))),
  },
  {
    name: "IPv6 UDP without a checksum",
    first: in6(udpAt(0, { checksum: 0 })),
    second: in6(udpAt(1, { checksum: 0 })),
  },
  { name: "a TCP header cut short", first: in4(0, TCP0), second: in4(1, raw(6, pattern(12))) },
];

function tunnelPair(name: string, second: Uint8Array): Pair {
  return { name: `${name} in a tunnel`, first: inTunnel(0, TCP0), second };
}

const APART_IN_TUNNEL: readonly Pair[] = [
  tunnelPair("another source port", inTunnel(1, tcpAt(1, { sport: 444 }))),
  tunnelPair("another source address", inTunnel(1, tcpAt(1), { src: "198.51.100.2" })),
  tunnelPair("another TTL", inTunnel(1, tcpAt(1), { ttl: 63 })),
  tunnelPair("another TOS", inTunnel(1, tcpAt(1), { tos: 4 })),
  tunnelPair("DF in one of them", inTunnel(1, tcpAt(1), { df: false })),
  tunnelPair("IPv4 options", inTunnel(1, tcpAt(1), { options: Uint8Array.of(1, 1, 1, 0) })),
  tunnelPair("a gap", inTunnel(1, tcpAt(1, { seq: 5101 }))),
  tunnelPair("a wrong checksum", inTunnel(1, tcpAt(1, { checksum: 0x1234 }))),
  tunnelPair("a wrong IPv4 checksum", inTunnel(1, tcpAt(1), { checksum: 0x1234 })),
  tunnelPair("a fragment", inTunnel(1, udpAt(1), { df: false, mf: true })),
  ...(
    [
      ["another end of the tunnel", { src: "2001:db8:ffff::2" }],
      ["another flow label of the tunnel", { flowLabel: 1 }],
      ["another traffic class of the tunnel", { trafficClass: 1 }],
      ["another hop limit of the tunnel", { hopLimit: 63 }],
    ] as const
  ).map(([name, more]) => tunnelPair(name, in6(encapsulated(in4(1, tcpAt(1))), more))),
  {
    name: "an identification out of turn in a tunnel",
    first: inTunnel(0, UDP0, { df: false }),
    second: inTunnel(1, udpAt(1), { df: false, id: 700 }),
  },
  {
    name: "one in a tunnel, one not",
    first: inTunnel(0, TCP0),
    second: in4(1, tcpAt(1)),
  },
];

for (const { name, first, second } of [...APART, ...APART_IN_TUNNEL]) {
  test(`never one write: ${name}`, async (t) => {
    const packets = [asWhole(first), asWhole(second)];
    for (const hasClassifier of [false, true]) {
      t.same(sizes(packets, hasClassifier), [1, 1]);
      t.same(writesOf(merge(packets, hasClassifier)), packets, "written as they are");
    }
  });
}

test("packets in a tunnel become one write only on a device with the classifier", async (t) => {
  const packets = [0, 1].map((i) => asWhole(inTunnel(i, udpAt(i))));
  t.same(sizes(packets, false), [1, 1]);
  t.same(sizes(packets, true), [2]);
});

const FORMS = [
  { name: "complete", form: asWhole },
  { name: "partial", form: withPartialChecksum },
] as const;

for (const { name, form } of FORMS) {
  test(`segments and datagrams of a flow become one write, checksums ${name}`, async (t) => {
    const flows = [
      [0, 1, 2, 3].map((i) => in4(i, tcpAt(i))),
      [0, 1, 2, 3].map((i) => in4(i, udpAt(i), { df: false })),
      [0, 1, 2, 3].map((i) => in6(tcpAt(i))),
      [0, 1, 2, 3].map((i) => in6(udpAt(i))),
      [0, 1, 2, 3].map((i) => inTunnel(i, tcpAt(i))),
      [0, 1, 2, 3].map((i) => inTunnel(i, udpAt(i), { df: false })),
    ];
    // In turns, as several senders fill a queue.
    const packets = [0, 1, 2, 3].flatMap((i) => flows.map((flow) => flow[i]!));
    const merger = merge(packets.map(form), true);
    t.same([...merger.packets.subarray(0, merger.outCount)], [4, 4, 4, 4, 4, 4]);
    t.same(writesOf(merger), flows.map(joined));
    t.same(
      flows.map((_, write) => merger.bytes(write)),
      flows.map((flow) => flow.reduce((sum, { length }) => sum + length, 0)),
      "bytes as before merging",
    );
    t.same([...merger.families.subarray(0, 6)], [4, 4, 6, 6, 6, 6]);
  });
}

test("the forms of checksums may differ within a write", async (t) => {
  const flow = [0, 1, 2].map((i) => in6(udpAt(i)));
  const packets = flow.map((packet, i) => (i === 1 ? withPartialChecksum : asWhole)(packet));
  t.same(writesOf(merge(packets)), [joined(flow)]);
});

test("identifications run through zero", async (t) => {
  const flow = [0, 1, 2].map((i) => in4(i, udpAt(i), { id: (0xffff + i) & 0xffff }));
  t.same(writesOf(merge(flow.map(asWhole))), [joined(flow)]);
});

test("identifications of packets that may not be fragmented do not matter", async (t) => {
  for (const ids of [
    [0, 0, 0],
    [700, 764, 3],
  ]) {
    const flow = ids.map((id, i) => in4(0, udpAt(i), { id }));
    const renumbered = ids.map((_, i) => in4(0, udpAt(i), { id: ids[0]! + i }));
    t.same(writesOf(merge(flow.map(asWhole))), [joined(renumbered)]);
    const tunnels = ids.map((id, i) => inTunnel(0, udpAt(i), { id }));
    t.same(sizes(tunnels.map(asWhole), true), [3]);
  }
});

test("sequence numbers run through zero", async (t) => {
  const flow = [0, 1, 2].map((i) => in6(tcpAt(i, { seq: (0xffffffff - 99 + i * 100) >>> 0 })));
  t.same(writesOf(merge(flow.map(asWhole))), [joined(flow)]);
});

test("a shorter segment, or PSH, is the last of its write", async (t) => {
  const short = [in6(tcpAt(0)), in6(tcpAt(1, {}, 40)), in6(tcpAt(1, { seq: 5140 }))];
  t.same(sizes(short.map(asWhole)), [2, 1]);
  const pushed = [in6(tcpAt(0)), in6(tcpAt(1, { flags: TCP.ack | TCP.psh })), in6(tcpAt(2))];
  const merger = merge(pushed.map(asWhole));
  t.same([...merger.packets.subarray(0, 2)], [2, 1]);
  t.same(writesOf(merger)[0], joined(pushed.slice(0, 2)));
  const datagrams = [
    in6(udpAt(0)),
    in6(udpAt(1, {}, 40)),
    in6(udpAt(2, {}, 40)),
    in6(udpAt(3, {}, 40)),
  ];
  t.same(sizes(datagrams.map(asWhole)), [2, 2]);
});

test("what cannot follow ends its flow's group, and the flow's order stays", async (t) => {
  const ack = in6(tcpAt(2, { ack: 77 }, 0));
  const flow = [in6(tcpAt(0)), in6(tcpAt(1)), ack, in6(tcpAt(2)), in6(tcpAt(3))];
  const merger = merge(flow.map(asWhole));
  t.same([...merger.packets.subarray(0, 3)], [2, 1, 2]);
  t.same(allFinished(writesOf(merger)), flow);
});

test("a fragment stays behind all that came before it and ahead of all that comes later", async (t) => {
  const fragment = in4(9, raw(17, pattern(64)), { df: false, fragmentOffset: 185 });
  const packets = [in4(0, udpAt(0)), fragment, in4(1, udpAt(1)), in4(2, udpAt(2))];
  t.same(sizes(packets.map(asWhole)), [1, 1, 2]);
  t.same(allFinished(writesOf(merge(packets.map(asWhole)))), packets);
});

test("ICMP and tunnels do not keep a flow apart", async (t) => {
  const others = [in4(1, echo({ kind: "reply", id: 3 })), in6(encapsulated(in4(0, TCP0)))];
  const packets = [in4(0, udpAt(0)), ...others, in4(1, udpAt(1))];
  t.same(sizes(packets.map(asWhole)), [2, 1, 1]);
});

test("a super-packet is neither first nor next", async (t) => {
  const whole = joined([in6(tcpAt(0)), in6(tcpAt(1))]);
  t.same(sizes([whole, asWhole(in6(tcpAt(2))), asWhole(in6(tcpAt(3)))]), [1, 2]);
  t.same(sizes([asWhole(in6(tcpAt(-1))), whole, asWhole(in6(tcpAt(2)))]), [1, 1, 1]);
});

test("a packet in a spare slot may follow, and never be followed there", async (t) => {
  const [first, second, third] = [0, 1, 2].map((i) => asWhole(in6(udpAt(i))));
  t.same(sizes([first!, { ...second!, spare: true }, third!]), [3]);
  t.same(
    sizes([
      { ...first!, spare: true },
      { ...second!, spare: true },
    ]),
    [1, 1],
  );
});

test("no write is longer than its length field can say", async (t) => {
  const len = 1440;
  const flow6 = Array.from({ length: 60 }, (_, i) => in6(udpAt(i, {}, len)));
  // 45 * 1440 + 8 = 64808 bytes behind the IPv6 header; one more would be 66248.
  t.same(sizes(flow6.map(asWhole)), [45, 15]);
  t.same(allFinished(writesOf(merge(flow6.map(asWhole)))), flow6);
  const flow4 = Array.from({ length: 60 }, (_, i) => in4(i, udpAt(i, {}, 1456)));
  // 45 * 1456 = 65520 bytes would fit, but for the 28 of the headers.
  t.same(sizes(flow4.map(asWhole)), [44, 16]);
  t.same(allFinished(writesOf(merge(flow4.map(asWhole)))), flow4);
  const tunnel = Array.from({ length: 60 }, (_, i) => inTunnel(i, udpAt(i, {}, 1424)));
  // 46 * 1424 + 28 = 65532 bytes behind the outer header, which the inner one's field has to say.
  t.same(sizes(tunnel.map(asWhole), true), [46, 14]);
  t.same(allFinished(writesOf(merge(tunnel.map(asWhole), true))), tunnel);
});

test("a write ends at 128 packets, and with the slot of its first one", async (t) => {
  const packet = in6(udpAt(0, {}, 10));
  const count = 300;
  const room = packet.length + 9 * 10 + 5;
  for (const [slotLen, expected] of [
    [2048, [128, 128, 44]],
    [HEADROOM + room, Array.from({ length: 30 }, () => 10)],
  ] as const) {
    const arena = new Arena(count, slotLen);
    for (let slot = 0; slot < count; slot++) {
      arena.memory.set(packet, slot * slotLen + HEADROOM);
      arena.emit(slot, HEADROOM, HEADROOM + packet.length);
    }
    const merger = new Merger(arena, true);
    merger.merge();
    t.same([...merger.packets.subarray(0, merger.outCount)], expected);
  }
});

test("nothing is merged where packets travel without a virtio header", async (t) => {
  const arena = new Arena(2, 1024);
  const packet = in6(udpAt(0));
  for (const slot of [0, 1]) {
    arena.memory.set(packet, slot * 1024 + HEADROOM);
    arena.emit(slot, HEADROOM, HEADROOM + packet.length);
  }
  const merger = new Merger(arena, false);
  merger.merge();
  t.same([...merger.packets.subarray(0, merger.outCount)], [1, 1]);
  t.same([...merger.outStarts.subarray(0, 2)], [...arena.outStarts.subarray(0, 2)]);
});

for (const { name, form } of FORMS) {
  test(`a refused write is taken apart into what it was made of, checksums ${name}`, async (t) => {
    const datagrams = [0, 1, 2].map((i) => in4(i, udpAt(i)));
    const last = in6(tcpAt(1, { flags: TCP.ack | TCP.psh }));
    const segments = [in6(tcpAt(0)), last];
    const packets = [...datagrams, ...segments].map(form);
    const merger = merge(packets, true);
    const results = new Int32Array(merger.outStarts.length);
    t.equal(merger.outCount, 2);
    t.notOk(merger.isRefused(0, -ENOBUFS), "a full queue is no refusal");
    t.ok(merger.isRefused(0, -EINVAL));
    results[0] = -EINVAL;
    merger.takeApart(results);
    t.same(writesOf(merger), datagrams.map(form), "the datagrams again, and nothing else");
    t.notOk(merger.isRefused(0, -EINVAL), "a packet alone is never taken apart");
    t.same([...merger.packets.subarray(0, 3)], [1, 1, 1]);
    t.same(
      datagrams.map((_, write) => merger.bytes(write)),
      datagrams.map(({ length }) => length),
    );

    merger.merge();
    // The arena still has the packets that were not refused as they were merged, which is not merged again.
    t.equal(merger.outCount, 5, "datagrams stay apart from now on");
  });

  test(`refused TCP comes back with PSH where it was, checksums ${name}`, async (t) => {
    const segments = [0, 1].map((i) => in6(tcpAt(i, i === 1 ? { flags: TCP.ack | TCP.psh } : {})));
    const merger = merge(segments.map(form));
    merger.takeApart(new Int32Array(merger.outStarts.length).fill(-EINVAL));
    t.same(writesOf(merger), segments.map(form));
    t.equal(writesOf(merger)[0]!.virtio.length, VIRTIO_LEN);
  });
}
