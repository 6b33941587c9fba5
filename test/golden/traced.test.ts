/** Every golden case while somebody traces: the same packets and counters, and records that tell just those. */
import { isDeepStrictEqual } from "node:util";
import { test } from "tap";
import { compileRules } from "../../src/pipeline/create.js";
import { HIT_FROM_CE, HIT_TO_CE, HITS_A_RULE } from "../../src/pipeline/rule-hits.js";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { Filter } from "../../src/tun/trace/filter.js";
import { readRecord, type TraceRecord } from "../../src/tun/trace/record.js";
import { TraceRing } from "../../src/tun/trace/ring.js";
import { Tap, WHOLE } from "../../src/tun/trace/tap.js";
import { DROPS } from "../../src/verdict.js";
import { caseFolders } from "./golden-folder.js";
import { type LoadedCase, loadCase, type Onlooker, runCase, type Variant } from "./run-case.js";

const BATCH_SIZE = 4;
const RING_LEN = 1 << 24;

const VARIANTS: readonly Variant[] = [
  { batchSize: BATCH_SIZE, offloads: false, classifier: false, merging: false },
  { batchSize: BATCH_SIZE, offloads: true, classifier: true, merging: true },
];

const CASES = caseFolders().map(loadCase);
const [plain, classifying] = [false, true].map((cuts) => new Arena(BATCH_SIZE, SLOT_LEN, cuts));
const ring = new TraceRing(TraceRing.allocate(RING_LEN));

function onlookerOf({ settings }: LoadedCase, arena: Arena, dropsOnly: boolean): Onlooker {
  const table = compileRules(settings);
  const context = { isBr: settings.role === "br", table, revision: 1 };
  const watcher = { filter: new Filter([]), dropsOnly, snapLen: WHOLE, ring };
  return {
    tap: new Tap(arena, context, [watcher], () => 0),
    hits: new Float64Array(table.size * HITS_A_RULE),
  };
}

function takeAll(): TraceRecord[] {
  const records: TraceRecord[] = [];
  for (let bytes = ring.take(); bytes !== null; bytes = ring.take())
    records.push(readRecord(bytes));
  return records;
}

type Drops = Readonly<Record<"ipv4" | "ipv6", Readonly<Record<string, number>>>>;

/** Of the records, by family and reason, as the counters of a case have them. */
function dropsOf(records: readonly TraceRecord[]): Drops {
  const drops = { ipv4: {} as Record<string, number>, ipv6: {} as Record<string, number> };
  for (const { verdict, before } of records) {
    const reason = DROPS.find(({ code }) => code === verdict)?.name;
    if (reason === undefined) continue;
    const family = (before?.bytes[0] ?? 0) >>> 4 === 6 ? "ipv6" : "ipv4";
    drops[family][reason] = (drops[family][reason] ?? 0) + 1;
  }
  return drops;
}

/** Forwarded packets by rule, as a BR counts them. */
function hitsOf(records: readonly TraceRecord[], rules: number): number[] {
  const hits = new Array<number>(rules * HITS_A_RULE).fill(0);
  for (const { verdict, origin, ruleFrom, ruleTo } of records) {
    // Errors of mapd's own count for nobody.
    if (verdict !== 0 || origin === "mapd") continue;
    if (ruleTo >= 0) hits[ruleTo * HITS_A_RULE + HIT_TO_CE]!++;
    if (ruleFrom >= 0) hits[ruleFrom * HITS_A_RULE + HIT_FROM_CE]!++;
  }
  return hits;
}

function counter(counters: Readonly<Record<string, number>>, ...names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
}

/** Names of the cases in which `differs` finds a difference, with what it calls that. */
function differing(differs: (loaded: LoadedCase) => readonly string[]): readonly string[] {
  return CASES.flatMap((loaded) =>
    differs(loaded).map((what) => `${loaded.caseFile.name}: ${what}`),
  );
}

/** What there is, and what there should be. */
type Rows = Readonly<Record<string, readonly [unknown, unknown]>>;

/** Names of what is not as it should be. */
function unlike(rows: Rows): readonly string[] {
  return Object.entries(rows).flatMap(([what, [actual, expected]]) =>
    isDeepStrictEqual(actual, expected)
      ? []
      : [`${what}: ${JSON.stringify(actual)} for ${JSON.stringify(expected)}`],
  );
}

/** That the records have the packets themselves, whole. */
function packetRows(
  { input }: LoadedCase,
  records: readonly TraceRecord[],
  output: readonly Uint8Array[],
): Rows {
  const read = records.filter(({ origin }) => origin === "device");
  // More pieces than a record keeps.
  const isCut = records.some(({ outputs, after }) => outputs > after.length);
  const after = records.flatMap((record) => record.after.map(({ bytes }) => hexOf(bytes)));
  return {
    packetsIn: [
      read.map(({ before }) => hexOf(before?.bytes ?? new Uint8Array())),
      input.map(({ bytes }) => hexOf(bytes)),
    ],
    packetsOut: isCut ? [[], []] : [after.sort(), output.map(hexOf).sort()],
  };
}

for (const variant of VARIANTS) {
  const arena = variant.classifier ? classifying! : plain!;
  const how = variant.classifier ? "with offloads and classifier" : "without offloads";

  test(`traced, every case is as it was, ${how}`, async (t) => {
    const found = differing((loaded) => {
      const onlooker = onlookerOf(loaded, arena, false);
      const untraced = runCase(loaded, variant, arena);
      const traced = runCase(loaded, variant, arena, onlooker);
      const records = takeAll();
      const { counters, dropped } = traced.counters;
      const rules = onlooker.hits.length / HITS_A_RULE;
      const isBr = loaded.settings.role === "br";
      return unlike({
        outcome: [traced, untraced],
        drops: [dropsOf(records), dropped],
        in: [
          records.filter(({ origin }) => origin === "device").length,
          counter(counters, "in_ipv4_packets", "in_ipv6_packets"),
        ],
        out: [
          records.reduce((sum, { outputs }) => sum + outputs, 0),
          counter(counters, "out_ipv4_packets", "out_ipv6_packets"),
        ],
        ...(variant.offloads ? {} : packetRows(loaded, records, traced.output)),
        hits: [isBr ? hitsOf(records, rules) : [], isBr ? [...onlooker.hits] : []],
      });
    });
    t.same(found, []);
    t.equal(ring.takeLost(), 0);
  });
}

test("with drops only, each is told whole, and nothing else", async (t) => {
  const [variant] = VARIANTS;
  const found = differing((loaded) => {
    const { ipv4, ipv6 } = loaded.counters.dropped;
    if (Object.keys({ ...ipv4, ...ipv6 }).length === 0) return [];
    runCase(loaded, variant!, plain!, onlookerOf(loaded, plain!, false));
    const wanted = takeAll().filter(({ verdict }) => verdict < 0);
    runCase(loaded, variant!, plain!, onlookerOf(loaded, plain!, true));
    return unlike({ drops: [takeAll().map(toldBy), wanted.map(toldBy)] });
  });
  t.same(found, []);
});

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What a record says, as values. */
function toldBy({ before, after, verdict, ruleFrom, ruleTo }: TraceRecord): object {
  return {
    verdict,
    ruleFrom,
    ruleTo,
    before: hexOf(before?.bytes ?? new Uint8Array()),
    after: after.map(({ bytes }) => hexOf(bytes)),
  };
}
