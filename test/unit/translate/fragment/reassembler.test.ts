import { test } from "tap";
import { FragmentKey } from "../../../../src/translate/fragment/fragment-key.js";
import { malformedPointer } from "../../../../src/translate/fragment/refuse-fragment.js";
import { COMPLETE, HELD } from "../../../../src/translate/fragment/results.js";
import { ReassemblerBench } from "../../../support/fragment-bench.js";
import { bytesAt, frameOf, packetOf } from "../../../support/fragment-frames.js";
import { type Cut, fragment, fragments } from "../../../support/fragments.js";
import * as build from "../../../support/packet-builder.js";
import { packetProblems } from "../../../support/packet-check.js";

const V4 = { src: "198.51.100.9", dst: "192.0.2.18", df: false, id: 77, ttl: 61, tos: 0xb8 };
const V6 = { src: "2001:db8::1", dst: "2001:db8:ffff::2", trafficClass: 0xb8, flowLabel: 0x12345 };
const DATA = build.udp({ sport: 1232, dport: 53, data: build.pattern(3000) });
const wholes = [
  { family: 4, whole: build.ipv4(V4, DATA), ofLen: (len: number) => build.ipv4(V4, sized(len)) },
  { family: 6, whole: build.ipv6(V6, DATA), ofLen: (len: number) => build.ipv6(V6, sized(len)) },
];
/** [0, 1000), [1000, 2000), [2000, 3008). */
const EDGES = [1000, 2000];

/** A UDP datagram of `len` bytes, its header included. */
function sized(len: number): build.Payload {
  return build.udp({ sport: 1232, dport: 53, data: build.pattern(len - 8) });
}

