import { test } from "tap";
import { type CellUse, cellsOf, PAINTS, stateAt, USES } from "../../../../web/live/port-heat.js";

const NONE = { used: 0, forward: 0, reserved: 0, free: 4 };
const BLOCKS = [1232, 2256].map((first) => ({
  first,
  last: first + 3,
  tcp: NONE,
  udp: NONE,
  icmp: NONE,
}));

function uses(cells: Uint8Array, from: number, to: number): CellUse[] {
  return Array.from({ length: to - from + 1 }, (_, index) => stateAt(cells, from + index));
}

test("each port of the set is what it is, and no other is anything", async (t) => {
  const runs = [
    [1232, 1233, "used"],
    [1234, 1234, "forward"],
    [2259, 2259, "reserved"],
  ] as const;
  const cells = cellsOf(BLOCKS, runs, null);
  t.same(uses(cells, 1231, 1236), ["outside", "used", "used", "forward", "free", "outside"]);
  t.same(uses(cells, 2256, 2259), ["free", "free", "free", "reserved"]);
  t.equal(cells.filter((cell) => cell !== 0).length, 8);
});

test("what was in use is shown as such until it is in use again, or is no more of the set", async (t) => {
  const first = cellsOf(BLOCKS, [[1232, 1234, "used"]], null);
  const second = cellsOf(BLOCKS, [[1233, 1233, "used"]], first);
  t.same(uses(second, 1232, 1235), ["recent", "used", "recent", "free"]);
  const third = cellsOf(BLOCKS, [[1234, 1234, "reserved"]], second);
  t.same(uses(third, 1232, 1235), ["recent", "recent", "reserved", "free"]);
  const other = cellsOf(BLOCKS.slice(1), [], third);
  t.same(uses(other, 1232, 1235), ["outside", "outside", "outside", "outside"]);
});

test("each use has a paint of its own, by colour and pattern together", async (t) => {
  t.equal(PAINTS.length, USES.length);
  const looks = PAINTS.map(({ color, pattern }) => `${color} ${pattern}`);
  t.equal(new Set(looks).size, USES.length);
});
