/** Super-packets inside a tunnel as a device without the classifier gets them; test/native has what a kernel makes of it. */
import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import { CuttingQueue } from "../../../src/tun/cutting-queue.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";
import {
  finished,
  joined,
  type Offloaded,
  VIRTIO_LEN,
  withPartialChecksum,
} from "../../support/offload.js";
import {
  encapsulated,
  ipv4,
  ipv6,
  type Payload,
  pattern,
  TCP,
  tcp,
  udp,
} from "../../support/packet-builder.js";

const EIO = 5;
const EINVAL = 22;
const TIMESTAMPS = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2);

function inTunnel(id: number, payload: Payload, options = new Uint8Array()): Uint8Array {
  const inner = { src: "198.51.100.9", dst: "192.0.2.18", id: id & 0xffff };
  const outer = { src: "2001:db8::1", dst: "2001:db8:12:3400::34", flowLabel: 0x12345 };
  return ipv6(outer, encapsulated(ipv4({ ...inner, df: false, options }, payload)));
}

function segment(index: number, flags: number, len: number, options = TIMESTAMPS): Payload {
  const seq = (0xfffff000 + index * 1400) >>> 0;
  return tcp({ sport: 80, dport: 1232, seq, flags, options, data: pattern(len, index) });
}

function datagram(index: number, len: number): Payload {
  return udp({ sport: 53, dport: 1232, data: pattern(len, index) });
}

const { ack, psh, fin, cwr, ece } = TCP;
const FULL = Array.from({ length: 44 }, (_, i) => inTunnel(0xfff0 + i, segment(i, ack, 1400)));

const SUPER_PACKETS: readonly [string, readonly Uint8Array[]][] = [
  ["64 KiB of TCP", [...FULL, inTunnel(0xfff0 + 44, segment(44, ack | psh | fin, 9))]],
  ["all full, without PSH", FULL.slice(0, 3)],
  [
    "CWR with the first, ECE with all",
    [ack | cwr | ece, ack | ece, ack | ece].map((flags, i) =>
      inTunnel(7 + i, segment(i, flags, 1400)),
    ),
  ],
  ["one segment alone", [inTunnel(7, segment(0, ack | psh | cwr, 1400))]],
  [
    "options of IPv4 and TCP, as many as there can be",
    [0, 1, 2].map((i) => {
      const none = new Uint8Array(40).fill(1);
      return inTunnel(7 + i, segment(i, ack, 1400, none), none);
    }),
  ],
  ["the most segments there can be", mostSegments()],
  ["UDP", [1200, 1200, 7].map((len, i) => inTunnel(0xffff + i, datagram(i, len)))],
  ["128 small datagrams", Array.from({ length: 128 }, (_, i) => inTunnel(i, datagram(i, 18)))],
];

function mostSegments(): Uint8Array[] {
  return Array.from({ length: 1364 }, (_, i) => {
    const seq = 1 + i * 48;
    return inTunnel(i, tcp({ sport: 80, dport: 1232, seq, flags: ack, data: pattern(48, i) }));
  });
}

interface Rig {
  readonly arena: Arena;
  readonly memory: MemoryQueue;
  readonly queue: CuttingQueue;
}

function rig(packets: readonly Offloaded[]): Rig {
  const arena = new Arena(packets.length);
  packets.forEach(({ bytes, virtio }, slot) => {
    const at = slot * arena.slotLen + HEADROOM - 40;
    arena.memory.set(virtio, at - VIRTIO_LEN);
    arena.memory.set(bytes, at);
    arena.emit(slot, HEADROOM - 40, HEADROOM - 40 + bytes.length);
  });
  const memory = new MemoryQueue(0, true);
  return { arena, memory, queue: new CuttingQueue(memory, arena.memory) };
}

/** As written: the virtio header and the bytes. */
function writtenBy({ memory }: Rig): Offloaded[] {
  return memory.written.map(({ packet, header }) => ({ bytes: packet, virtio: header }));
}

