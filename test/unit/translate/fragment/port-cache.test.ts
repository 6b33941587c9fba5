import { test } from "tap";
import { seededRandom } from "../../../../src/explain/seeded-random.js";
import { PortSet } from "../../../../src/map/port-set.js";
import { FragmentKey } from "../../../../src/translate/fragment/fragment-key.js";
import { DEFAULT_FRAGMENT_LIMITS } from "../../../../src/translate/fragment/limits.js";
import { PortCache } from "../../../../src/translate/fragment/port-cache.js";
import { PortSetIdentifications } from "../../../../src/translate/fragment/port-set-identifications.js";
import { HELD, PORTS_KNOWN } from "../../../../src/translate/fragment/results.js";
import { NO_PORT_FOR_SHARED_ADDRESS } from "../../../../src/verdict.js";
import { nameOf, PortCacheBench } from "../../../support/fragment-bench.js";
import { frameOf, packetOf } from "../../../support/fragment-frames.js";
import { fragment, fragments } from "../../../support/fragments.js";
import * as build from "../../../support/packet-builder.js";

const PORTS = [1232, 53] as const;
const OTHER_PORTS = [1240, 53] as const;

function udp(len: number, [sport, dport]: readonly [number, number] = PORTS): build.Payload {
  return build.udp({ sport, dport, data: build.pattern(len) });
}

const V4 = { src: "198.51.100.9", dst: "192.0.2.18", df: false };
const V6 = { src: "2001:db8::1", dst: "2001:db8:ffff::2" };
const families = [
  { family: 4, of: (payload: build.Payload, src = V4.src) => build.ipv4({ ...V4, src }, payload) },
  { family: 6, of: (payload: build.Payload, src = V6.src) => build.ipv6({ ...V6, src }, payload) },
];
/** Three fragments: [0, 1000), [1000, 2000), [2000, 3008). */
const EDGES = [1000, 2000];

