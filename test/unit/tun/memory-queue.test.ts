import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";
import { TUN_F_CSUM } from "../../../src/tun/native.js";
import { pattern } from "../../support/packet-builder.js";

const HEADER = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
const FILL = 0xa5;
const ENOBUFS = 105;

test("packets come out of the arena as they went in, in order and with their headers", async (t) => {
  const queue = new MemoryQueue(TUN_F_CSUM);
  const arena = new Arena(4, HEADROOM + 64);
  const packets = [pattern(20), pattern(1, 9), pattern(64, 3)];
  queue.push(packets[0]!, HEADER);
  queue.push(packets[1]!);
  queue.push(packets[2]!, HEADER);
  t.equal(queue.offloads, TUN_F_CSUM);
  t.equal(queue.waiting, 3);
  t.equal(queue.readBatch(arena, 4), 3);
  t.equal(queue.waiting, 0);
  packets.forEach((packet, slot) => {
    t.equal(arena.lengths[slot], packet.length);
    arena.emit(slot, HEADROOM, HEADROOM + packet.length);
  });
  const results = new Int32Array(arena.outCapacity).fill(1);
  t.equal(queue.writeBatch(arena, results), 3);
  t.same([...results.subarray(0, 4)], [0, 0, 0, 1]);
  t.same(queue.written, [
    { packet: packets[0], header: HEADER },
    { packet: packets[1], header: new Uint8Array(10) },
    { packet: packets[2], header: HEADER },
  ]);
});

test("a slot holds 0xa5 wherever the packet and its header are not", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(2, HEADROOM + 64);
  queue.push(pattern(10), HEADER);
  t.equal(queue.readBatch(arena, 2), 1);
  const slot = arena.memory.subarray(0, arena.slotLen);
  t.ok(slot.subarray(0, HEADROOM - 10).every((byte) => byte === FILL));
  t.same(slot.slice(HEADROOM - 10, HEADROOM), HEADER);
  t.same(slot.slice(HEADROOM, HEADROOM + 10), pattern(10));
  t.ok(slot.subarray(HEADROOM + 10).every((byte) => byte === FILL));
  t.ok(
    arena.memory.subarray(arena.slotLen).every((byte) => byte === 0),
    "the other slot is idle",
  );
});

test("what was pushed and what was written are copies", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(1, HEADROOM + 64);
  const packet = pattern(10);
  queue.push(packet);
  packet.fill(0);
  queue.readBatch(arena, 1);
  arena.emit(0, HEADROOM, HEADROOM + 10);
  queue.writeBatch(arena, new Int32Array(arena.outCapacity));
  arena.memory.fill(0);
  t.same(queue.written[0]?.packet, pattern(10));
});

test("a batch is no longer than asked for and no longer than the arena", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(2, HEADROOM + 64);
  for (let i = 0; i < 5; i++) queue.push(pattern(i));
  t.equal(queue.readBatch(arena, 1), 1);
  t.equal(queue.readBatch(arena, 100), 2);
  t.equal(queue.readBatch(arena, 100), 2);
  t.equal(queue.readBatch(arena, 100), 0);
});

test("a packet longer than the slot is cut as a kernel cuts it", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(1, HEADROOM + 16);
  queue.push(pattern(17));
  t.equal(queue.readBatch(arena, 1), 1);
  t.equal(arena.lengths[0], 16);
});

test("failures on demand", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(3, HEADROOM + 16);
  for (let i = 0; i < 3; i++) queue.push(pattern(8, i));
  queue.failNextRead(-5);
  t.equal(queue.readBatch(arena, 3), -5);
  t.equal(queue.readBatch(arena, 3), 3, "the packets waited");
  for (let slot = 0; slot < 3; slot++) arena.emit(slot, HEADROOM, HEADROOM + 8);
  queue.answerWrites((written, index) =>
    index === 1 && written.packet.length === 8 ? -ENOBUFS : 0,
  );
  const results = new Int32Array(arena.outCapacity);
  t.equal(queue.writeBatch(arena, results), 2);
  t.same([...results.subarray(0, 3)], [0, -ENOBUFS, 0]);
  t.same(
    queue.written.map(({ packet }) => packet),
    [pattern(8, 0), pattern(8, 2)],
  );
});

test("a virtio header of another length is refused", async (t) => {
  t.throws(() => new MemoryQueue().push(pattern(8), new Uint8Array(12)), RangeError);
});
