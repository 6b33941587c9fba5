/** Longest-prefix match against trying every rule, for every prefix length on both sides. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { checkRuleSet } from "../../../src/map/check.js";
import { canonicalIpv4, canonicalIpv6 } from "../../../src/map/prefix.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import type { Rule, Words6 } from "../../../src/map/types.js";
import { slowLookup4, slowLookup6 } from "../../support/slow-map.js";

const SEED = Number(process.env.MAPD_TEST_SEED ?? Date.now() & 0x7fffffff);
const random = seededRandom(SEED);

function randomWords(): Words6 {
  return [random(), random(), random(), random()];
}

function ruleOf(name: string, v6: Words6, v6Len: number, v4: number, v4Len: number): Rule {
  return {
    name,
    ipv6: canonicalIpv6({ address: v6, len: v6Len }),
    ipv4: canonicalIpv4({ address: v4, len: v4Len }),
    eaLen: 0,
    psidOffset: 6,
    psidLen: 0,
    psid: null,
    iid: "rfc7597",
    forwarding: false,
  };
}

/** Rules that contradict no earlier one. */
function withoutContradictions(rules: readonly Rule[]): Rule[] {
  const kept: Rule[] = [];
  for (const rule of rules) {
    if (checkRuleSet([...kept, rule]).length === 0) kept.push(rule);
  }
  return kept;
}

/** Keeps the first bits of an address and makes the rest random: near misses at every length. */
function near4(address: number, kept: number): number {
  const mask = kept === 0 ? 0 : (0xffffffff << (32 - kept)) >>> 0;
  return ((address & mask) | (random() & ~mask)) >>> 0;
}