for (const { family, of } of families) {
  const whole = of(udp(3000));
  const [first, middle, last] = fragments(whole, 77, EDGES) as [Uint8Array, Uint8Array, Uint8Array];
  const known = "1232 53";

  test(`IPv${family} fragments in order all have the first one's ports`, (t) => {
    const bench = new PortCacheBench();
    t.same(
      [first, middle, last].map((f) => bench.feed(f)),
      [known, known, known],
    );
    t.same(bench.take(), []);
    t.equal(bench.cache.datagrams, 0, "forgotten once every byte was seen");
    t.end();
  });

  test(`IPv${family} fragments in reverse wait for the first and follow it in the order they came`, (t) => {
    const bench = new PortCacheBench();
    t.same(
      [last, middle, first].map((f) => bench.feed(f)),
      ["held", "held", known],
    );
    t.same(bench.take(), [
      [last, known],
      [middle, known],
    ]);
    t.equal(bench.cache.datagrams, 0);
    t.same(bench.lost, []);
    t.end();
  });

  test(`an IPv${family} fragment that comes between waits alone`, (t) => {
    const bench = new PortCacheBench();
    t.equal(bench.feed(middle), "held");
    t.equal(bench.feed(first), known);
    t.same(bench.take(), [[middle, known]]);
    t.equal(bench.feed(last), known, "the ports are known by now");
    t.same(bench.take(), []);
    t.equal(bench.cache.datagrams, 0);
    t.end();
  });

  test(`a duplicate of an IPv${family} fragment is dropped alone`, (t) => {
    const bench = new PortCacheBench();
    t.same(
      [middle, middle, first, first, middle, last].map((f) => bench.feed(f)),
      ["held", "fragment_duplicate", known, "fragment_duplicate", "fragment_duplicate", known],
    );
    t.same(bench.take(), [[middle, known]]);
    t.same(bench.lost, []);
    t.end();
  });

  test(`overlapping IPv${family} fragments condemn their datagram`, (t) => {
    const bench = new PortCacheBench();
    const teardrop = fragment(whole, 77, { start: 1504, end: 1512, more: true });
    t.equal(bench.feed(middle), "held");
    t.equal(bench.feed(teardrop), "fragment_overlap");
    t.same(bench.lost, [`fragment_overlap ${family}`], "what was held is dropped");
    t.same(
      [first, last, middle].map((f) => bench.feed(f)),
      Array(3).fill("fragment_overlap"),
    );
    t.same(bench.take(), []);
    const other = fragments(whole, 78, EDGES).map((f) => bench.feed(f));
    t.same(other, [known, known, known], "another datagram of the same ends is unharmed");
    t.end();
  });

  test(`IPv${family} fragments that disagree about the end condemn their datagram`, (t) => {
    const ways = [
      [last, fragment(whole, 77, { start: 2000, end: 3008, more: true })],
      [last, fragment(whole, 77, { start: 3008, end: 3016, more: false }, new Uint8Array(8))],
      [last, fragment(whole, 77, { start: 3016, end: 3024, more: true }, new Uint8Array(8))],
      [last, fragment(whole, 77, { start: 1000, end: 1008, more: false })],
      [
        fragment(whole, 77, { start: 2000, end: 2008 }),
        middle,
        fragment(whole, 77, { start: 2000, end: 2008, more: false }),
      ],
    ];
    for (const way of ways) {
      const bench = new PortCacheBench();
      t.equal(way.map((f) => bench.feed(f)).at(-1), "fragment_overlap");
      t.equal(bench.lost.length, way.length - 1);
    }
    t.end();
  });

  test(`without its first fragment an IPv${family} datagram ends after its time`, (t) => {
    const bench = new PortCacheBench({ timeout4Ms: 30_000, timeout6Ms: 60_000 });
    const timeout = family === 4 ? 30_000 : 60_000;
    bench.feed(last, 1000);
    bench.feed(middle, 20_000);
    bench.cache.expire(1000 + timeout - 1);
    t.equal(bench.cache.datagrams, 1);
    bench.cache.expire(1000 + timeout);
    t.equal(bench.cache.datagrams, 0);
    t.same(bench.lost, Array(2).fill(`fragment_timeout ${family}`));
    t.equal(bench.feed(first, 1000 + timeout), known, "a late first one begins anew");
    t.same(bench.take(), []);
    t.end();
  });

  test(`time ends an IPv${family} datagram also where nobody calls expire()`, (t) => {
    const bench = new PortCacheBench({ timeout4Ms: 60_000 });
    bench.feed(middle, 0);
    t.equal(bench.feed(first, 60_000), known);
    t.same(bench.lost, [`fragment_timeout ${family}`]);
    t.same(bench.take(), []);
    t.end();
  });

  test(`an IPv${family} identification used again with other ports begins a new datagram`, (t) => {
    const bench = new PortCacheBench();
    const again = fragments(of(udp(3000, OTHER_PORTS)), 77, EDGES);
    t.equal(bench.feed(first), known);
    t.equal(bench.feed(middle), known);
    t.same(
      again.map((f) => bench.feed(f)),
      Array(3).fill("1240 53"),
    );
    t.equal(bench.cache.datagrams, 0);
    t.end();
  });

  test(`IPv${family} fragments that are malformed in themselves are dropped`, (t) => {
    const bench = new PortCacheBench();
    const cases: [string, Uint8Array][] = [
      ["no multiple of 8, and not the last", fragment(whole, 77, { start: 1000, end: 1999 })],
      ["beyond 65535 bytes", fragment(whole, 77, { start: 65528, end: 0 }, new Uint8Array(8))],
      ["without payload", fragment(whole, 77, { start: 1000, end: 1000 })],
    ];
    for (const [name, bytes] of cases) t.equal(bench.feed(bytes), "fragment_malformed", name);
    t.equal(bench.cache.datagrams, 0, "they are not even remembered");
    const odd = of(udp(1003));
    t.same(
      fragments(odd, 77, [1000]).map((f) => bench.feed(f)),
      [known, known],
      "the last may be odd",
    );
    const full = fragment(whole, 78, { start: 65528, end: 0, more: false }, new Uint8Array(7));
    t.equal(bench.feed(full), "held", "65535 bytes are the most");
    t.end();
  });

  test(`tiny IPv${family} fragments are dropped`, (t) => {
    const bench = new PortCacheBench();
    const tcp = of(build.tcp({ sport: 1232, dport: 80, data: build.pattern(100) }));
    const options = new Uint8Array(12).fill(1);
    const long = of(build.tcp({ sport: 1232, dport: 80, options, data: build.pattern(100) }));
    const echo = of(build.echo({ kind: "request", id: 9, data: build.pattern(100) }));
    const cases: [string, Uint8Array, string][] = [
      ["TCP without its checksum", fragment(tcp, 1, { start: 0, end: 8 }), "fragment_tiny"],
      ["TCP of 16 bytes", fragment(tcp, 1, { start: 0, end: 16 }), "fragment_tiny"],
      ["TCP of 24 bytes", fragment(tcp, 1, { start: 0, end: 24 }), "1232 80"],
      ["TCP whose options are cut", fragment(long, 2, { start: 0, end: 24 }), "fragment_tiny"],
      ["TCP from offset 1 on", fragment(tcp, 3, { start: 8, end: 120 }), "fragment_tiny"],
      ["TCP from offset 2 on", fragment(tcp, 3, { start: 16, end: 120 }), "fragment_tiny"],
      ["TCP from offset 3 on", fragment(tcp, 3, { start: 24, end: 120 }), "held"],
      ["UDP of 8 bytes", fragment(whole, 4, { start: 0, end: 8 }), "1232 53"],
      ["UDP from offset 1 on", fragment(whole, 5, { start: 8, end: 16 }), "held"],
      ["ICMP of 8 bytes", fragment(echo, 6, { start: 0, end: 8 }), "9 9"],
    ];
    for (const [name, bytes, expected] of cases) t.equal(bench.feed(bytes), expected, name);
    t.end();
  });

  test(`fragments of IPv${family} echo have its identifier, other ICMP is refused`, (t) => {
    const bench = new PortCacheBench();
    const reply = of(build.echo({ kind: "reply", id: 0xfedc, data: build.pattern(2000) }));
    const pieces = fragments(reply, 5, [1000]);
    t.same(
      pieces.toReversed().map((f) => bench.feed(f)),
      ["held", "65244 65244"],
    );
    t.same(bench.take(), [[pieces[1]!, "65244 65244"]]);
    const error = of(build.icmp({ type4: 3, type6: 1, data: build.pattern(1400) }));
    t.equal(bench.feed(fragments(error, 6, [1000])[0]!), "fragmented_icmp");
    t.equal(bench.cache.datagrams, 0);
    t.end();
  });

  test(`a flood of IPv${family} fragments from one source leaves another unharmed`, (t) => {
    const bench = new PortCacheBench({
      datagrams: 64,
      datagramsPerSource: 8,
      memory: 64 * 2048,
      memoryPerSource: 8 * 2048,
    });
    for (let id = 0; id < 1000; id++) bench.feed(fragment(whole, id, { start: 1000, end: 2000 }));
    t.equal(bench.cache.datagrams, 8, "the flood has its share and no more");
    t.equal(bench.lost.length, 992, "its own oldest datagrams go");
    t.ok(bench.lost.every((lost) => lost === `fragment_limit ${family}`));
    const other = of(udp(3000), family === 4 ? "198.51.100.10" : "2001:db8::3");
    const pieces = fragments(other, 5, EDGES).toReversed();
    t.same(
      pieces.map((f) => bench.feed(f)),
      ["held", "held", known],
    );
    t.same(bench.take(), [
      [pieces[0]!, known],
      [pieces[1]!, known],
    ]);
    t.end();
  });
}