for (const { family, whole, ofLen } of wholes) {
  const cut = (start: number, end: number, more?: boolean): Uint8Array => {
    const edges: Cut = more === undefined ? { start, end } : { start, end, more };
    return fragment(whole, 77, edges, build.pattern(end - start, 9));
  };
  const pieces = fragments(whole, 77, EDGES);
  const orders = [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
    [1, 0, 2],
    [0, 2, 1],
  ];
  for (const order of orders) {
    test(`IPv${family} fragments in the order ${order} make the packet they were cut from`, (t) => {
      const bench = new ReassemblerBench();
      const results = order.map((i) => bench.feed(pieces[i]!));
      t.same(results, ["held", "held", whole]);
      t.equal(bench.reassembler.absorbed, 3);
      t.equal(bench.reassembler.datagrams, 0);
      t.same(bench.lost, []);
      t.end();
    });
  }

  test(`a duplicate of an IPv${family} fragment changes nothing`, (t) => {
    const bench = new ReassemblerBench();
    const forged = fragment(whole, 77, { start: 1000, end: 2000 }, build.pattern(1000, 99));
    const results = [pieces[1]!, forged, pieces[0]!, pieces[2]!].map((f) => bench.feed(f));
    t.same(results, ["held", "fragment_duplicate", "held", whole], "the first copy counts");
    t.equal(bench.reassembler.absorbed, 3);
    t.end();
  });

  const overlaps: [string, Uint8Array[]][] = [
    ["one byte block into the one before", [cut(0, 1000), cut(992, 2000)]],
    ["one byte block into the one behind", [cut(1000, 2000), cut(0, 1008)]],
    ["inside another (teardrop)", [cut(0, 1000), cut(24, 48)]],
    ["around another", [cut(24, 48), cut(0, 1000)]],
    ["the same start, shorter", [cut(0, 1000), cut(0, 504)]],
    ["the same start, longer", [cut(0, 504), cut(0, 1000)]],
    ["behind the end", [cut(2000, 3008), cut(3008, 3016, true)]],
    ["a second end before the first", [cut(2000, 3008), cut(1000, 1504, false)]],
    ["an end before what was seen", [cut(2000, 2504), cut(1000, 1504, false)]],
  ];
  for (const [name, hostile] of overlaps) {
    test(`IPv${family} fragments that overlap are discarded with their datagram: ${name}`, (t) => {
      const bench = new ReassemblerBench();
      t.equal(bench.feed(hostile[0]!), "held");
      t.equal(bench.feed(hostile[1]!), "fragment_overlap");
      t.same(bench.lost, [`fragment_overlap ${family}`]);
      t.same(
        pieces.map((f) => bench.feed(f)),
        Array(3).fill("fragment_overlap"),
      );
      t.same(
        fragments(whole, 78, EDGES).map((f) => typeof bench.feed(f)),
        Array(3).fill("string").with(2, "object"),
        "the next datagram passes",
      );
      bench.reassembler.expire(60_000);
      t.equal(bench.reassembler.datagrams, 0);
      t.equal(bench.lost.length, 1);
      t.same(bench.timedOut, [], "silently");
      t.end();
    });
  }

  test(`an IPv${family} datagram whose time is up shows its first fragment, if it has one`, (t) => {
    const timeout = family === 4 ? 30_000 : 60_000;
    const bench = new ReassemblerBench();
    bench.feed(pieces[0]!, 5);
    bench.feed(pieces[2]!, 6);
    bench.feed(fragments(whole, 78, EDGES)[1]!, 7);
    bench.reassembler.expire(timeout + 4);
    t.same(bench.lost, []);
    bench.reassembler.expire(timeout + 7);
    t.same(bench.lost, Array(3).fill(`fragment_timeout ${family}`));
    t.same(bench.timedOut, [pieces[0]]);
    t.equal(bench.reassembler.datagrams, 0);
    t.end();
  });

  test(`IPv${family}: the most that fits is 65535 bytes`, (t) => {
    const header = family === 4 ? 20 : 0;
    const bench = new ReassemblerBench();
    const most = ofLen(65535 - header);
    t.same(
      fragments(most, 77, [30_000, 60_000]).map((f) => bench.feed(f)),
      ["held", "held", most],
    );
    const longer = ofLen(65528 - header);
    const tail = fragment(longer, 2, { start: 65528, end: 0, more: true }, new Uint8Array(8));
    t.equal(bench.feed(tail), "fragment_malformed");
    if (family === 6) t.equal(malformedPointer(packetOf(tail)), 42, "the offset field");
    const odd = cut(0, 999, true);
    t.equal(bench.feed(odd), "fragment_malformed");
    if (family === 6) t.equal(malformedPointer(packetOf(odd)), 4, "the payload length");
    t.end();
  });

  test(`a mark on any IPv${family} fragment marks the packet`, (t) => {
    const marked = (ecn: number, id: number): Uint8Array =>
      family === 4
        ? build.ipv4({ ...V4, tos: 0xb8 + ecn, id }, DATA)
        : build.ipv6({ ...V6, trafficClass: 0xb8 + ecn }, DATA);
    const mixed = (one: number, other: number, id: number): (Uint8Array | string)[] => {
      const bench = new ReassemblerBench();
      const ones = fragments(marked(one, id), id, EDGES);
      const others = fragments(marked(other, id), id, EDGES);
      return [ones[0]!, others[1]!, ones[2]!].map((f) => bench.feed(f));
    };
    t.same(mixed(2, 3, 1).at(-1), marked(3, 1));
    t.same(mixed(3, 1, 2).at(-1), marked(3, 2));
    t.same(mixed(2, 0, 3).at(-1), marked(2, 3));
    t.equal(mixed(0, 3, 4).at(-1), "ecn_invalid");
    t.end();
  });

  test(`a flood of IPv${family} fragments from one source leaves another unharmed`, (t) => {
    const bench = new ReassemblerBench({
      datagrams: 64,
      datagramsPerSource: 16,
      memory: 64 * 2048,
      memoryPerSource: 16 * 2048,
    });
    const flood = Array.from({ length: 500 }, (_, id) =>
      bench.feed(fragments(whole, id, EDGES)[0]!),
    );
    t.ok(
      flood.every((result) => result === "held"),
      "each takes the place of the oldest",
    );
    t.equal(bench.lost.length, 500 - 16);
    const src = family === 4 ? "198.51.100.10" : "2001:db8::3";
    const other =
      family === 4 ? build.ipv4({ ...V4, src }, DATA) : build.ipv6({ ...V6, src }, DATA);
    t.same(
      fragments(other, 77, EDGES).map((f) => bench.feed(f)),
      ["held", "held", other],
    );
    t.end();
  });

  test(`IPv${family}: a fragment that finds no memory is refused alone`, (t) => {
    const bench = new ReassemblerBench({ memory: 2 * 2048 });
    t.same(
      pieces.map((f) => bench.feed(f)),
      ["held", "held", whole],
      "the last needs none",
    );
    const four = fragments(ofLen(3008), 9, [800, 1600, 2400]);
    t.same(
      four.map((f) => bench.feed(f)),
      ["held", "held", "fragment_limit", "fragment_limit"],
    );
    t.same(bench.lost, []);
    t.end();
  });
}

