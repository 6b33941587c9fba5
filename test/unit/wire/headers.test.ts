import { test } from "tap";
import * as icmp from "../../../src/wire/icmp.js";
import * as ipv4 from "../../../src/wire/ipv4.js";
import * as ipv6 from "../../../src/wire/ipv6.js";
import * as tcp from "../../../src/wire/tcp.js";
import * as udp from "../../../src/wire/udp.js";
import * as virtio from "../../../src/wire/virtio.js";
import * as build from "../../support/packet-builder.js";
import { packetProblems } from "../../support/packet-check.js";

const AT = 7;

/** The bytes behind a prefix of 0xa5, with no tail room: reading past the end throws. */
function frameOf(bytes: Uint8Array): DataView {
  const whole = build.concat(new Uint8Array(AT).fill(0xa5), bytes);
  return new DataView(whole.buffer);
}

const PAYLOAD = build.udp({ sport: 1232, dport: 80, data: build.pattern(12) });
const V4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };

const fitsIpv4 = [
  { name: "a whole packet", bytes: build.ipv4(V4, PAYLOAD), fits: true },
  {
    name: "a packet with bytes behind it",
    bytes: build.concat(build.ipv4(V4, PAYLOAD), build.pattern(4)),
    fits: true,
  },
  { name: "nothing", bytes: new Uint8Array(), fits: false },
  { name: "19 bytes", bytes: build.ipv4(V4, PAYLOAD).slice(0, 19), fits: false },
  { name: "one byte short", bytes: build.ipv4(V4, PAYLOAD).slice(0, -1), fits: false },
  {
    name: "version 6 in the nibble",
    bytes: build.ipv4({ ...V4, version: 6 }, PAYLOAD),
    fits: false,
  },
  {
    name: "a header of 16 bytes",
    bytes: build.ipv4({ ...V4, headerWords: 4 }, PAYLOAD),
    fits: false,
  },
  {
    name: "a header longer than the packet",
    bytes: build.ipv4({ ...V4, headerWords: 15, totalLen: 40 }, PAYLOAD),
    fits: false,
  },
  {
    name: "a total length below the header",
    bytes: build.ipv4({ ...V4, totalLen: 19 }, PAYLOAD),
    fits: false,
  },
];

for (const c of fitsIpv4) {
  test(`IPv4 fits: ${c.name}`, (t) => {
    const frame = frameOf(c.bytes);
    t.equal(ipv4.fits(frame, AT, frame.byteLength), c.fits);
    t.end();
  });
}

const fitsIpv6 = [
  { name: "a whole packet", bytes: build.ipv6(V6, PAYLOAD), fits: true },
  { name: "39 bytes", bytes: build.ipv6(V6, PAYLOAD).slice(0, 39), fits: false },
  { name: "one byte short", bytes: build.ipv6(V6, PAYLOAD).slice(0, -1), fits: false },
  {
    name: "payload length zero (jumbogram)",
    bytes: build.ipv6({ ...V6, payloadLen: 0 }, PAYLOAD),
    fits: false,
  },
  {
    name: "version 4 in the nibble",
    bytes: build.ipv6({ ...V6, version: 4 }, PAYLOAD),
    fits: false,
  },
];

for (const c of fitsIpv6) {
  test(`IPv6 fits: ${c.name}`, (t) => {
    const frame = frameOf(c.bytes);
    t.equal(ipv6.fits(frame, AT, frame.byteLength), c.fits);
    t.end();
  });
}

test("every IPv4 accessor reads its own field", (t) => {
  const frame = frameOf(build.ipv4({ ...V4, ttl: 9, tos: 0xb9, df: true }, PAYLOAD));
  t.equal(ipv4.headerLen(frame, AT), 20);
  t.equal(ipv4.tos(frame, AT), 0xb9);
  t.equal(ipv4.totalLen(frame, AT), 40);
  t.equal(ipv4.dontFragment(frame, AT), true);
  t.equal(ipv4.isFragment(frame, AT), false);
  t.equal(ipv4.ttl(frame, AT), 9);
  t.equal(ipv4.protocol(frame, AT), 17);
  t.equal(ipv4.source(frame, AT), 0xc0000212 | 0);
  t.equal(ipv4.destination(frame, AT), 0xc6336409 | 0);
  t.equal(ipv4.checksumGood(frame, AT), true);
  t.end();
});

