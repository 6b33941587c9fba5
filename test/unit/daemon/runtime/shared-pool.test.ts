/** Memory that a domain's threads share: used again, and empty in between. */
import { test } from "tap";
import { SharedPool } from "../../../../daemon/runtime/shared-pool.js";

const KIB = 1024;
const MIB = 1024 * KIB;
const PAGE = 4 * KIB;

/** Gives back what lies between the first whole page and the last, as the kernel does: the pool's memory begins 16 bytes behind one. */
class FakeKernel {
  released = 0;
  status = 0;

  readonly releasePages = (memory: Uint8Array, from: number): number => {
    if (this.status !== 0) return this.status;
    const whole = memory.subarray(from + PAGE - 16, memory.length - 16);
    whole.fill(0);
    this.released += whole.length;
    return 0;
  };
}

const allocate = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

const isZero = (memory: SharedArrayBuffer): boolean =>
  new Uint8Array(memory).every((byte) => byte === 0);

test("what a reload has replaced serves the one after the next, and is 0 then", async (t) => {
  const kernel = new FakeKernel();
  const pool = new SharedPool(kernel, allocate);
  const [first, second] = [pool.take(MIB), pool.take(MIB)];
  t.not(first, second);
  new Uint8Array(first).fill(1);
  new Uint8Array(second).fill(2);
  pool.keepOnly([second, null]);
  t.equal(kernel.released, MIB - PAGE);
  t.ok(new Uint8Array(second).every((byte) => byte === 2));
  t.ok(isZero(first));
  t.equal(pool.take(MIB), first);
  pool.keepOnly([first]);
  t.equal(pool.take(MIB), second);
});

test("nothing is used again before the pool is told that nobody has it", async (t) => {
  const pool = new SharedPool(new FakeKernel(), allocate);
  const three = [pool.take(MIB), pool.take(MIB), pool.take(MIB)];
  t.equal(new Set(three).size, 3);
  const [first, refused, back] = three;
  pool.keepOnly([back!]);
  t.same(new Set([pool.take(MIB), pool.take(MIB)]), new Set([first, refused]));
});

test("pages that the kernel does not take back are emptied", async (t) => {
  const kernel = new FakeKernel();
  kernel.status = -22;
  const pool = new SharedPool(kernel, allocate);
  const memory = pool.take(MIB);
  new Uint8Array(memory).fill(1);
  pool.keepOnly([]);
  t.ok(isZero(memory));
});

test("sizes are few, and at most a quarter larger than what was asked for", async (t) => {
  const pool = new SharedPool(new FakeKernel(), allocate);
  const sizeOf = (bytes: number): number => {
    const { byteLength } = pool.take(bytes);
    pool.keepOnly([]);
    return byteLength;
  };
  t.equal(sizeOf(0), 64 * KIB);
  t.equal(sizeOf(64 * KIB + 1), 128 * KIB);
  t.equal(sizeOf(MIB), MIB);
  t.equal(sizeOf(MIB + 1), MIB + 256 * KIB);
  t.equal(sizeOf(134 * MIB), 160 * MIB);
  const sizes = new Set<number>();
  for (let bytes = MIB; bytes <= 16 * MIB; bytes += 10 * KIB) {
    const size = sizeOf(bytes);
    sizes.add(size);
    if (size < bytes || size > bytes * 1.25) t.fail(`${size} for ${bytes}`);
  }
  t.equal(sizes.size, 17);
});
