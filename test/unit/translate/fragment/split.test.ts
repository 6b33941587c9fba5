import { test } from "tap";
import { Ipv4Splitter } from "../../../../src/translate/fragment/split-ipv4.js";
import { Ipv6Splitter } from "../../../../src/translate/fragment/split-ipv6.js";
import { MemoryOutput } from "../../../support/fragment-frames.js";
import {
  fragment,
  fragments,
  isIpv6,
  parseFragment,
  rejoined,
} from "../../../support/fragments.js";
import * as build from "../../../support/packet-builder.js";

const ID = 0x89abcdef;
const V4 = { src: "198.51.100.9", dst: "192.0.2.18", df: false, id: 0x1234, tos: 3, ttl: 7 };
const V6 = { src: "2001:db8::1", dst: "2001:db8:ffff::2", trafficClass: 7, flowLabel: 0xabcde };

interface Run {
  readonly pieces: Uint8Array[];
  readonly count: number;
  readonly borrowed: number;
}

function split(bytes: Uint8Array, mtu: number): Run {
  const output = new MemoryOutput();
  const at = output.put(bytes);
  const end = at + bytes.length;
  const count = isIpv6(bytes)
    ? new Ipv6Splitter(output).split(0, at, end, mtu, ID)
    : new Ipv4Splitter(output).split(0, at, end, mtu);
  if (output.virtio.some((header) => header.some((byte) => byte !== 0))) {
    throw new Error("virtio header is not zero");
  }
  return { pieces: output.emitted, count, borrowed: output.borrowed };
}

function udp(len: number): build.Payload {
  return build.udp({ sport: 1232, dport: 53, data: build.pattern(len) });
}

const cases = [
  { name: "IPv6 of one byte too many", bytes: build.ipv6(V6, udp(1233)), mtu: 1280, edges: [1232] },
  { name: "IPv6 in three", bytes: build.ipv6(V6, udp(3000)), mtu: 1280, edges: [1232, 2464] },
  {
    name: "IPv6 whose last piece fills the MTU",
    bytes: build.ipv6(V6, udp(2456)),
    mtu: 1280,
    edges: [1232],
  },
  {
    name: "IPv6 at an MTU that is no multiple of 8",
    bytes: build.ipv6(V6, udp(1500)),
    mtu: 1285,
    edges: [1232],
  },
  { name: "IPv6 of 1500 at 1492", bytes: build.ipv6(V6, udp(1452)), mtu: 1492, edges: [1440] },
  { name: "IPv4 of one byte too many", bytes: build.ipv4(V4, udp(973)), mtu: 1000, edges: [976] },
  { name: "IPv4 at the smallest MTU", bytes: build.ipv4(V4, udp(100)), mtu: 68, edges: [48, 96] },
  {
    name: "IPv4 whose last piece fills the MTU",
    bytes: build.ipv4(V4, udp(1950)),
    mtu: 1002,
    edges: [976],
  },
];
for (const { name, bytes, mtu, edges } of cases) {
  test(`cuts ${name}`, (t) => {
    const { pieces, count } = split(bytes, mtu);
    t.same(pieces, fragments(bytes, isIpv6(bytes) ? ID : V4.id, edges));
    t.equal(count, edges.length + 1);
    t.ok(pieces.every((piece) => piece.length <= mtu));
    t.end();
  });
}

for (const bytes of [build.ipv4(V4, udp(1252)), build.ipv6(V6, udp(1232))]) {
  test(`a packet of IPv${isIpv6(bytes) ? 6 : 4} that fits goes out as it is`, (t) => {
    t.same(split(bytes, 1280), { pieces: [bytes], count: 1, borrowed: 0 });
    t.end();
  });
  const more = fragment(build.ipv4(V4, udp(3000)), 9, { start: 800, end: 1600 });
  test(`a fragment of IPv${isIpv6(bytes) ? 6 : 4} that fits goes out as it is`, (t) => {
    t.same(split(more, 1280), { pieces: [more], count: 1, borrowed: 0 });
    t.end();
  });
}

