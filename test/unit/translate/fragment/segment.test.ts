import { test } from "tap";
import { completeAndClear } from "../../../../src/translate/fragment/complete-and-clear.js";
import { Segmenter } from "../../../../src/translate/fragment/segment.js";
import { readOffload } from "../../../../src/translate/offload.js";
import { HEADROOM } from "../../../../src/translate/output.js";
import { bytesAt, frameOf, MemoryOutput, packetOf } from "../../../support/fragment-frames.js";
import { isIpv6 } from "../../../support/fragments.js";
import {
  finished,
  joined,
  type Offloaded,
  VIRTIO_LEN,
  withPartialChecksum,
} from "../../../support/offload.js";
import * as build from "../../../support/packet-builder.js";
import { packetProblems } from "../../../support/packet-check.js";

const V4 = { src: "198.51.100.9", dst: "192.0.2.18", tos: 2 };
const V6 = { src: "2001:db8::1", dst: "2001:db8:ffff::2", flowLabel: 0x12345 };

interface Run {
  readonly segments: Uint8Array[];
  readonly count: number;
  readonly borrowed: number;
}

function frameWith({ bytes, virtio }: Offloaded): DataView {
  const frame = frameOf(bytes);
  new Uint8Array(frame.buffer).set(virtio, HEADROOM - VIRTIO_LEN);
  return frame;
}

/** Cuts a super-packet; the sink writes over the headroom and the packet, as translation may, and uses `packet` anew. */
function segment(input: Offloaded): Run {
  const output = new MemoryOutput();
  const segments: Uint8Array[] = [];
  const frame = frameWith(input);
  const packet = packetOf(input.bytes);
  const refused = readOffload(frame, HEADROOM, packet);
  if (refused !== 0) throw new Error(`offload refused: ${refused}`);
  const sink = {
    segment(slot: number, at: number, end: number): void {
      const frame = output.frames[slot]!;
      packet.at = at;
      packet.transportAt = at + 1;
      packet.end = end;
      packet.segments = 0;
      segments.push(bytesAt(frame, at, end));
      if (bytesAt(frame, at - VIRTIO_LEN, at).some((b) => b !== 0)) throw new Error("virtio");
      new Uint8Array(frame.buffer, at - HEADROOM, HEADROOM + end - at).fill(0xee);
    },
  };
  const count = new Segmenter(output, sink).segment(frame, packet);
  const unchanged = Buffer.from(frame.buffer).equals(Buffer.from(frameWith(input).buffer));
  if (!unchanged) throw new Error("the super-packet was changed");
  return { segments, count, borrowed: output.borrowed };
}

function tcpSegment(
  family: number,
  index: number,
  last: number,
  flags: number,
  len: number,
): Uint8Array {
  const payload = build.tcp({
    sport: 1232,
    dport: 80,
    seq: (0xfffffff0 + index * 1000) % 2 ** 32,
    flags,
    options: Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2),
    data: build.pattern(index === last ? len : 1000, index),
  });
  return family === 4
    ? build.ipv4({ ...V4, id: (0xfffe + index) & 0xffff }, payload)
    : build.ipv6(V6, payload);
}

const { ack, psh, fin, cwr, ece } = build.TCP;
for (const family of [4, 6]) {
  const rows: [string, number, number, number[]][] = [
    ["two full ones", 2, 1000, [ack, ack]],
    ["a short last one", 5, 1, [ack, ack, ack, ack, ack | psh]],
    ["FIN and PSH with the last", 3, 500, [ack, ack, ack | psh | fin]],
    ["CWR with the first, ECE with all", 3, 9, [ack | cwr | ece, ack | ece, ack | ece]],
    ["one alone", 1, 700, [ack | psh | fin | cwr]],
  ];
  for (const [name, count, lastLen, flags] of rows) {
    test(`cuts TCP over IPv${family}: ${name}`, (t) => {
      const segments = flags.map((f, i) => tcpSegment(family, i, count - 1, f, lastLen));
      const run = segment(joined(segments));
      t.same(run.segments, segments);
      t.equal(run.count, count);
      t.end();
    });
  }

  test(`cuts UDP over IPv${family}`, (t) => {
    const segments = [1200, 1200, 1200, 7].map((len, i) => {
      const payload = build.udp({ sport: 1232, dport: 443, data: build.pattern(len, i) });
      return family === 4 ? build.ipv4({ ...V4, id: 9 + i }, payload) : build.ipv6(V6, payload);
    });
    t.same(segment(joined(segments)).segments, segments);
    t.end();
  });

  test(`cuts 64 KiB of TCP over IPv${family} as the kernel does`, (t) => {
    const segments = Array.from({ length: 45 }, (_, i) => tcpSegment(family, i, 44, ack, 800));
    const input = joined(segments);
    const run = segment(input);
    t.same(run.segments, finished(input));
    t.ok(run.segments.every((bytes) => packetProblems(bytes).length === 0));
    t.equal(run.borrowed, 1, "one borrowed slot holds them all");
    t.end();
  });

  test(`completes a partial checksum over IPv${family}`, (t) => {
    for (const bytes of [
      tcpSegment(family, 0, 0, ack, 333),
      family === 4
        ? build.ipv4(V4, build.udp({ sport: 1, dport: 2, data: build.pattern(33) }))
        : build.ipv6(V6, build.udp({ sport: 1, dport: 2, data: build.pattern(33) })),
    ]) {
      const frame = frameWith(withPartialChecksum(bytes));
      const packet = packetOf(bytes);
      t.equal(readOffload(frame, HEADROOM, packet), 0);
      t.ok(packet.partial);
      completeAndClear(frame, packet);
      t.notOk(packet.partial);
      t.same(bytesAt(frame, HEADROOM, frame.byteLength), bytes);
      completeAndClear(frame, packet);
      t.same(bytesAt(frame, HEADROOM, frame.byteLength), bytes, "a complete one stays");
      t.equal(isIpv6(bytes), family === 6);
    }
    t.end();
  });
}