const of4 = families[0]!.of;

test("a held fragment longer than a block comes back whole", (t) => {
  const bench = new PortCacheBench();
  const whole = of4(udp(9000));
  const pieces = fragments(whole, 1, [8, 5000]);
  t.same(
    pieces.toReversed().map((f) => bench.feed(f)),
    ["held", "held", "1232 53"],
  );
  t.same(
    bench.take().map(([bytes]) => bytes),
    [pieces[2], pieces[1]],
  );
  t.end();
});

test("datagrams are told apart by every part of the key", (t) => {
  const bench = new PortCacheBench();
  const base = fragments(of4(udp(3000)), 1, EDGES);
  t.equal(bench.feed(base[0]!), "1232 53");
  const strangers = [
    fragments(of4(udp(3000)), 2, EDGES),
    fragments(of4(udp(3000), "198.51.100.10"), 1, EDGES),
    fragments(build.ipv4({ ...V4, dst: "192.0.2.19" }, udp(3000)), 1, EDGES),
    fragments(of4(build.tcp({ sport: 1, dport: 2, data: build.pattern(3000) })), 1, EDGES),
  ];
  for (const stranger of strangers) t.equal(bench.feed(stranger[1]!), "held");
  t.equal(bench.feed(base[1]!), "1232 53");
  t.end();
});