for (const whole of [build.ipv4(V4, udp(9000)), build.ipv6(V6, udp(9000))]) {
  const family = isIpv6(whole) ? 6 : 4;
  for (const more of [true, false]) {
    test(`cuts a fragment of IPv${family} again, ${more ? "one from the middle" : "the last"}`, (t) => {
      const end = more ? 5600 : 9008;
      const input = fragment(whole, 0x4321, { start: 1600, end, more });
      const { pieces } = split(input, 1280);
      t.same(rejoined(pieces), input);
      t.equal(parseFragment(pieces[0]!)!.offset, 1600);
      t.ok(pieces.slice(0, -1).every((piece) => parseFragment(piece)!.more));
      t.equal(parseFragment(pieces.at(-1)!)!.more, more, "the last piece is last as its whole was");
      t.end();
    });
  }

  test(`the longest IPv${family} packet takes two borrowed slots`, (t) => {
    const longest = build.raw(17, build.pattern(family === 4 ? 65515 : 65535));
    const bytes = family === 4 ? build.ipv4(V4, longest) : build.ipv6(V6, longest);
    const { pieces, borrowed } = split(bytes, 1280);
    t.same(rejoined(pieces), bytes);
    t.ok(borrowed <= 2);
    t.end();
  });
}

test("later IPv4 fragments carry the options that are to be copied, and no others", (t) => {
  const recordRoute = [7, 7, 4, 0, 0, 0, 0];
  const security = [0x82, 4, 0xaa, 0xbb];
  const options = Uint8Array.from([...recordRoute, 1, ...security, 1, 0x94, 3, 9]);
  const whole = build.ipv4({ ...V4, options }, udp(2000));
  const { pieces } = split(whole, 1000);
  const kept = Uint8Array.from([...security, 0x94, 3, 9, 0]);
  t.same(pieces[0], fragment(whole, V4.id, { start: 0, end: 960 }));
  const body = whole.slice(20 + options.length);
  const later = (start: number, end: number): Uint8Array =>
    build.ipv4(
      { ...V4, options: kept, mf: end < body.length, fragmentOffset: start / 8 },
      build.raw(17, body.slice(start, end)),
    );
  t.same(
    pieces.slice(1),
    [later(960, 1928), later(1928, 2008)],
    "their payloads grow by the difference",
  );
  t.end();
});

test("malformed IPv4 options end with what could be read", (t) => {
  const whole = build.ipv4({ ...V4, options: Uint8Array.of(0x82, 200, 1, 1) }, udp(2000));
  const { pieces } = split(whole, 1000);
  t.ok(pieces.slice(1).every((piece) => piece[0] === 0x45));
  t.end();
});

test("IPv6 headers up to Routing stand before the Fragment Header, destination options behind", (t) => {
  const hop = Uint8Array.of(0, 0, 5, 2, 0, 0, 1, 0);
  const routing = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0);
  const options = Uint8Array.of(0, 0, 1, 4, 0, 0, 0, 0);
  const rest = build.extension(60, options, build.raw(17, build.pattern(2000)));
  const whole = build.ipv6(V6, build.extension(0, hop, build.extension(43, routing, rest)));
  const { pieces } = split(whole, 1280);
  const body = whole.slice(40 + 16);
  const room = 1280 - 40 - 16 - 8;
  const piece = (start: number, end: number): Uint8Array => {
    const more = end < body.length ? 1 : 0;
    const header = Uint8Array.of(0, 0, start >> 8, (start & 0xff) + more, 0x89, 0xab, 0xcd, 0xef);
    const fragmentable = build.extension(44, header, build.raw(60, body.slice(start, end)));
    return build.ipv6(V6, build.extension(0, hop, build.extension(43, routing, fragmentable)));
  };
  t.same(pieces, [piece(0, room), piece(room, body.length)]);
  t.end();
});

test("an extension header that runs past the end is payload", (t) => {
  const lies = Uint8Array.of(17, 255, 0, 0, 0, 0, 0, 0);
  const whole = build.ipv6(V6, build.raw(0, build.concat(lies, build.pattern(1300))));
  t.same(split(whole, 1280).pieces, fragments(whole, ID, [1232]));
  t.end();
});

test("pieces have the room before them that was asked for", (t) => {
  const output = new MemoryOutput();
  const whole = build.ipv4(V4, udp(3000));
  const at = output.put(whole);
  const starts: number[] = [];
  const ends: number[] = [];
  const sink = {
    frames: output.frames,
    borrow: () => output.borrow(),
    emit: (slot: number, start: number, end: number): void => {
      if (slot === 0) return;
      starts.push(start);
      ends.push(end);
    },
  };
  new Ipv4Splitter(sink, 50).split(0, at, at + whole.length, 1000);
  t.equal(starts.length, 3);
  t.ok(starts.slice(1).every((start, i) => start - ends[i]! >= 50));
  t.end();
});
