/** RFC 7597 §5.1 and appendix B: every port has one owner, or nobody has it. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { isExcludedPort, PortSet, portCounts, psidOfPort } from "../../../src/map/port-set.js";
import { slowPsid } from "../../support/slow-map.js";

const PORTS = 65536;
const random = seededRandom(1);

/** Every pair that a rule may have, a in 0..15 and k in 0..16. */
const pairs: [number, number][] = [];
for (let a = 0; a <= 15; a++) for (let k = 0; k <= 16 - a; k++) pairs.push([a, k]);

test("there are 152 pairs of PSID offset and PSID length", (t) => {
  t.equal(pairs.length, 152);
  t.end();
});

test("all CEs of a pair own equally many ports, and the rest is excluded", (t) => {
  for (const [a, k] of pairs) {
    const owned = new Uint32Array(2 ** k);
    let excluded = 0;
    for (let port = 0; port < PORTS; port++) {
      if (isExcludedPort(port, a, k)) excluded++;
      else owned[psidOfPort(port, a, k)]!++;
    }
    const counts = portCounts(a, k);
    const isRight = excluded === counts.excluded && owned.every((n) => n === counts.perCe);
    if (!isRight) t.fail(`a=${a} k=${k}: ${excluded} excluded, ${owned.slice(0, 4)} owned`);
  }
  t.pass("every pair");
  t.end();
});

test("a port set holds exactly the ports of its PSID", (t) => {
  for (const [a, k] of pairs) {
    for (const psid of new Set([0, 2 ** k - 1, random() % 2 ** k])) {
      const set = new PortSet(a, k, psid);
      let held = 0;
      for (let port = 0; port < PORTS; port++) {
        const isOwner = !isExcludedPort(port, a, k) && psidOfPort(port, a, k) === psid;
        if (set.contains(port) !== isOwner) t.fail(`a=${a} k=${k} PSID=${psid} port=${port}`);
        if (isOwner) held++;
      }
      if (held !== set.count) t.fail(`a=${a} k=${k} PSID=${psid}: ${held}, not ${set.count}`);
    }
  }
  t.pass("every pair, three PSIDs each");
  t.end();
});

test("indexOf is the inverse of at, and at ascends", (t) => {
  for (const [a, k] of pairs) {
    const psid = random() % 2 ** k;
    const set = new PortSet(a, k, psid);
    let before = -1;
    for (let index = 0; index < set.count; index++) {
      const port = set.at(index);
      if (port <= before || port >= PORTS || set.indexOf(port) !== index) {
        t.fail(`a=${a} k=${k} PSID=${psid} index=${index} port=${port}`);
      }
      before = port;
    }
  }
  t.pass("every pair");
  t.end();
});

test("ranges cover the set and nothing else", (t) => {
  for (const [a, k] of pairs) {
    const set = new PortSet(a, k, random() % 2 ** k);
    let covered = 0;
    for (const [first, last] of set.ranges()) {
      covered += last - first + 1;
      if (!set.contains(first) || !set.contains(last)) t.fail(`a=${a} k=${k}: ${first}-${last}`);
    }
    if (covered !== set.count) t.fail(`a=${a} k=${k}: ${covered} ports in ranges`);
  }
  t.pass("every pair");
  t.end();
});

test("the PSID of a port agrees with the bits of the port", (t) => {
  for (const [a, k] of pairs) {
    for (let round = 0; round < 400; round++) {
      const port = random() % PORTS;
      const psid = isExcludedPort(port, a, k) ? "excluded" : psidOfPort(port, a, k);
      if (psid !== (slowPsid(port, a, k) ?? 0)) t.fail(`a=${a} k=${k} port=${port}: ${psid}`);
    }
  }
  t.pass("every pair, 400 ports each");
  t.end();
});