test("headers are those of the first fragment, options and all", (t) => {
  const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
  const first = build.ipv4({ ...V4, options, df: true }, DATA);
  const later = build.ipv4({ ...V4, ttl: 9 }, DATA);
  const bench = new ReassemblerBench();
  bench.feed(fragments(later, 77, EDGES)[2]!);
  bench.feed(fragments(later, 77, EDGES)[1]!);
  const result = bench.feed(fragments(first, 77, EDGES)[0]!);
  t.same(result, build.ipv4({ ...V4, options }, DATA), "and DF is clear");
  t.end();
});

test("an IPv4 header and a payload of together more than 65535 bytes", (t) => {
  const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
  const whole = build.ipv4({ ...V4, totalLen: 0 }, build.raw(17, build.pattern(65512)));
  const first = build.ipv4({ ...V4, options, totalLen: 0 }, build.raw(17, build.pattern(65512)));
  const bench = new ReassemblerBench();
  t.equal(bench.feed(fragments(whole, 77, [30_000])[1]!), "held");
  t.equal(bench.feed(fragments(first, 77, [30_000])[0]!), "fragment_malformed");
  t.same(bench.lost, ["fragment_malformed 4"]);
  t.equal(bench.reassembler.datagrams, 0);
  t.end();
});

test("IPv6 headers before the Fragment Header stay, and the last of them names the payload", (t) => {
  const bench = new ReassemblerBench();
  const hop = Uint8Array.of(0, 0, 5, 2, 0, 0, 1, 0);
  const fragmentHeader = (offset: number, more: number): Uint8Array =>
    Uint8Array.of(0, 0, offset >> 8, (offset & 0xff) | more, 0, 0, 0, 5);
  const bytes = build.pattern(1500);
  const piece = (offset: number, end: number, more: number): Uint8Array =>
    build.ipv6(
      V6,
      build.extension(
        0,
        hop,
        build.extension(44, fragmentHeader(offset, more), build.raw(4, bytes.slice(offset, end))),
      ),
    );
  const key = new FragmentKey();
  const feed = (packetBytes: Uint8Array, offset: number, more: boolean): number => {
    const frame = frameOf(packetBytes);
    const packet = packetOf(packetBytes);
    packet.transportAt = packet.at + 40 + 8 + 8;
    packet.fragmentOffset = offset;
    packet.moreFragments = more;
    packet.identification = 5;
    key.setIpv6(frame, packet, 0);
    return bench.reassembler.add(frame, packet, key, 0);
  };
  t.equal(feed(piece(1000, 1500, 0), 1000, false), HELD);
  t.equal(feed(piece(0, 1000, 1), 0, true), COMPLETE);
  const { slot, at, end } = bench.reassembler;
  const expected = build.ipv6(V6, build.extension(0, hop, build.raw(4, bytes)));
  t.same(bytesAt(bench.output.frames[slot]!, at, end), expected);
  t.end();
});

test("the next header of later IPv6 fragments does not count", (t) => {
  const bench = new ReassemblerBench();
  const whole = build.ipv6(V6, DATA);
  const [first, second] = fragments(whole, 5, [1000]) as [Uint8Array, Uint8Array];
  second[40] = 6;
  t.equal(bench.feed(second), "held");
  t.same(bench.feed(first), whole);
  t.end();
});

test("an echo put together again verifies", (t) => {
  const echo = build.echo({ kind: "request", id: 7, data: build.pattern(3000) });
  for (const whole of [build.ipv4(V4, echo), build.ipv6(V6, echo)]) {
    const bench = new ReassemblerBench();
    const results = fragments(whole, 77, [1480, 2960]).map((f) => bench.feed(f));
    t.same(packetProblems(results[2] as Uint8Array), []);
    t.same(results[2], whole);
  }
  t.end();
});
