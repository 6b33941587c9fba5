import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { KeyedTable, KeyHash } from "../../../src/nat44/keyed-table.js";

test("finds what was inserted and nothing else", (t) => {
  const table = new KeyedTable(100, new KeyHash(seededRandom(1)));
  const indices = new Set<number>();
  for (let i = 0; i < 100; i++) indices.add(table.insert(i, 0xffff_ffff - i, i * 7));
  t.equal(indices.size, 100, "every entry has an index of its own");
  t.ok([...indices].every((index) => index >= 0 && index < 100));
  t.ok(table.full);
  for (let i = 0; i < 100; i++) {
    const index = table.find(i, 0xffff_ffff - i, i * 7);
    t.same(
      [table.key0(index), table.key1(index), table.key2(index)],
      [i, -1 - i, i * 7],
      `entry ${i}`,
    );
    t.equal(table.find(i, 0xffff_ffff - i, i * 7 + 1), -1, `no entry beside ${i}`);
  }
  t.end();
});

const hashes = [
  { name: "a good hash", random: seededRandom(7) },
  { name: "a hash that puts all entries into one bucket", random: (): number => 0 },
];
for (const c of hashes) {
  test(`removal from any place of a chain: ${c.name}`, (t) => {
    const table = new KeyedTable(8, new KeyHash(c.random));
    for (const victim of [0, 3, 7]) {
      for (let i = 0; i < 8; i++) table.insert(i, 0, 0);
      table.remove(table.find(victim, 0, 0));
      t.equal(table.count, 7);
      for (let i = 0; i < 8; i++) t.equal(table.find(i, 0, 0) < 0, i === victim, `${victim}, ${i}`);
      t.ok(table.insert(victim, 0, 0) < 8, "the freed index is used again");
      for (let i = 0; i < 8; i++) table.remove(table.find(i, 0, 0));
      t.equal(table.count, 0);
    }
    t.end();
  });
}

test("a table of one entry", (t) => {
  const table = new KeyedTable(1, new KeyHash(seededRandom(3)));
  t.equal(table.find(0, 0, 0), -1, "an empty table does not hold the zero key");
  t.equal(table.insert(0, 0, 0), 0);
  t.ok(table.full);
  t.equal(table.find(0, 0, 0), 0);
  t.end();
});