for (const [name, segments] of SUPER_PACKETS) {
  test(`cuts ${name}`, async (t) => {
    const cutting = rig([joined(segments)]);
    const { arena, queue } = cutting;
    const before = arena.memory.slice();
    const results = new Int32Array(1).fill(-1);
    t.equal(queue.writeBatch(arena, results), 1);
    t.same([...results], [0]);
    const written = writtenBy(cutting);
    t.same(written, segments.map(withPartialChecksum), "whole but for the checksum");
    t.same(written.flatMap(finished), segments);
    t.ok(Buffer.from(before).equals(arena.memory), "the arena is as it was");
  });
}

/** What is not cut, in between: TCP and UDP by themselves, in IPv4, and super-packets that a virtio header describes. */
const OTHERS: readonly Offloaded[] = [
  withPartialChecksum(inTunnel(3, segment(0, ack, 100))),
  { bytes: inTunnel(4, datagram(0, 100)), virtio: new Uint8Array(VIRTIO_LEN) },
  joined(
    [0, 1].map((i) => ipv4({ src: "192.0.2.18", dst: "198.51.100.9", id: i }, datagram(i, 9))),
  ),
  joined(
    [0, 1].map((i) => ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, segment(i, ack, 1400))),
  ),
];
const SUPERS = SUPER_PACKETS.slice(1, 4).map(([, segments]) => segments);
const MIXED = [...OTHERS, ...SUPERS.map(joined), ...OTHERS, joined(SUPERS[0]!)];

test("the others pass as they are, in their order", async (t) => {
  const cutting = rig(MIXED);
  const results = new Int32Array(MIXED.length).fill(-1);
  t.equal(cutting.queue.writeBatch(cutting.arena, results), MIXED.length);
  t.same([...results], new Array(MIXED.length).fill(0));
  const pieces = SUPERS.map((segments) => segments.map(withPartialChecksum));
  t.same(writtenBy(cutting), [...OTHERS, ...pieces.flat(), ...OTHERS, ...pieces[0]!]);
});

test("a batch of more packets than are handed on at once", async (t) => {
  const packet = withPartialChecksum(inTunnel(3, segment(0, ack, 100)));
  const cutting = rig([packet]);
  const { arena, memory, queue } = cutting;
  const outCount = 3000;
  const [start, end] = [arena.outStarts[0]!, arena.outEnds[0]!];
  const outStarts = new Uint32Array(outCount).fill(start);
  const outEnds = new Uint32Array(outCount).fill(end);
  const results = new Int32Array(outCount).fill(-1);
  t.equal(queue.writeBatch({ memory: arena.memory, outStarts, outEnds, outCount }, results), 3000);
  t.equal(memory.written.length, outCount);
  t.ok(results.every((result) => result === 0));
});

test("a super-packet is refused where any of its segments is, and the others are tried", async (t) => {
  const cutting = rig([OTHERS[0]!, joined(FULL.slice(0, 5)), OTHERS[1]!]);
  const { arena, memory, queue } = cutting;
  const results = new Int32Array(3);
  memory.answerWrites((_, index) => [0, 0, 0, -EIO, -EINVAL, 0, 0][index]!);
  t.equal(queue.writeBatch(arena, results), 2);
  t.same([...results], [0, -EIO, 0]);
  t.equal(memory.written.length, 5);
  memory.answerWrites((_, index) => (index === 7 ? -EIO : 0));
  t.equal(queue.writeBatch(arena, results), 2);
  t.same([...results], [-EIO, 0, 0]);
});

test("where nothing can be written at all, every packet has the reason", async (t) => {
  const { arena, memory } = rig(MIXED);
  memory.writePieces = () => -EINVAL;
  const results = new Int32Array(MIXED.length);
  t.equal(new CuttingQueue(memory, arena.memory).writeBatch(arena, results), 0);
  t.same([...results], new Array(MIXED.length).fill(-EINVAL));
});

test("it reads as the queue behind it does", async (t) => {
  const { arena, memory, queue } = rig([OTHERS[0]!]);
  memory.push(OTHERS[1]!.bytes);
  t.equal(queue.readBatch(arena, 1), 1);
  t.equal(arena.lengths[0], OTHERS[1]!.bytes.length);
  t.equal(queue.offloads, memory.offloads);
  t.equal(queue.takesSuperPackets, true);
});
