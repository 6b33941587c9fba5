/** The rule table: lookups among few and many rules, with warm and cold caches; its size, and how long it takes to make. */

import { loadNativeTun } from "../../../daemon/native-loader.js";
import { allocateHuge } from "../../../daemon/runtime/huge-memory.js";
import { seededRandom } from "../../../src/explain/seeded-random.js";
import { Foresight } from "../../../src/map/foresight.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import { median } from "../result.js";
import { manyRules, ruleAt } from "./many-rules.js";
import { type CpuBench, keep, type Measured, nsEach, nsOnce } from "./measured.js";

const SIZES = [1, 100, 10_000, 1_000_000];
const NO_PORT = -1;
/** As many as a batch has packets. */
const BATCH = 64;
/** Addresses of the accesses at random; no cache near the core holds the rules behind them. */
const RANDOM = 1 << 16;
/** More than the caches of a core and its neighbours. */
const EVICTION_LEN = 64 << 20;
const COLD_BATCHES = 30;

/** Addresses inside rules of the table, chosen at random. */
interface Targets {
  readonly ipv4: Uint32Array;
  /** Two words an address, the others are zero: read in order, so that they are there in time. */
  readonly ipv6: Uint32Array;
}

function targetsOf(size: number, count: number): Targets {
  const random = seededRandom(size);
  const indices: number[] = [];
  const batch = new Set<number>();
  while (indices.length < count) {
    const index = random() % size;
    // A rule that comes twice in a batch would be there the second time.
    if (batch.has(index)) continue;
    indices.push(index);
    batch.add(index);
    if (batch.size === Math.min(BATCH, size)) batch.clear();
  }
  const rules = indices.map(ruleAt);
  return {
    ipv4: Uint32Array.from(rules, ({ ipv4 }) => ipv4.address),
    ipv6: Uint32Array.from(rules.flatMap(({ ipv6 }) => ipv6.address.slice(0, 2))),
  };
}

function lookupAll4(table: RuleTable, { ipv4 }: Targets, from: number): number {
  for (let i = 0; i < BATCH; i++) keep(table.lookup4(ipv4[from + i]!, NO_PORT));
  return BATCH;
}

const scratch = new Uint32Array(4);

function lookupAll6(table: RuleTable, { ipv6 }: Targets, from: number): number {
  for (let i = 0; i < BATCH; i++) {
    scratch[0] = ipv6[2 * (from + i)]!;
    scratch[1] = ipv6[2 * (from + i) + 1]!;
    keep(table.lookup6(scratch));
  }
  return BATCH;
}

type LookupAll = (table: RuleTable, targets: Targets, from: number) => number;

function foreseeAll4(foresight: Foresight, { ipv4 }: Targets, from: number): void {
  for (let i = 0; i < BATCH; i++) foresight.ipv4(ipv4[from + i]!, NO_PORT);
  foresight.settle();
}

function foreseeAll6(foresight: Foresight, { ipv6 }: Targets, from: number): void {
  for (let i = 0; i < BATCH; i++) {
    scratch[0] = ipv6[2 * (from + i)]!;
    scratch[1] = ipv6[2 * (from + i) + 1]!;
    foresight.ipv6(scratch);
  }
  foresight.settle();
}

type ForeseeAll = (foresight: Foresight, targets: Targets, from: number) => void;

function measureLookups(
  table: RuleTable,
  name: string,
  lookupAll: LookupAll,
  foreseeAll: ForeseeAll,
  ms: number,
): Measured[] {
  const few = targetsOf(table.size, BATCH);
  const many = targetsOf(table.size, RANDOM);
  const warm = nsEach(ms, () => lookupAll(table, few, 0));
  let from = 0;
  const random = nsEach(ms, () => {
    from = (from + BATCH) % RANDOM;
    return lookupAll(table, many, from);
  });
  const foresight = Foresight.of(table);
  const foreseen = nsEach(ms, () => {
    from = (from + BATCH) % RANDOM;
    if (foresight !== null) foreseeAll(foresight, many, from);
    return lookupAll(table, many, from);
  });
  const eviction = new Uint8Array(EVICTION_LEN).fill(1);
  const cold = Array.from({ length: COLD_BATCHES }, (_, batch) => {
    for (let at = 0; at < EVICTION_LEN; at += 64) keep(eviction[at]!);
    return nsOnce(BATCH, () => lookupAll(table, many, batch * BATCH));
  });
  const row = (load: string, value: number): Measured => ({
    load: `${name}, ${load}`,
    quantity: "time",
    unit: "ns",
    value,
  });
  return [
    row("the same 64 rules", warm),
    row("rules at random", random),
    row("rules at random, as a batch foresees them", foreseen),
    row("64 rules after the caches were emptied", median(cold)),
  ];
}

function measureTable(size: number, ms: number): Measured[] {
  const rules = manyRules(size);
  const before = performance.now();
  const { buffer } = RuleTable.compile(rules, "map-t", allocateHuge(loadNativeTun()));
  const compiled = performance.now();
  const table = RuleTable.fromBuffer(buffer);
  const loaded = performance.now();
  return [
    ...measureLookups(table, "IPv4 address", lookupAll4, foreseeAll4, ms),
    ...measureLookups(table, "IPv6 address", lookupAll6, foreseeAll6, ms),
    { load: "table", quantity: "size", unit: "bytes/rule", value: buffer.byteLength / size },
    { load: "table", quantity: "compile", unit: "ms", value: compiled - before },
    { load: "table", quantity: "take over", unit: "ms", value: loaded - compiled },
  ];
}

export const LOOKUP_BENCHES: readonly CpuBench[] = SIZES.map((size) => ({
  name: `lookup among ${size}`,
  run: async (ms: number) => measureTable(size, ms),
}));
