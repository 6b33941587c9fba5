/** Captures written and read: both formats, both byte orders, every link layer; and tshark's opinion of what is written. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "tap";
import { MapdError } from "../../../../daemon/errors.js";
import { framesOf, readCapture } from "../../../../daemon/trace/capture.js";
import { PcapngWriter } from "../../../../daemon/trace/pcapng.js";
import { concat, ipv4, ipv6, pattern, udp } from "../../../support/packet-builder.js";
import { writePcap } from "../../../support/pcap.js";

const FOUR = ipv4(
  { src: "192.0.2.18", dst: "198.51.100.1" },
  udp({ sport: 1232, dport: 53, data: pattern(5) }),
);
const SIX = ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, udp({ sport: 1, dport: 2 }));
const TIME_NS = 1_700_000_000_123_456_789n;

function written(write: (writer: PcapngWriter) => void): Uint8Array {
  const chunks: Uint8Array[] = [];
  write(new PcapngWriter((bytes) => chunks.push(bytes), { application: "mapctl 1.2.3" }));
  return concat(...chunks);
}

function two(writer: PcapngWriter): void {
  const common = { timeNs: TIME_NS, originalLength: FOUR.length };
  const [a, b] = [writer.interfaceOf("mapt0"), writer.interfaceOf("mapt1")];
  writer.packet({
    ...common,
    interface: a,
    bytes: FOUR,
    comment: "dropped: too_big; ünïcode",
    direction: "inbound",
  });
  writer.packet({
    ...common,
    interface: b,
    bytes: FOUR.slice(0, 30),
    comment: "",
    direction: null,
  });
  writer.packet({
    interface: writer.interfaceOf("mapt0"),
    timeNs: TIME_NS + 1n,
    bytes: SIX,
    originalLength: SIX.length,
    comment: "forwarded as IPv6",
    direction: "outbound",
  });
}

test("what is written is read again, whole", async (t) => {
  const frames = [...framesOf(written(two))];
  t.same(
    frames.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes).toString("hex") })),
    [
      {
        linkType: 101,
        originalLength: FOUR.length,
        timeNs: TIME_NS,
        comment: "dropped: too_big; ünïcode",
        bytes: Buffer.from(FOUR).toString("hex"),
      },
      {
        linkType: 101,
        originalLength: FOUR.length,
        timeNs: TIME_NS,
        comment: "",
        bytes: Buffer.from(FOUR.slice(0, 30)).toString("hex"),
      },
      {
        linkType: 101,
        originalLength: SIX.length,
        timeNs: TIME_NS + 1n,
        comment: "forwarded as IPv6",
        bytes: Buffer.from(SIX).toString("hex"),
      },
    ],
  );
});

test("a comment longer than an option is cut between characters", async (t) => {
  const comment = `${"x".repeat(65_534)}€`;
  const file = written((writer) => {
    const on = writer.interfaceOf("a");
    const packet = { interface: on, timeNs: 0n, bytes: FOUR, originalLength: FOUR.length };
    writer.packet({ ...packet, comment, direction: null });
  });
  t.equal([...framesOf(file)][0]?.comment, "x".repeat(65_534));
});

test("tshark reads interfaces, times, directions and comments", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mapd-pcapng-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "written.pcapng");
  writeFileSync(file, written(two));
  const fields = [
    "frame.time_epoch",
    "frame.interface_name",
    "frame.packet_flags_direction",
    "frame.len",
    "frame.cap_len",
    "frame.comment",
    "udp.dstport",
  ];
  const args = [
    "-r",
    file,
    "-T",
    "fields",
    "-E",
    "separator=|",
    ...fields.flatMap((field) => ["-e", field]),
  ];
  const { stdout, status } = spawnSync("tshark", args, { encoding: "utf8", timeout: 30_000 });
  t.equal(status, 0);
  t.same(stdout.trimEnd().split("\n"), [
    "1700000000.123456789|mapt0|0x00000001|33|33|dropped: too_big; ünïcode|53",
    "1700000000.123456789|mapt1||33|30||53",
    "1700000000.123456790|mapt0|0x00000002|48|48|forwarded as IPv6|2",
  ]);
});

/** A pcap file of one frame in either byte order. */
function pcap(little: boolean, magic: number, linkType: number, frame: Uint8Array): Uint8Array {
  const file = new Uint8Array(40 + frame.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, 65535, little);
  view.setUint32(20, linkType, little);
  view.setUint32(24, 1_700_000_000, little);
  view.setUint32(28, 123_456, little);
  view.setUint32(32, frame.length, little);
  view.setUint32(36, frame.length, little);
  file.set(frame, 40);
  return file;
}

for (const little of [false, true]) {
  for (const [magic, timeNs] of [
    [0xa1b2c3d4, 1_700_000_000_123_456_000n],
    [0xa1b23c4d, 1_700_000_000_000_123_456n],
  ] as const) {
    const order = little ? "little" : "big";
    test(`a ${order}-endian pcap file with magic 0x${magic.toString(16)}`, async (t) => {
      const { packets, notIp, cut } = readCapture(pcap(little, magic, 101, FOUR));
      t.same([packets.length, notIp, cut], [1, 0, 0]);
      t.same(packets[0]?.packet, FOUR);
      t.equal(packets[0]?.timeNs, timeNs);
    });
  }
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts);
  const length = 12 + body.length;
  return concat(words(type, length), body, words(length));
}

