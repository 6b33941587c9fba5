import { test } from "tap";
import {
  contiguousPorts,
  rangesText,
  spreadPorts,
} from "../../../../../daemon/control/nat44/suggest.js";

const BLOCKS = [[10, 11, 13], [], [20], [30, 31, 32, 33], [40, 41]];

const SPREAD = [
  { count: 1, ports: [10] },
  { count: 2, ports: [10, 30] },
  { count: 3, ports: [10, 20, 30] },
  { count: 4, ports: [10, 20, 30, 40] },
  { count: 5, ports: [10, 11, 20, 30, 40] },
  { count: 7, ports: [10, 11, 20, 30, 31, 40, 41] },
  { count: 10, ports: [10, 11, 13, 20, 30, 31, 32, 33, 40, 41] },
  { count: 11, ports: [10, 11, 13, 20, 30, 31, 32, 33, 40, 41] },
];

for (const { count, ports } of SPREAD) {
  test(`${count} ports spread over the blocks`, async (t) => {
    t.same(spreadPorts(BLOCKS, count), ports);
  });
}

const RUNS = [
  { count: 1, ports: [10] },
  { count: 2, ports: [10, 11] },
  { count: 3, ports: [30, 31, 32] },
  { count: 4, ports: [30, 31, 32, 33] },
  { count: 5, ports: [30, 31, 32, 33] },
];

for (const { count, ports } of RUNS) {
  test(`${count} ports in a row, or the longest row`, async (t) => {
    t.same(contiguousPorts(BLOCKS, count), ports);
  });
}

test("nothing is free", async (t) => {
  t.same(spreadPorts([[], []], 3), []);
  t.same(contiguousPorts([[], []], 3), []);
});

for (const [ports, text] of [
  [[], ""],
  [[7], "7"],
  [[7, 8], "7-8"],
  [[7, 9, 10, 11, 13], "7, 9-11, 13"],
] as const) {
  test(`ranges of ${ports.join(" ") || "nothing"}`, async (t) => t.equal(rangesText(ports), text));
}