const fragments = [
  { name: "more fragments", fields: { mf: true }, fragment: true },
  { name: "an offset", fields: { fragmentOffset: 1 }, fragment: true },
  { name: "DF alone", fields: { df: true }, fragment: false },
];

for (const c of fragments) {
  test(`a packet with ${c.name} is ${c.fragment ? "a" : "no"} fragment`, (t) => {
    const frame = frameOf(build.ipv4({ ...V4, ...c.fields }, PAYLOAD));
    t.equal(ipv4.isFragment(frame, AT), c.fragment);
    t.end();
  });
}

test("writing IPv4 fields keeps the header checksum right", (t) => {
  const bytes = build.ipv4({ ...V4, ttl: 64, tos: 0 }, build.raw(253, build.pattern(8)));
  const frame = frameOf(bytes);
  ipv4.writeTtl(frame, AT, 63);
  ipv4.writeTos(frame, AT, 0xff);
  ipv4.writeSource(frame, AT, 0xffffffff);
  ipv4.writeDestination(frame, AT, 1);
  const expected = build.ipv4(
    { src: "255.255.255.255", dst: "0.0.0.1", ttl: 63, tos: 0xff },
    build.raw(253, build.pattern(8)),
  );
  t.same(new Uint8Array(frame.buffer, AT), expected);
  t.end();
});

test("every IPv6 accessor reads its own field", (t) => {
  const fields = { ...V6, hopLimit: 9, trafficClass: 0xb9, flowLabel: 0xabcde };
  const frame = frameOf(build.ipv6(fields, PAYLOAD));
  const address = new Uint32Array(4);
  t.equal(ipv6.trafficClass(frame, AT), 0xb9);
  t.equal(ipv6.payloadLen(frame, AT), 20);
  t.equal(ipv6.nextHeader(frame, AT), 17);
  t.equal(ipv6.hopLimit(frame, AT), 9);
  ipv6.readSource(frame, AT, address);
  t.same([...address], [0x20010db8, 0, 0, 1]);
  ipv6.readDestination(frame, AT, address);
  t.same([...address], [0x20010db8, 0, 0, 2]);
  t.end();
});

test("an IPv6 header that is written is the one that was asked for", (t) => {
  const frame = frameOf(new Uint8Array(60).fill(0xa5));
  const source = Uint32Array.of(0xffffffff, 0, 0x80000000, 1);
  ipv6.writeFixed(frame, AT, 0xff, 20, 17, 64);
  ipv6.writeAddresses(frame, AT, source, source);
  const same = "ffff:ffff:0:0:8000:0:0:1";
  const expected = build.ipv6(
    { src: same, dst: same, trafficClass: 0xff, payloadLen: 20 },
    build.raw(17, new Uint8Array(20).fill(0xa5)),
  );
  t.same(new Uint8Array(frame.buffer, AT), expected);
  t.end();
});

const sources = [
  { words: [0, 0, 0, 0], martian: true },
  { words: [0, 0, 0, 1], martian: true },
  { words: [0, 0, 0, 2], martian: false },
  { words: [0xff020000, 0, 0, 1], martian: true },
  { words: [0xfe800000, 0, 0, 1], martian: false },
  { words: [0x20010db8, 0, 0, 1], martian: false },
];

for (const c of sources) {
  test(`IPv6 source ${c.words.map((word) => word.toString(16)).join(" ")}: martian ${c.martian}`, (t) => {
    t.equal(ipv6.isMartianSource(Uint32Array.from(c.words)), c.martian);
    t.end();
  });
}

const tcpFits = [
  { name: "no options", bytes: new Uint8Array(20).fill(0x50, 12, 13), fits: true },
  { name: "19 bytes", bytes: new Uint8Array(19).fill(0x50, 12, 13), fits: false },
  { name: "data offset 4", bytes: new Uint8Array(20).fill(0x40, 12, 13), fits: false },
  { name: "data offset past the end", bytes: new Uint8Array(20).fill(0x60, 12, 13), fits: false },
];

for (const c of tcpFits) {
  test(`TCP fits: ${c.name}`, (t) => {
    t.equal(tcp.fits(frameOf(c.bytes), AT, AT + c.bytes.length), c.fits);
    t.end();
  });
}

