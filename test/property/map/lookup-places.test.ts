/** Lookups where many prefix lengths, and more sets of them than the table tells apart, occur in many places. */
import { test } from "tap";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { canonicalIpv4, canonicalIpv6 } from "../../../src/map/prefix.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import { hashIpv4, hashIpv6 } from "../../../src/map/table-layout.js";
import type { Rule, Words6 } from "../../../src/map/types.js";
import { slowLookup4, slowLookup6 } from "../../support/slow-map.js";

const SEED = Number(process.env.MAPD_TEST_SEED ?? Date.now() & 0x7fffffff);
const random = seededRandom(SEED);

const PLACES = 450;
const LENGTHS_A_PLACE = 3;
const LOOKUPS = 80;

function ruleOf(name: string, ipv6: Rule["ipv6"], ipv4: Rule["ipv4"]): Rule {
  return {
    name,
    ipv6: canonicalIpv6(ipv6),
    ipv4: canonicalIpv4(ipv4),
    eaLen: 0,
    psidOffset: 6,
    psidLen: 0,
    psid: null,
    iid: "rfc7597",
    forwarding: false,
  };
}

/** The first rule of each prefix, on both sides. */
function withoutTwins(rules: readonly Rule[]): Rule[] {
  const taken = new Set<string>();
  return rules.filter(({ ipv4, ipv6 }) => {
    const keys = [`${ipv4.address}/${ipv4.len}`, `${ipv6.address}/${ipv6.len}`];
    if (keys.some((key) => taken.has(key))) return false;
    for (const key of keys) taken.add(key);
    return true;
  });
}

/** Places are the /16 of IPv4 addresses, and of IPv6 ones 12 bits behind a common /20. */
function scattered(): Rule[] {
  const rules = Array.from({ length: PLACES * LENGTHS_A_PLACE }, (_, i) => {
    const place = i % PLACES;
    const ipv4 = {
      address: ((place * 140) << 16) | (random() & 0xffff),
      len: 17 + (random() % 16),
    };
    const high = (0x20010000 | (place * 9)) >>> 0;
    const address: Words6 = [high, random(), random(), random()];
    return ruleOf(
      `r${i}`,
      { address, len: 33 + (random() % 96) },
      { ...ipv4, address: ipv4.address >>> 0 },
    );
  });
  const wide = ruleOf("wide", { address: [0x20010000, 0, 0, 0], len: 20 }, { address: 0, len: 3 });
  return withoutTwins([...rules, wide]);
}

test(`more sets of prefix lengths than classes (MAPD_TEST_SEED=${SEED})`, (t) => {
  const rules = scattered();
  const table = RuleTable.compile(rules, "map-t");
  for (let i = 0; i < LOOKUPS; i++) {
    const { ipv4, ipv6 } = rules[random() % rules.length]!;
    // Nearly the rule's own address: what lies beyond the prefix, and at times a bit of it, is another.
    const addr4 = (ipv4.address ^ (random() >>> (random() % 33))) >>> 0;
    const address: Words6 = [...ipv6.address];
    const near = Uint32Array.from(address);
    near[1 + (random() % 3)]! ^= random() >>> (random() % 32);
    t.equal(table.indexOf(table.lookup4(addr4, 80)), slowLookup4(rules, addr4, 80), `${addr4}`);
    t.equal(table.indexOf(table.lookup6(near)), slowLookup6(rules, near), near.join());
  }
  t.end();
});

test("each of the scattered rules is found by its own prefix, and nothing is found far from all", (t) => {
  const rules = scattered();
  const table = RuleTable.compile(rules, "map-t");
  for (const [index, { ipv4, ipv6 }] of rules.entries()) {
    const isLongest4 = rules.every(
      (other) => other.ipv4.address !== ipv4.address || other.ipv4.len <= ipv4.len,
    );
    if (isLongest4 && table.indexOf(table.lookup4(ipv4.address, 80)) !== index)
      t.fail(`IPv4 of rule ${index}`);
    if (table.lookup6(Uint32Array.from(ipv6.address)) < 0) t.fail(`IPv6 of rule ${index}`);
  }
  t.equal(table.lookup4(0xffffffff, 80), -1);
  t.equal(table.lookup6(Uint32Array.of(0x3fff0000, 0, 0, 0)), -1);
  t.end();
});

