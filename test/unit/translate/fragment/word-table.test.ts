import { test } from "tap";
import { seededRandom } from "../../../../src/explain/seeded-random.js";
import { BLOCK_LEN, BlockPool } from "../../../../src/translate/fragment/block-pool.js";
import { WordTable } from "../../../../src/translate/fragment/word-table.js";
import { bytesAt } from "../../../support/fragment-frames.js";
import { pattern } from "../../../support/packet-builder.js";

const hashes = [
  { name: "a good hash", random: seededRandom(7) },
  { name: "a hash that puts all keys into one bucket", random: (): number => 0 },
];
for (const { name, random } of hashes) {
  test(`a table finds what is in it after removals from any place: ${name}`, (t) => {
    const table = new WordTable(8, 3, random);
    const key = (n: number): Uint32Array => Uint32Array.of(n, 0xffff_ffff - n, n * 7, 0xdead);
    for (const victim of [0, 3, 7]) {
      for (let i = 0; i < 8; i++) t.ok(table.insert(key(i)) < 8);
      t.ok(table.full);
      table.remove(table.find(key(victim)));
      for (let i = 0; i < 8; i++) t.equal(table.find(key(i)) < 0, i === victim, `${victim}, ${i}`);
      t.equal(table.find(Uint32Array.of(1, 0xffff_fffe, 8)), -1, "every word counts");
      t.equal(table.find(Uint32Array.of(5, 0xffff_fffa, 35, 1)) < 0, victim === 5, "no more do");
      table.insert(key(victim));
      for (let i = 0; i < 8; i++) table.remove(table.find(key(i)));
      t.equal(table.count, 0);
    }
    t.end();
  });
}

test("a pool gives back every byte range of what it stores, whatever was freed before", (t) => {
  const pool = new BlockPool(8 * BLOCK_LEN + 100);
  t.equal(pool.blocks, 8, "rounded down");
  const lens = [1, BLOCK_LEN, BLOCK_LEN + 1, 3 * BLOCK_LEN];
  const frames = lens.map((len) => new DataView(pattern(len, len).buffer));
  const stored = frames.map((frame) => pool.store(frame, 0, frame.byteLength));
  t.equal(pool.free, 8 - 1 - 1 - 2 - 3);
  pool.release(stored[1]!);
  pool.release(stored[0]!);
  t.equal(pool.store(new DataView(new ArrayBuffer(4 * BLOCK_LEN)), 0, 4 * BLOCK_LEN), -1);
  const long = pattern(3 * BLOCK_LEN, 99);
  const again = pool.store(new DataView(long.buffer), 0, long.length);
  t.equal(pool.free, 0);
  for (const [from, to] of [
    [0, long.length],
    [5, 6],
    [2047, 2049],
    [4000, 5000],
    [4096, 6144],
  ]) {
    const out = new DataView(new Uint8Array(long.length + 20).fill(0xa5).buffer);
    pool.copy(again, from!, to!, out, 10);
    t.same(bytesAt(out, 10, 10 + to! - from!), long.slice(from, to));
    t.same(bytesAt(out, 0, 10), new Uint8Array(10).fill(0xa5), "nothing before");
    t.equal(out.getUint8(10 + to! - from!), 0xa5, "nothing behind");
  }
  const kept = new DataView(new ArrayBuffer(lens[3]!));
  pool.copy(stored[3]!, 0, lens[3]!, kept, 0);
  t.same(bytesAt(kept, 0, lens[3]!), pattern(lens[3]!, lens[3]!));
  t.end();
});