const udpFits = [
  { name: "length 8 of 8", bytes: Uint8Array.of(0, 1, 0, 2, 0, 8, 0, 0), fits: true },
  { name: "length 8 of 12", bytes: Uint8Array.of(0, 1, 0, 2, 0, 8, 0, 0, 1, 2, 3, 4), fits: true },
  { name: "length 9 of 8", bytes: Uint8Array.of(0, 1, 0, 2, 0, 9, 0, 0), fits: false },
  { name: "length 7", bytes: Uint8Array.of(0, 1, 0, 2, 0, 7, 0, 0), fits: false },
  { name: "7 bytes", bytes: Uint8Array.of(0, 1, 0, 2, 0, 7, 0), fits: false },
];

for (const c of udpFits) {
  test(`UDP fits: ${c.name}`, (t) => {
    t.equal(udp.fits(frameOf(c.bytes), AT, AT + c.bytes.length), c.fits);
    t.end();
  });
}

test("ICMP fits from eight bytes on", (t) => {
  t.equal(icmp.fits(frameOf(new Uint8Array(8)), AT, AT + 8), true);
  t.equal(icmp.fits(frameOf(new Uint8Array(7)), AT, AT + 7), false);
  t.end();
});

const NOP = Uint8Array.of(1);
const END = Uint8Array.of(0);
const clamps = [
  {
    name: "an MSS above the limit is lowered",
    options: build.mss(1460),
    flags: build.TCP.syn,
    expect: build.mss(1440),
  },
  {
    name: "an MSS at the limit stays",
    options: build.mss(1440),
    flags: build.TCP.syn,
    expect: build.mss(1440),
  },
  {
    name: "an MSS below the limit stays",
    options: build.mss(536),
    flags: build.TCP.syn,
    expect: build.mss(536),
  },
  {
    name: "a segment that is no SYN keeps its bytes",
    options: build.mss(1460),
    flags: build.TCP.ack,
    expect: build.mss(1460),
  },
  {
    name: "SYN and ACK counts as SYN",
    options: build.mss(1460),
    flags: build.TCP.syn | build.TCP.ack,
    expect: build.mss(1440),
  },
  {
    name: "an option at an odd offset",
    options: build.concat(NOP, build.mss(1460), NOP, NOP, END),
    flags: build.TCP.syn,
    expect: build.concat(NOP, build.mss(1440), NOP, NOP, END),
  },
  {
    name: "an option after the end of the list stays",
    options: build.concat(END, NOP, NOP, NOP, build.mss(1460)),
    flags: build.TCP.syn,
    expect: build.concat(END, NOP, NOP, NOP, build.mss(1460)),
  },
  {
    name: "an option of length zero ends the search",
    options: build.concat(Uint8Array.of(8, 0, 1, 1), build.mss(1460)),
    flags: build.TCP.syn,
    expect: build.concat(Uint8Array.of(8, 0, 1, 1), build.mss(1460)),
  },
  {
    name: "an option that runs past the header ends the search",
    options: Uint8Array.of(1, 1, 2, 4),
    flags: build.TCP.syn,
    expect: Uint8Array.of(1, 1, 2, 4),
  },
  {
    name: "an option cut after its kind ends the search",
    options: Uint8Array.of(1, 1, 1, 2),
    flags: build.TCP.syn,
    expect: Uint8Array.of(1, 1, 1, 2),
  },
];

for (const c of clamps) {
  test(`MSS clamp: ${c.name}`, (t) => {
    const bytes = build.ipv4(
      V4,
      build.tcp({ sport: 1, dport: 2, flags: c.flags, options: c.options }),
    );
    const frame = frameOf(bytes);
    tcp.clampMss(frame, AT + 20, 1440, false);
    const expected = build.ipv4(
      V4,
      build.tcp({ sport: 1, dport: 2, flags: c.flags, options: c.expect }),
    );
    t.same(new Uint8Array(frame.buffer, AT), expected);
    t.same(packetProblems(expected), []);
    t.end();
  });
}

test("a virtio header that is written is read again", (t) => {
  const frame = new DataView(new ArrayBuffer(40));
  virtio.write(frame, 20, 1, 0x84, 72, 1428, 40, 16);
  t.same([...new Uint8Array(frame.buffer, 10, 10)], [1, 0x84, 72, 0, 0x94, 5, 40, 0, 16, 0]);
  t.equal(virtio.flags(frame, 20), 1);
  t.equal(virtio.gsoType(frame, 20), 0x84);
  t.equal(virtio.gsoSize(frame, 20), 1428);
  t.equal(virtio.csumStart(frame, 20), 40);
  t.equal(virtio.csumOffset(frame, 20), 16);
  t.end();
});
