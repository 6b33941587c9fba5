/** Packets by rule, summed over workers and over reloads. */
import { test } from "tap";
import type { DomainConfig } from "../../../../daemon/config/types.js";
import { RuleHitCounts } from "../../../../daemon/runtime/rule-hits.js";
import { HIT_FROM_CE, HIT_TO_CE, HITS_A_RULE } from "../../../../src/pipeline/rule-hits.js";
import { BR_T, domainOf } from "../samples.js";

function counting(rules: string, queues = 1): DomainConfig {
  return domainOf(
    BR_T.replace("[metro]", `[${rules}]`).replace("mapt0", `mapt0, queues: ${queues}`) +
      "    rule-counters: true\n",
  );
}

const allocate = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

/** What a worker does. */
function count(
  buffer: SharedArrayBuffer | null,
  place: number,
  toCe: number,
  fromCe: number,
): void {
  if (buffer === null) throw new Error("not counted");
  const counts = new Float64Array(buffer);
  counts[place * HITS_A_RULE + HIT_TO_CE]! += toCe;
  counts[place * HITS_A_RULE + HIT_FROM_CE]! += fromCe;
}

const read = (hits: RuleHitCounts): object => Object.fromEntries(hits.read() ?? []);

test("nothing is counted where nobody has asked", async (t) => {
  const hits = new RuleHitCounts(allocate);
  t.equal(hits.prepare(domainOf(BR_T)), null);
  hits.settle(null);
  t.equal(hits.read(), null);
});

test("the workers of a domain together", async (t) => {
  const hits = new RuleHitCounts(allocate);
  const buffer = hits.prepare(counting("metro, whole", 2));
  hits.settle(buffer);
  count(buffer, 0, 1, 10);
  count(buffer, 1, 2, 20);
  count(buffer, 2, 3, 30);
  t.same(read(hits), { metro: { toCe: 4, fromCe: 40 }, whole: { toCe: 2, fromCe: 20 } });
});

test("a reload keeps the numbers of each name, wherever its rule stands", async (t) => {
  const hits = new RuleHitCounts(allocate);
  const first = hits.prepare(counting("metro, whole"));
  hits.settle(first);
  count(first, 0, 1, 0);
  count(first, 1, 2, 0);
  const second = hits.prepare(counting("wide, metro"));
  // One worker has the new rules, another still the old ones.
  count(second, 1, 10, 0);
  count(first, 0, 100, 0);
  t.same(read(hits), { metro: { toCe: 111, fromCe: 0 }, whole: { toCe: 2, fromCe: 0 } });
  hits.settle(second);
  t.same(read(hits), { wide: { toCe: 0, fromCe: 0 }, metro: { toCe: 111, fromCe: 0 } });
  // A rule that comes back has what it had.
  hits.settle(hits.prepare(counting("whole")));
  t.same(read(hits), { whole: { toCe: 2, fromCe: 0 } });
});

test("a configuration that is not taken loses nothing", async (t) => {
  const hits = new RuleHitCounts(allocate);
  const first = hits.prepare(counting("metro"));
  hits.settle(first);
  count(first, 0, 1, 1);
  count(hits.prepare(counting("metro, whole")), 0, 1, 1);
  hits.settle(hits.prepare(counting("metro")));
  t.same(read(hits), { metro: { toCe: 2, fromCe: 2 } });
  hits.settle(null);
  t.equal(hits.read(), null);
});

test("some of the rules alone", async (t) => {
  const hits = new RuleHitCounts(allocate);
  const first = hits.prepare(counting("metro, whole"));
  hits.settle(first);
  count(first, 0, 1, 0);
  count(first, 1, 2, 0);
  t.same(Object.fromEntries(hits.read(1, 2) ?? []), { whole: { toCe: 2, fromCe: 0 } });
  count(hits.prepare(counting("whole, metro")), 0, 40, 0);
  t.same(Object.fromEntries(hits.read(1, 5) ?? []), { whole: { toCe: 42, fromCe: 0 } });
  t.same(Object.fromEntries(hits.read(0, 1) ?? []), { metro: { toCe: 1, fromCe: 0 } });
});