/** Among so many keys of each kind there are 20 such pairs. */
const KEYS = 300_000;

/** A key of each kind with the same hash, all 32 bits of it: the same slot, the same tag. */
function twins(
  one: { readonly keyOf: () => number; readonly hashOf: (key: number) => number },
  other: { readonly keyOf: () => number; readonly hashOf: (key: number) => number },
): [number, number] {
  const seen = new Map<number, number>();
  for (let i = 0; i < KEYS; i++) {
    const key = one.keyOf();
    seen.set(one.hashOf(key), key);
  }
  for (let i = 0; i < KEYS; i++) {
    const key = other.keyOf();
    const found = seen.get(other.hashOf(key));
    if (found !== undefined) return [found, key];
  }
  throw new Error("no two keys have one hash");
}

/** A prefix length in a shape word, as in rule-record.ts. */
function formOf(len: number): number {
  return len << 18;
}

test("an IPv4 prefix and an address of one hash are told apart", (t) => {
  const [one, other] = twins(
    { keyOf: () => (random() & ~0xff) >>> 0, hashOf: (key) => hashIpv4(key, formOf(24), 0) },
    { keyOf: random, hashOf: (key) => hashIpv4(key, formOf(32), 0) },
  );
  const prefixes = [
    { address: one, len: 24 },
    { address: other, len: 32 },
  ];
  const rules = prefixes.map((prefix, i) =>
    ruleOf(`r${i}`, { address: [i, 0, 0, 0], len: 64 }, prefix),
  );
  const both = RuleTable.compile(rules, "map-t");
  for (const { address } of prefixes) {
    t.equal(both.indexOf(both.lookup4(address, 80)), slowLookup4(rules, address, 80));
  }
  const alone = RuleTable.compile(rules.slice(0, 1), "map-t");
  t.equal(alone.indexOf(alone.lookup4(other, 80)), slowLookup4(rules.slice(0, 1), other, 80));
  t.end();
});

test("two IPv6 prefixes of one hash are told apart", (t) => {
  const highs = [0x20010db8, 0x20010db9] as const;
  const keys = twins(
    { keyOf: random, hashOf: (key) => hashIpv6(highs[0], 0, key, 0, 96) },
    { keyOf: random, hashOf: (key) => hashIpv6(highs[1], 0, key, 0, 96) },
  );
  const rules = keys.map((key, i) => {
    const address: Words6 = [highs[i] ?? 0, 0, key, 0];
    return ruleOf(`r${i}`, { address, len: 96 }, { address: i << 8, len: 32 });
  });
  const find = (table: RuleTable): number[] =>
    rules.map(({ ipv6 }) => table.indexOf(table.lookup6(Uint32Array.from(ipv6.address))));
  t.same(find(RuleTable.compile(rules, "map-t")), [0, 1]);
  t.same(find(RuleTable.compile(rules.slice(0, 1), "map-t")), [0, -1]);
  t.end();
});

test("1:1 rules: without a port the first of an address is found, however many share it", (t) => {
  const psidLen = 8;
  const rules = Array.from({ length: 2000 }, (_, i): Rule => {
    const address = 0xc6120000 + (i % 50);
    const base = ruleOf(`s${i}`, { address: [0x20010db8, i, 0, 0], len: 64 }, { address, len: 32 });
    return { ...base, psidLen, psid: Math.floor(i / 50) };
  });
  const table = RuleTable.compile(rules, "map-t");
  for (let host = 0; host < 50; host++) {
    if (table.indexOf(table.lookup4(0xc6120000 + host, -1)) !== host) t.fail(`host ${host}`);
    for (let psid = 0; psid < 256; psid++) {
      const expected = psid < 40 ? psid * 50 + host : -1;
      if (table.indexOf(table.lookup4(0xc6120000 + host, 1024 | (psid << 2))) !== expected)
        t.fail(`PSID ${psid}`);
    }
  }
  t.end();
});
