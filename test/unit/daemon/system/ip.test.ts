import { test } from "tap";
import { explainBatch, runIp } from "../../../../daemon/system/ip.js";

const LINES = ["link set dev t0 up", "route add 192.0.2.0/24 dev t0 proto 200"];

const cases = [
  {
    name: "the failing line is named, with what to do about a route that exists",
    stderr: "RTNETLINK answers: File exists\nCommand failed -:2\n",
    expected:
      "ip route add 192.0.2.0/24 dev t0 proto 200: RTNETLINK answers: File exists " +
      "(somebody else's route has the same destination and metric; mapd does not take it over)",
  },
  {
    name: "a missing right is named",
    stderr: "RTNETLINK answers: Operation not permitted\nCommand failed -:1\n",
    expected:
      "ip link set dev t0 up: RTNETLINK answers: Operation not permitted (mapd needs root or CAP_NET_ADMIN)",
  },
  {
    name: "an answer of several lines stays one sentence",
    stderr: 'Error: either "to" is duplicate, or "x" is garbage.\nsecond\nCommand failed -:1\n',
    expected: 'ip link set dev t0 up: Error: either "to" is duplicate, or "x" is garbage.; second',
  },
  { name: "no line, no reason", stderr: "", expected: "ip -batch failed: no reason given" },
];

for (const c of cases) {
  test(`explainBatch: ${c.name}`, async (t) => {
    t.equal(explainBatch(LINES, c.stderr), c.expected);
  });
}

test("a missing ip is explained", async (t) => {
  const path = process.env.PATH;
  process.env.PATH = "/nowhere";
  t.teardown(() => {
    process.env.PATH = path;
  });
  await t.rejects(runIp(["link"]), { code: "system-command", message: /install it/ });
});
