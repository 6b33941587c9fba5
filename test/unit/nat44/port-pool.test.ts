import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { PortSet } from "../../../src/map/port-set.js";
import { PortPool } from "../../../src/nat44/port-pool.js";
import { exampleSet } from "../../support/nat44-fixture.js";

const NO_PORT = 0x1_0001;

const sets = [
  { name: "v6plus, 240 ports", a: 4, k: 8, psid: 0x5a, count: 240 },
  { name: "OCN, 1008 ports", a: 6, k: 6, psid: 0x15, count: 1008 },
  { name: "RFC 7597 App. A example 1, 252 ports", a: 6, k: 8, psid: 0x34, count: 252 },
  { name: "one range, 8192 ports", a: 0, k: 3, psid: 5, count: 8192 },
  { name: "one range from port 0 on: port 0 is left out", a: 0, k: 3, psid: 0, count: 8191 },
  { name: "single-port ranges, all even", a: 6, k: 10, psid: 0x100, count: 63 },
  { name: "one port", a: 0, k: 16, psid: 4242, count: 1 },
  { name: "a whole address: 1024 and up", a: 6, k: 0, psid: 0, count: 64_512 },
];
for (const c of sets) {
  test(`every port is given out once: ${c.name}`, (t) => {
    const set = new PortSet(c.a, c.k, c.psid);
    const pool = new PortPool(set, []);
    const random = seededRandom(c.psid + 1);
    t.equal(pool.free, c.count);
    const taken = new Set<number>();
    // A number that is no port has no counterpart in the set, so all choices are random ones.
    for (let i = 0; i < c.count; i++) taken.add(pool.take(NO_PORT - (i & 1), random));
    t.equal(taken.size, c.count);
    t.ok([...taken].every((port) => port > 0 && set.contains(port)));
    t.equal(pool.take(NO_PORT, random), -1);
    t.equal(pool.free, 0);
    t.equal(pool.used, c.count);
    for (const port of taken) pool.release(port);
    t.equal(pool.free, c.count);
    t.equal(pool.used, 0);
    t.end();
  });
}

test("the same port where the set has it and it is free", (t) => {
  const pool = new PortPool(exampleSet(), []);
  const random = seededRandom(1);
  t.equal(pool.take(1232, random), 1232);
  t.not(pool.take(1232, random), 1232, "in use: another one");
  pool.release(1232);
  t.equal(pool.take(1232, random), 1232, "free again");
  t.not(pool.take(1236, random), 1236, "of the neighbour's set: another one");
  t.end();
});

test("parity is kept while a port of that parity is free", (t) => {
  const pool = new PortPool(exampleSet(), []);
  const random = seededRandom(2);
  for (let i = 0; i < 126; i++) t.equal(pool.take(40_001, random) & 1, 1, `odd ${i}`);
  t.equal(pool.take(40_001, random) & 1, 0, "odd ports are used up: an even one");
  for (let i = 0; i < 125; i++) t.equal(pool.take(40_000, random) & 1, 0, `even ${i}`);
  t.equal(pool.take(40_000, random), -1);
  pool.release(1233);
  t.equal(pool.take(40_000, random), 1233, "even ports are used up: the odd one");
  t.end();
});

test("reserved ports are never given out, not even to the same inside port", (t) => {
  const pool = new PortPool(exampleSet(), [
    [1233, 1234],
    [60_000, 65_535],
  ]);
  const random = seededRandom(3);
  t.not(pool.take(1233, random), 1233);
  const rest = new Set<number>();
  for (let port = pool.take(9, random); port >= 0; port = pool.take(9, random)) rest.add(port);
  t.notOk(rest.has(1233) || rest.has(1234));
  t.ok([...rest].every((port) => port < 60_000));
  t.end();
});