function near6(address: Words6, kept: number): Words6 {
  const head = canonicalIpv6({ address, len: kept }).address;
  const tail = randomWords();
  const cut = canonicalIpv6({ address: tail, len: kept }).address;
  const word = (at: 0 | 1 | 2 | 3): number => (head[at] | (tail[at] ^ cut[at])) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

test(`lookup4 with nested prefixes of every length (MAPD_TEST_SEED=${SEED})`, (t) => {
  for (let round = 0; round < 12; round++) {
    const base = random();
    const rules = withoutContradictions(
      Array.from({ length: 66 }, (_, i) =>
        ruleOf(`r${i}`, randomWords(), 128, i < 33 ? base : near4(base, random() % 33), i % 33),
      ),
    );
    const table = RuleTable.compile(rules, "map-t");
    t.ok(rules.length >= 33);
    for (let i = 0; i < 400; i++) {
      const addr4 = near4(rules[random() % rules.length]!.ipv4.address, random() % 33);
      const expected = slowLookup4(rules, addr4, 80);
      if (table.indexOf(table.lookup4(addr4, 80)) !== expected)
        t.fail(`${addr4}: expected rule ${expected}`);
      if (table.coversIpv4(addr4) !== expected >= 0) t.fail(`coversIpv4 of ${addr4}`);
    }
  }
  t.end();
});

test("lookup4 finds nothing where no rule covers the address", (t) => {
  const rules = [ruleOf("a", randomWords(), 64, 0xc0000200, 24)];
  const table = RuleTable.compile(rules, "map-t");
  t.equal(table.indexOf(table.lookup4(0xc0000300, 80)), -1);
  t.notOk(table.coversIpv4(0xc0000300));
  t.equal(RuleTable.compile([], "map-t").lookup4(0, 0), -1);
  t.equal(RuleTable.compile([], "map-t").lookup6(new Uint32Array(4)), -1);
  t.end();
});

test("lookup6 with nested prefixes of every length", (t) => {
  for (let round = 0; round < 6; round++) {
    const base = randomWords();
    const rules = withoutContradictions(
      Array.from({ length: 200 }, (_, i) =>
        ruleOf(`r${i}`, i < 129 ? base : near6(base, random() % 129), i % 129, random(), 32),
      ),
    );
    const table = RuleTable.compile(rules, "map-t");
    t.ok(rules.length >= 129);
    for (let i = 0; i < 300; i++) {
      const address = near6(rules[random() % rules.length]!.ipv6.address, random() % 129);
      const expected = slowLookup6(rules, address);
      const got = table.indexOf(table.lookup6(Uint32Array.from(address)));
      if (got !== expected) t.fail(`${address}: rule ${got}, expected ${expected}`);
    }
  }
  t.end();
});

test("each prefix length alone, at both its edges", (t) => {
  for (let len = 0; len <= 128; len++) {
    const v4Len = len % 33;
    const rules = [ruleOf("one", randomWords(), len, random(), v4Len)];
    const table = RuleTable.compile(rules, "map-t");
    for (let bit = 0; bit <= 128; bit++) {
      const address = near6(rules[0]!.ipv6.address, bit);
      if (table.indexOf(table.lookup6(Uint32Array.from(address))) !== slowLookup6(rules, address)) {
        t.fail(`/${len} and ${address}`);
      }
      const addr4 = near4(rules[0]!.ipv4.address, bit % 33);
      if (table.indexOf(table.lookup4(addr4, 1)) !== slowLookup4(rules, addr4, 1))
        t.fail(`/${v4Len}, ${addr4}`);
    }
  }
  t.pass("0..128 and 0..32");
  t.end();
});

test("1:1 rules that share addresses are told apart by the PSID of the port", (t) => {
  for (let round = 0; round < 40; round++) {
    const psidLen = 1 + (random() % 10);
    const psidOffset = random() % Math.min(16, 17 - psidLen);
    const base = random();
    const shared = Array.from({ length: 60 }, (_, i) => ({
      ...ruleOf(`s${i}`, randomWords(), 64, (base ^ (random() % 4)) >>> 0, 32),
      psidOffset,
      psidLen,
      psid: random() % 2 ** psidLen,
    }));
    const rules = withoutContradictions([...shared, ruleOf("wide", randomWords(), 40, base, 24)]);
    const table = RuleTable.compile(rules, "map-t");
    for (let i = 0; i < 200; i++) {
      const addr4 = (base ^ (random() % 5)) >>> 0;
      const port = i % 8 === 0 ? -1 : random() % 65536;
      const expected = slowLookup4(rules, addr4, port);
      const got = table.indexOf(table.lookup4(addr4, port));
      if (got !== expected) t.fail(`${addr4}:${port}: rule ${got}, expected ${expected}`);
    }
  }
  t.pass("40 sets");
  t.end();
});

test("a table over another thread's buffer is the same table", (t) => {
  const rules = withoutContradictions(
    Array.from({ length: 100 }, (_, i) =>
      ruleOf(`r${i}`, randomWords(), random() % 129, random(), random() % 33),
    ),
  );
  const compiled = RuleTable.compile(rules, "map-e");
  const shared = RuleTable.fromBuffer(compiled.buffer);
  t.equal(shared.size, rules.length);
  t.equal(shared.buffer, compiled.buffer);
  const [one, other] = [new Uint32Array(4), new Uint32Array(4)];
  for (let i = 0; i < 500; i++) {
    const addr4 = near4(rules[i % rules.length]!.ipv4.address, random() % 33);
    const address = Uint32Array.from(near6(rules[i % rules.length]!.ipv6.address, random() % 129));
    const rule = compiled.lookup4(addr4, 80);
    if (shared.lookup4(addr4, 80) !== rule) t.fail(`lookup4 of ${addr4}`);
    if (shared.lookup6(address) !== compiled.lookup6(address)) t.fail(`lookup6 of ${address}`);
    if (rule < 0) continue;
    compiled.mapAddress(rule, addr4, 80, one);
    shared.mapAddress(rule, addr4, 80, other);
    if (one.join() !== other.join()) t.fail(`mapAddress of ${addr4}`);
  }
  t.end();
});

test("of 20,000 rules each is found by its own address, PSID and prefix", (t) => {
  const count = 20_000;
  const rules = Array.from({ length: count }, (_, i): Rule => {
    const isOneToOne = i % 2 === 0;
    const v6: Words6 = [0x20010db8, i, 0, 0];
    const plain = ruleOf(`r${i}`, v6, 64, (i << 12) >>> 0, 20);
    if (!isOneToOne) return { ...plain, eaLen: 20, psidLen: 8 };
    const ipv4 = { address: 0x64400000 + (i >>> 5), len: 32 };
    return { ...plain, ipv4, psidLen: 4, psid: (i >>> 1) & 15 };
  });
  t.same(checkRuleSet(rules), []);
  const table = RuleTable.compile(rules, "map-t");
  for (const [index, rule] of rules.entries()) {
    const within = rule.psid === null ? random() % 4096 : 0;
    const port = 1024 + (rule.psid ?? 0) * 64 + (random() % 64);
    const by4 = table.indexOf(table.lookup4((rule.ipv4.address + within) >>> 0, port));
    const by6 = table.indexOf(table.lookup6(Uint32Array.of(0x20010db8, index, random(), random())));
    if (by4 !== index || by6 !== index) t.fail(`rule ${index}: ${by4} by IPv4, ${by6} by IPv6`);
  }
  t.end();
});
