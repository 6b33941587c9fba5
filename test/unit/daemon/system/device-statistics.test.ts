import { test } from "tap";
import { queueDrops, readDeviceStatistics } from "../../../../daemon/system/device-statistics.js";

const TEXT = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       1       2    3    4    5     6          7         8        9      10   11   12   13    14      15         16
 mapt0:18446744073709551615 2 3 4 5 6 7 8 9 10 11 120 13 14 15 16
`;

test("the drops on the way out of the kernel, by device", (t) => {
  t.same(
    [...queueDrops(TEXT)],
    [
      ["lo", 12],
      ["mapt0", 120],
    ],
  );
  t.same([...queueDrops("")], []);
  t.end();
});

test("this host has its loopback device", (t) => {
  t.equal(typeof queueDrops(readDeviceStatistics()).get("lo"), "number");
  t.end();
});
