import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena, SLOT_LEN, SPARES } from "../../../src/tun/arena.js";

test("a slot holds the longest IPv6 packet behind the headroom", async (t) => {
  t.ok(SLOT_LEN - HEADROOM >= 40 + 65535);
});

test("frames are windows on the memory, one a slot", async (t) => {
  const arena = new Arena(3, HEADROOM + 8);
  t.equal(arena.memory.length, (3 + SPARES) * (HEADROOM + 8));
  t.equal(arena.frames.length, 3 + SPARES);
  arena.frames.forEach((frame, slot) => {
    t.equal(frame.byteLength, HEADROOM + 8);
    frame.setUint8(0, slot & 0xff);
    frame.setUint8(HEADROOM + 7, (slot + 0x11) & 0xff);
    t.equal(arena.memory[slot * arena.slotLen], slot & 0xff);
    t.equal(arena.memory[(slot + 1) * arena.slotLen - 1], (slot + 0x11) & 0xff);
    t.throws(() => frame.getUint8(HEADROOM + 8), RangeError, "a frame ends with its slot");
  });
});

test("emit lists packets by their place in the memory", async (t) => {
  const arena = new Arena(2, HEADROOM + 100);
  arena.family = 6;
  arena.emit(1, HEADROOM - 20, HEADROOM + 60);
  arena.family = 4;
  arena.emit(0, HEADROOM, HEADROOM + 100);
  t.equal(arena.outCount, 2);
  t.same([...arena.outStarts.subarray(0, 2)], [arena.slotLen + HEADROOM - 20, HEADROOM]);
  t.same([...arena.outEnds.subarray(0, 2)], [arena.slotLen + HEADROOM + 60, HEADROOM + 100]);
  t.same([...arena.outFamilies.subarray(0, 2)], [6, 4]);
  arena.truncate(5);
  t.equal(arena.outCount, 2, "truncate never adds");
  arena.truncate(1);
  t.equal(arena.outCount, 1);
  arena.reset();
  t.equal(arena.outCount, 0);
});

test("a list that is full is written before the next packet is queued", async (t) => {
  const arena = new Arena(1, HEADROOM + 100);
  const written: number[] = [];
  arena.onFull(() => {
    written.push(arena.outCount);
    arena.reset();
  });
  for (let i = 0; i <= arena.outCapacity; i++) arena.emit(0, HEADROOM, HEADROOM + 1);
  t.same(written, [arena.outCapacity]);
  t.equal(arena.outCount, 1);
  t.equal(arena.emissions, arena.outCapacity + 1, "a flush forgets none");
});

test("a list that is full and that nobody writes throws instead of losing a packet", async (t) => {
  const arena = new Arena(1, HEADROOM + 100);
  for (let i = 0; i < arena.outCapacity; i++) arena.emit(0, HEADROOM, HEADROOM + 1);
  t.throws(() => arena.emit(0, HEADROOM, HEADROOM + 1), RangeError);
  t.equal(arena.outCount, arena.outCapacity);
});

test("spare slots lie behind the read ones and never come back while they may be in use", async (t) => {
  const arena = new Arena(2, HEADROOM + 8);
  let flushes = 0;
  arena.onFull(() => {
    flushes++;
    arena.reset();
  });
  const borrowed = Array.from({ length: 4 * SPARES }, () => arena.borrow());
  t.equal(flushes, 7);
  t.ok(borrowed.every((slot) => slot >= 2 && slot < arena.frames.length));
  for (let i = 0; i < borrowed.length; i++) {
    const recent = borrowed.slice(Math.max(0, i - SPARES / 2), i);
    if (recent.includes(borrowed[i]!)) t.fail(`borrow ${i} gives a slot that is in use`);
  }
});

test("with each batch the first spare slot is the next one again, after a flush within one it is not", async (t) => {
  const arena = new Arena(2, HEADROOM + 8);
  const borrow = (count: number): readonly number[] =>
    Array.from({ length: count }, () => arena.borrow());
  t.same(borrow(3), [2, 3, 4]);
  arena.reset();
  t.same(borrow(2), [5, 6], "what the packet at hand borrowed before the flush is still its own");
  arena.begin();
  t.same(borrow(3), [2, 3, 4]);
  arena.emit(2, HEADROOM, HEADROOM + 8);
  arena.begin();
  t.equal(arena.outCount, 0);
});

test("what few batches need lies behind the first slots, the spare ones included", async (t) => {
  t.equal(new Arena(256).rareAt, 16 * SLOT_LEN);
  const small = new Arena(3, HEADROOM + 8);
  t.equal(small.rareAt, 3 * small.slotLen);
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
