import { test } from "tap";
import { PATH_MTU_LIFETIME_MS, PathMtu } from "../../../src/translate/path-mtu.js";

const BR = Uint32Array.of(0x20010db8, 0xffff0000, 0, 1);
const PEER = Uint32Array.of(0x20010db8, 0x00123500, 0xc000, 0x02120035);

test("a path that nobody complained about has the MTU of the link", async (t) => {
  t.equal(new PathMtu(1500, 7).get(BR, 0), 1500);
});

const reports = [
  { name: "a smaller MTU is believed", mtu: 1400, expect: 1400 },
  { name: "a larger one is not", mtu: 1501, expect: 1500 },
  { name: "no path carries less than 1280 (RFC 8201 §4)", mtu: 600, expect: 1280 },
  { name: "an absurd 32-bit value changes nothing", mtu: 0xffffffff, expect: 1500 },
];
for (const { name, mtu, expect } of reports) {
  test(name, async (t) => {
    const paths = new PathMtu(1500, 7);
    paths.learn(BR, mtu, 1000);
    t.equal(paths.get(BR, 1001), expect);
    t.equal(paths.get(PEER, 1001), 1500, "another path is not touched");
  });
}

test("a later report lowers it further and never raises it", async (t) => {
  const paths = new PathMtu(1500, 7);
  paths.learn(BR, 1400, 0);
  paths.learn(BR, 1450, 1);
  t.equal(paths.get(BR, 2), 1400);
  paths.learn(BR, 1300, 3);
  t.equal(paths.get(BR, 4), 1300);
});

test("what was learnt is forgotten in time", async (t) => {
  const paths = new PathMtu(1500, 7);
  paths.learn(BR, 1400, 1000);
  t.equal(paths.get(BR, 1000 + PATH_MTU_LIFETIME_MS - 1), 1400);
  paths.learn(PEER, 1350, 2000);
  t.equal(paths.get(BR, 1000 + PATH_MTU_LIFETIME_MS), 1500);
  t.equal(paths.get(PEER, 1000 + PATH_MTU_LIFETIME_MS), 1350, "what was learnt later is not");
});

test("many paths share a table of fixed size, and none gets another's MTU", async (t) => {
  const paths = new PathMtu(1500, 7);
  const address = (i: number): Uint32Array => Uint32Array.of(0x20010db8, i, 0, 1);
  for (let i = 0; i < 5000; i++) paths.learn(address(i), 1300, 0);
  const wrong = Array.from({ length: 5000 }, (_, i) => paths.get(address(5000 + i), 1));
  t.ok(wrong.every((mtu) => mtu === 1500));
  t.equal(paths.get(address(4999), 1), 1300, "the last that was learnt is known");
});