test("claiming a given port", (t) => {
  const pool = new PortPool(exampleSet(), [[1233, 1233]]);
  t.equal(pool.claim(1232), true);
  t.equal(pool.claim(1232), false, "twice");
  t.equal(pool.claim(1233), true, "a reserved one");
  t.equal(pool.claim(1236), false, "outside the set");
  t.equal(pool.free, 250);
  const random = seededRandom(1);
  t.not(pool.take(1232, random), 1232);
  pool.release(1232);
  pool.release(1233);
  t.equal(pool.take(1232, random), 1232, "given back");
  t.not(pool.take(1233, random), 1233, "given back, but still reserved");
  t.equal(new PortPool(new PortSet(0, 3, 0), []).claim(0), false, "port 0");
  t.end();
});

test("a whole address keeps privileged ports for the same inside port", (t) => {
  const pool = new PortPool(new PortSet(6, 0, 0), []);
  const random = seededRandom(4);
  t.equal(pool.take(53, random), 53);
  t.ok(pool.take(53, random) >= 1024);
  pool.release(53);
  t.equal(pool.free, 64_511, "a privileged port does not join the random ones");
  t.equal(pool.take(53, random), 53);
  t.not(pool.take(0, random), 0, "port 0 is never given out");
  t.equal(pool.claim(80), true);
  t.ok(pool.take(80, random) >= 1024);
  t.end();
});

test("the choice is spread over the whole set and in no order", (t) => {
  const random = seededRandom(0xabcdef);
  const rounds = 252 * 40;
  const hits = new Map<number, number>();
  const pool = new PortPool(exampleSet(), []);
  let ascending = 0;
  let last = 0;
  for (let i = 0; i < rounds; i++) {
    const port = pool.take(40_000 + (i & 1), random);
    pool.release(port);
    hits.set(port, (hits.get(port) ?? 0) + 1);
    if (port > last) ascending++;
    last = port;
  }
  t.equal(hits.size, 252, "every port is chosen at some time");
  // Pearson's test, 251 degrees of freedom: 340 is beyond the 99.98th percentile.
  let chiSquared = 0;
  for (const count of hits.values()) chiSquared += (count - 40) ** 2 / 40;
  t.ok(chiSquared < 340, `chi squared ${chiSquared}`);
  t.ok(Math.abs(ascending / rounds - 0.5) < 0.03, `ascending in ${ascending} of ${rounds}`);
  t.end();
});

test("a shared port is free again when its last user has gone", (t) => {
  const pool = new PortPool(exampleSet(), []);
  pool.share(1232);
  t.same([pool.users(1232), pool.used, pool.free], [1, 1, 251]);
  pool.share(1232);
  t.equal(pool.claim(1232), false);
  pool.release(1232);
  t.same([pool.users(1232), pool.used, pool.isFree(1232)], [1, 1, false]);
  pool.release(1232);
  t.same([pool.users(1232), pool.used, pool.isFree(1232), pool.free], [0, 0, true, 252]);
  t.end();
});

test("what may be had: by chance, by whom, and which free ports are near", (t) => {
  const pool = new PortPool(new PortSet(0, 0, 0), [[2000, 2999]]);
  t.equal(pool.dynamic, 64_512 - 1000);
  t.same([pool.dynamicAt(0), pool.dynamicAt(975), pool.dynamicAt(976)], [1024, 1999, 3000]);
  t.same(
    [1023, 1024, 2000].map((port) => pool.isDynamic(port)),
    [false, true, false],
  );
  t.same(
    [80, 1024, 2000, 0].map((port) => pool.offers(port, 80)),
    [true, true, false, false],
  );
  t.same(
    [0, 80, 2000].map((port) => pool.isFree(port)),
    [false, true, true],
  );
  t.same(pool.nearestFree(2500), [1999, 3000]);
  pool.claim(1999);
  pool.claim(65_535);
  t.same(pool.nearestFree(2500), [1998, 3000]);
  t.same([pool.nearestFree(3), pool.nearestFree(65_535)], [[1024], [65_534]]);
  t.end();
});