test("an inner fragment belongs to the tunnel end that it came from", (t) => {
  const lost: number[] = [];
  const limits = DEFAULT_FRAGMENT_LIMITS;
  const cache = new PortCache(limits, { lost: (code) => void lost.push(code) }, seededRandom(2));
  const key = new FragmentKey();
  const pieces = fragments(of4(udp(3000)), 1, EDGES);
  const feed = (index: number, outer: number): number => {
    const frame = frameOf(pieces[index]!);
    const packet = packetOf(pieces[index]!);
    key.setTunnelled(frame, packet, Uint32Array.of(0x20010db8, 0, 0, outer));
    return cache.learn(frame, packet, key, 0);
  };
  t.equal(feed(0, 1), PORTS_KNOWN);
  t.equal(feed(1, 2), HELD);
  t.equal(feed(1, 1), PORTS_KNOWN);
  t.end();
});

test("UDP without a checksum is sent to reassembly, all of its fragments", (t) => {
  const unchecked = build.udp({ sport: 1232, dport: 53, data: build.pattern(3000), checksum: 0 });
  const pieces = fragments(of4(unchecked), 1, EDGES);
  const compute = { identifications: null, reassembleUnchecked: true };
  const bench = new PortCacheBench({}, compute);
  const ports = "reassemble 1232 53";
  t.same(
    [2, 0, 1].map((i) => bench.feed(pieces[i]!)),
    ["held", ports, ports],
  );
  t.same(bench.take(), [[pieces[2]!, ports]]);
  const checked = fragments(of4(udp(3000)), 1, EDGES);
  t.equal(bench.feed(checked[0]!), "1232 53");
  t.equal(new PortCacheBench().feed(pieces[0]!), "1232 53", "where nobody computes, all pass");
  t.end();
});

test("every fragment of a datagram gets the same new identification, out of the port set", (t) => {
  const set = new PortSet(6, 8, 0x34);
  const identifications = new PortSetIdentifications(set, () => set.count - 1);
  const bench = new PortCacheBench({}, { identifications, reassembleUnchecked: false });
  const one = fragments(of4(udp(3000)), 1, EDGES);
  const other = fragments(of4(udp(3000)), 2, EDGES);
  const last = `1232 53 as ${set.at(set.count - 1)}`;
  const first = `1232 53 as ${set.at(0)}`;
  t.same(
    [one[2], other[2], one[0], other[0]].map((f) => bench.feed(f!)),
    ["held", "held", last, first],
  );
  t.same(bench.take(), [
    [one[2], last],
    [other[2], first],
  ]);
  t.same(
    [one[1], other[1]].map((f) => bench.feed(f!)),
    [last, first],
  );
  t.end();
});

test("a key keeps nothing of the fragment before", (t) => {
  const key = new FragmentKey();
  const bytes4 = fragments(of4(udp(3000)), 1, EDGES)[1]!;
  const bytes6 = fragments(build.ipv6(V6, udp(3000)), 1, EDGES)[1]!;
  const words = (set: () => void): number[] => {
    set();
    return [...key.words];
  };
  const plain = (): void => key.setIpv4(frameOf(bytes4), packetOf(bytes4));
  const outer = Uint32Array.of(1, 2, 3, 4);
  const tunnelled = (): void => key.setTunnelled(frameOf(bytes4), packetOf(bytes4), outer);
  const six = (): void => key.setIpv6(frameOf(bytes6), packetOf(bytes6), 17);
  const source = 0xc6336409;
  const destination = 0xc0000212;
  const expected4 = [0, 0, 0, source, destination, 0, 0, 0, 0x411, 1];
  const inner = [1, 2, 3, 4, destination, source, 0, 0, 0x411, 1];
  const expected6 = [0x20010db8, 0, 0, 1, 0x20010db8, 0xffff0000, 0, 2, 0x611, 1];
  for (const before of [plain, tunnelled, six]) {
    before();
    t.same(words(plain), expected4);
    before();
    t.same(words(tunnelled), inner);
    before();
    t.same(words(six), expected6);
  }
  t.end();
});

test("protocols without ports are not followed", (t) => {
  const bench = new PortCacheBench();
  const other = of4(build.raw(132, build.pattern(2000)));
  t.equal(bench.feed(fragments(other, 1, [1000])[0]!), nameOf(NO_PORT_FOR_SHARED_ADDRESS));
  t.equal(bench.cache.datagrams, 0);
  t.end();
});
