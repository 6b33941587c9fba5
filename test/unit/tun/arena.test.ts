import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN } from "../../../src/tun/arena.js";

test("a slot holds the longest IPv6 packet behind the headroom", async (t) => {
  t.ok(SLOT_LEN - HEADROOM >= 40 + 65535);
});

test("frames are windows on the memory, one a slot", async (t) => {
  const arena = new Arena(3, HEADROOM + 8);
  t.equal(arena.memory.length, 3 * (HEADROOM + 8));
  t.equal(arena.frames.length, 3);
  arena.frames.forEach((frame, slot) => {
    t.equal(frame.byteLength, HEADROOM + 8);
    frame.setUint8(0, slot + 1);
    frame.setUint8(HEADROOM + 7, slot + 0x11);
    t.equal(arena.memory[slot * arena.slotLen], slot + 1);
    t.equal(arena.memory[(slot + 1) * arena.slotLen - 1], slot + 0x11);
    t.throws(() => frame.getUint8(HEADROOM + 8), RangeError, "a frame ends with its slot");
  });
});

test("emit lists packets by their place in the memory", async (t) => {
  const arena = new Arena(2, HEADROOM + 100);
  arena.emit(1, HEADROOM - 20, HEADROOM + 60);
  arena.emit(0, HEADROOM, HEADROOM + 100);
  t.equal(arena.outCount, 2);
  t.same([...arena.outStarts.subarray(0, 2)], [arena.slotLen + HEADROOM - 20, HEADROOM]);
  t.same([...arena.outEnds.subarray(0, 2)], [arena.slotLen + HEADROOM + 60, HEADROOM + 100]);
  t.same([...arena.outSlots.subarray(0, 2)], [1, 0]);
  arena.truncate(5);
  t.equal(arena.outCount, 2, "truncate never adds");
  arena.truncate(1);
  t.equal(arena.outCount, 1);
  arena.reset();
  t.equal(arena.outCount, 0);
});

test("a list that is full throws instead of losing a packet", async (t) => {
  const arena = new Arena(1, HEADROOM + 100);
  for (let i = 0; i < arena.outCapacity; i++) arena.emit(0, HEADROOM, HEADROOM + 1);
  t.throws(() => arena.emit(0, HEADROOM, HEADROOM + 1), RangeError);
  t.equal(arena.outCount, arena.outCapacity);
});

const BAD = [
  { name: "no slots", slots: 0, slotLen: SLOT_LEN },
  { name: "half a slot", slots: 1.5, slotLen: SLOT_LEN },
  { name: "headroom only", slots: 1, slotLen: HEADROOM },
  { name: "a fraction of a byte", slots: 1, slotLen: HEADROOM + 0.5 },
];
for (const { name, slots, slotLen } of BAD) {
  test(`refused: ${name}`, async (t) => {
    t.throws(() => new Arena(slots, slotLen), RangeError);
  });
}