/** Big-endian. */
function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value);
  return bytes;
}

const SECTION = block(0x0a0d0d0a, words(0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff));
const EVEN = FOUR.slice(0, 32);

test("big-endian pcapng: two sections, times in powers of two, an offset, and simple packets", async (t) => {
  const file = concat(
    SECTION,
    // if_tsresol 2^-10 and if_tsoffset 100 s.
    block(1, words(101 << 16, 0, 0x00090001, 0x8a000000, 0x000e0008, 0, 100, 0)),
    // A block that is none of ours.
    block(0x0bad, words(1, 2, 3)),
    block(6, words(0, 0, 1536, 32, 32), EVEN),
    SECTION,
    // A snap length of 28 bytes.
    block(1, words(228 << 16, 28)),
    block(3, words(33), EVEN.slice(0, 28)),
    block(6, words(0, 0x0005f5e1, 0x00000000, 32, 32), EVEN),
  );
  const frames = [...framesOf(file)];
  t.same(
    frames.map(({ timeNs, linkType, originalLength }) => [timeNs, linkType, originalLength]),
    [
      [101_500_000_000n, 101, 32],
      [0n, 228, 33],
      [0x0005f5e1_00000000n * 1000n, 228, 32],
    ],
  );
  const { packets, cut } = readCapture(file);
  t.equal(cut, 1);
  t.same(
    packets.map(({ number }) => number),
    [1, 3],
  );
});

const ETHERNET = Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
const IPV4_TYPE = Uint8Array.of(0x08, 0x00);
const IPV6_TYPE = Uint8Array.of(0x86, 0xdd);
const VLAN = Uint8Array.of(0x81, 0x00, 0, 5);
const SERVICE_TAG = Uint8Array.of(0x88, 0xa8, 0, 6);
const PADDING = new Uint8Array(9);
const zeros = (count: number): Uint8Array => new Uint8Array(count);

const links = [
  { name: "raw IP", type: 101, frame: FOUR, packet: FOUR },
  { name: "raw IP as BSD numbers it", type: 12, frame: SIX, packet: SIX },
  { name: "IPv4 alone", type: 228, frame: FOUR, packet: FOUR },
  { name: "IPv6 alone", type: 229, frame: SIX, packet: SIX },
  {
    name: "Ethernet, padded",
    type: 1,
    frame: concat(ETHERNET, IPV4_TYPE, FOUR, PADDING),
    packet: FOUR,
  },
  {
    name: "Ethernet with a tag",
    type: 1,
    frame: concat(ETHERNET, VLAN, IPV6_TYPE, SIX),
    packet: SIX,
  },
  {
    name: "Ethernet with two tags",
    type: 1,
    frame: concat(ETHERNET, SERVICE_TAG, VLAN, IPV4_TYPE, FOUR),
    packet: FOUR,
  },
  { name: "Linux cooked", type: 113, frame: concat(zeros(14), IPV4_TYPE, FOUR), packet: FOUR },
  {
    name: "Linux cooked, version 2",
    type: 276,
    frame: concat(IPV6_TYPE, zeros(18), SIX, PADDING),
    packet: SIX,
  },
  {
    name: "loopback of a little-endian machine",
    type: 0,
    frame: concat(Uint8Array.of(2, 0, 0, 0), FOUR),
    packet: FOUR,
  },
  {
    name: "loopback in the network's order",
    type: 108,
    frame: concat(Uint8Array.of(0, 0, 0, 30), SIX),
    packet: SIX,
  },
  {
    name: "ARP",
    type: 1,
    frame: concat(ETHERNET, Uint8Array.of(0x08, 0x06), zeros(28)),
    packet: null,
  },
  { name: "a frame cut in its header", type: 1, frame: ETHERNET.slice(0, 11), packet: null },
  { name: "a frame cut behind its tag", type: 1, frame: concat(ETHERNET, VLAN), packet: null },
];

for (const { name, type, frame, packet } of links) {
  test(`link layer: ${name}`, async (t) => {
    const { packets, notIp } = readCapture(pcap(true, 0xa1b2c3d4, type, frame));
    t.same(packets[0]?.packet ?? null, packet);
    t.equal(notIp, packet === null ? 1 : 0);
  });
}

test("what is no capture is refused in words", async (t) => {
  const refused = (file: Uint8Array, message: RegExp): void => {
    t.throws(() => readCapture(file), { code: "invalid", message });
  };
  refused(new Uint8Array(0), /neither a pcap nor a pcapng/);
  refused(pattern(100), /neither a pcap nor a pcapng/);
  refused(pcap(true, 0xa1b2c3d4, 105, FOUR), /link type 105/);
  refused(
    concat(SECTION, block(6, words(0, 0, 0, 4, 4, 0))),
    /interface that the file does not describe/,
  );
});

test("a capture cut anywhere is read up to there, or refused, and nothing else", async (t) => {
  for (const file of [written(two), writePcap([{ timeUs: 1, bytes: FOUR }])]) {
    for (let length = 0; length < file.length; length++) {
      try {
        t.ok(readCapture(file.slice(0, length)).packets.length <= 2);
      } catch (error) {
        if (!(error instanceof MapdError)) throw error;
      }
    }
  }
});
