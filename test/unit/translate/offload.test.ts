import { test } from "tap";
import { readOffload, writeOffload } from "../../../src/translate/offload.js";
import { Packet } from "../../../src/translate/packet.js";
import { readIpv4 } from "../../../src/translate/read-ipv4.js";
import { readIpv6 } from "../../../src/translate/read-ipv6.js";
import { BAD_OFFLOAD_HEADER } from "../../../src/verdict.js";
import * as virtio from "../../../src/wire/virtio.js";
import * as build from "../../support/packet-builder.js";

const AT = 16;
const V4 = { src: "192.0.2.18", dst: "198.51.100.9" };
const V6 = { src: "2001:db8::1", dst: "2001:db8::2" };
const TCP = build.tcp({ sport: 1232, dport: 80, data: build.pattern(3000) });
const UDP = build.udp({ sport: 1232, dport: 53, data: build.pattern(2500) });
const ECHO = build.echo({ kind: "request", id: 1232 });

type Header = [
  flags: number,
  type: number,
  len: number,
  size: number,
  start: number,
  offset: number,
];

interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: Header;
  /** 0 or the drop code. */
  readonly expect: number;
  readonly segmentLen?: number;
  readonly segments?: number;
}

const cases: Case[] = [
  {
    name: "no offload at all",
    bytes: build.ipv4(V4, TCP),
    header: [0, 0, 0, 0, 0, 0],
    expect: 0,
    segmentLen: 3040,
    segments: 1,
  },
  {
    name: "a checksum that a device verified (DATA_VALID) is a complete one",
    bytes: build.ipv4(V4, TCP),
    header: [2, 0, 0, 0, 0, 0],
    expect: 0,
  },
  {
    name: "partial TCP checksum, IPv4",
    bytes: build.ipv4(V4, TCP),
    header: [1, 0, 0, 0, 20, 16],
    expect: 0,
  },
  {
    name: "partial UDP checksum, IPv6",
    bytes: build.ipv6(V6, UDP),
    header: [1, 0, 0, 0, 40, 6],
    expect: 0,
  },
  {
    name: "partial checksum that starts elsewhere",
    bytes: build.ipv4(V4, TCP),
    header: [1, 0, 0, 0, 40, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "partial TCP checksum at UDP's offset",
    bytes: build.ipv4(V4, TCP),
    header: [1, 0, 0, 0, 20, 6],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "partial checksum of ICMP",
    bytes: build.ipv4(V4, ECHO),
    header: [1, 0, 0, 0, 20, 2],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "TCP super-packet, IPv4",
    bytes: build.ipv4(V4, TCP),
    header: [1, 1, 40, 1428, 20, 16],
    expect: 0,
    segmentLen: 1468,
    segments: 3,
  },
  {
    name: "TCP super-packet with CWR, IPv6",
    bytes: build.ipv6(V6, TCP),
    header: [1, 0x84, 60, 1000, 40, 16],
    expect: 0,
    segmentLen: 1060,
    segments: 3,
  },
  {
    name: "UDP super-packet, IPv4",
    bytes: build.ipv4(V4, UDP),
    header: [1, 5, 28, 1000, 20, 6],
    expect: 0,
    segmentLen: 1028,
    segments: 3,
  },
  {
    name: "super-packet of one segment",
    bytes: build.ipv4(V4, UDP),
    header: [1, 5, 28, 4000, 20, 6],
    expect: 0,
    segmentLen: 2528,
    segments: 1,
  },
  {
    name: "super-packet without partial checksum",
    bytes: build.ipv4(V4, TCP),
    header: [0, 1, 40, 1428, 20, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "super-packet of the other family",
    bytes: build.ipv4(V4, TCP),
    header: [1, 4, 40, 1428, 20, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "UDP super-packet that holds TCP",
    bytes: build.ipv4(V4, TCP),
    header: [1, 5, 40, 1428, 20, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "UDP fragmentation offload (type 3)",
    bytes: build.ipv4(V4, UDP),
    header: [1, 3, 28, 1000, 20, 6],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "a thousand segments",
    bytes: build.ipv4(V4, TCP),
    header: [1, 1, 40, 3, 20, 16],
    expect: 0,
    segments: 1000,
  },
  {
    name: "more segments than the smallest MSS makes",
    bytes: build.ipv4(V4, TCP),
    header: [1, 1, 40, 2, 20, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
  {
    name: "segment size zero",
    bytes: build.ipv4(V4, TCP),
    header: [1, 1, 40, 0, 20, 16],
    expect: BAD_OFFLOAD_HEADER,
  },
];

function load(bytes: Uint8Array, header: Header): DataView {
  const frame = new DataView(build.concat(new Uint8Array(AT).fill(0xa5), bytes).buffer);
  virtio.write(frame, AT, ...header);
  return frame;
}

for (const c of cases) {
  test(`virtio header in: ${c.name}`, (t) => {
    const frame = load(c.bytes, c.header);
    const packet = new Packet();
    const isIpv4 = c.bytes[0]! >>> 4 === 4;
    const read = isIpv4 ? readIpv4 : readIpv6;
    t.equal(read(frame, AT, frame.byteLength, packet), 0);
    t.equal(readOffload(frame, AT, packet), c.expect);
    if (c.segmentLen !== undefined) t.equal(packet.segmentLen, c.segmentLen);
    if (c.segments !== undefined) t.equal(packet.segments, c.segments);
    t.end();
  });
}

const moves: { name: string; bytes: Uint8Array; header: Header; move: number; expect: Header }[] = [
  {
    name: "IPv4 to IPv6",
    bytes: build.ipv4(V4, TCP),
    header: [1, 0x81, 40, 1428, 20, 16],
    move: -20,
    expect: [1, 0x84, 60, 1428, 40, 16],
  },
  {
    name: "IPv6 to IPv4",
    bytes: build.ipv6(V6, TCP),
    header: [1, 4, 60, 1428, 40, 16],
    move: 20,
    expect: [1, 1, 40, 1428, 20, 16],
  },
  {
    name: "UDP keeps its type",
    bytes: build.ipv4(V4, UDP),
    header: [1, 5, 28, 1000, 20, 6],
    move: -20,
    expect: [1, 5, 48, 1000, 40, 6],
  },
  {
    name: "partial alone",
    bytes: build.ipv4(V4, UDP),
    header: [1, 0, 0, 0, 20, 6],
    move: -20,
    expect: [1, 0, 0, 0, 40, 6],
  },
  {
    name: "nothing stays nothing",
    bytes: build.ipv4(V4, UDP),
    header: [2, 0, 9, 9, 9, 9],
    move: -20,
    expect: [0, 0, 0, 0, 0, 0],
  },
];

for (const c of moves) {
  test(`virtio header out: ${c.name}`, (t) => {
    const headroom = 32;
    const frame = new DataView(build.concat(new Uint8Array(headroom), c.bytes).buffer);
    virtio.write(frame, headroom, ...c.header);
    const packet = new Packet();
    const isIpv4 = c.bytes[0]! >>> 4 === 4;
    (isIpv4 ? readIpv4 : readIpv6)(frame, headroom, frame.byteLength, packet);
    t.equal(readOffload(frame, headroom, packet), 0);
    const newAt = headroom + c.move;
    writeOffload(frame, newAt, packet, !isIpv4);
    t.same(
      [
        virtio.flags(frame, newAt),
        virtio.gsoType(frame, newAt),
        frame.getUint16(newAt - 8, true),
        virtio.gsoSize(frame, newAt),
        virtio.csumStart(frame, newAt),
        virtio.csumOffset(frame, newAt),
      ],
      c.expect,
    );
    t.end();
  });
}
