import { test } from "tap";
import { seededRandom } from "../../../../src/explain/seeded-random.js";
import { TraceRing } from "../../../../src/tun/trace/ring.js";

const CAPACITY = 256;

/** Writes a record of `len` bytes, filled with `fill` behind its length; false where there is no room. */
function write(ring: TraceRing, len: number, fill: number): boolean {
  const at = ring.reserve(len);
  if (at < 0) return false;
  ring.bytes.fill(fill, at + 4, at + len);
  ring.commit();
  return true;
}

function record(len: number, fill: number): Uint8Array {
  const bytes = new Uint8Array(len).fill(fill);
  new DataView(bytes.buffer).setUint32(0, len, true);
  return bytes;
}

test("records come out whole and in order, whatever the writer and reader do by turns", async (t) => {
  const memory = TraceRing.allocate(CAPACITY);
  const writer = new TraceRing(memory);
  const reader = new TraceRing(memory);
  const random = seededRandom(7);
  const expected: Uint8Array[] = [];
  const taken: Uint8Array[] = [];
  let lost = 0;
  for (let round = 0; round < 5000; round++) {
    if (random() % 2 === 0) {
      const len = 8 + (random() % 16) * 4;
      if (write(writer, len, round & 0xff)) expected.push(record(len, round & 0xff));
      else lost++;
      continue;
    }
    const next = reader.take();
    if (next !== null) taken.push(next);
  }
  for (let next = reader.take(); next !== null; next = reader.take()) taken.push(next);
  t.same(taken, expected);
  t.ok(lost > 0, "the ring was full at times");
  t.equal(reader.takeLost(), lost);
  t.equal(reader.takeLost(), 0, "told once");
});

test("positions go on past 2^32", async (t) => {
  const memory = TraceRing.allocate(CAPACITY);
  // Both positions, just before they wrap.
  new Int32Array(memory, 0, 2).fill(-8);
  const ring = new TraceRing(memory);
  for (let i = 0; i < 8; i++) {
    t.ok(write(ring, 64, i));
    t.same(ring.take(), record(64, i));
  }
  t.equal(ring.take(), null);
});

test("a full ring takes nothing, and everything again once it is read", async (t) => {
  const ring = new TraceRing(TraceRing.allocate(CAPACITY));
  t.same(
    [0, 1, 2, 3, 4].map((fill) => write(ring, 64, fill)),
    [true, true, true, true, false],
  );
  t.same(ring.take(), record(64, 0));
  t.ok(write(ring, 64, 5));
  t.notOk(write(ring, 300, 6), "a record that is longer than the ring");
  t.same(
    [ring.take(), ring.take(), ring.take(), ring.take(), ring.take()].map((one) => one?.[4]),
    [1, 2, 3, 5, undefined],
  );
});
