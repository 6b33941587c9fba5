/**
 * Every case folder, at every batch size, with and without offloads and the classifier: the same packets
 * out, the same counters, nothing more.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Test, test } from "tap";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { DROPS, type DropName } from "../../src/verdict.js";
import { byFlow } from "../support/flows.js";
import { hexDiff } from "../support/hex-diff.js";
import { packetProblems } from "../support/packet-check.js";
import { withoutAtomicIdentification } from "../support/without-identification.js";
import { type CountersFile, filesOf, folderName } from "./golden-case.js";
import { caseFolders, goldenFolder, staleFolders } from "./golden-folder.js";
import { MadeUp, type Maker, usesWholePool } from "./made-up.js";
import { type LoadedCase, loadCase, type Outcome, runCase, type Variant } from "./run-case.js";
import { CASES } from "./source/all.js";

const BATCH_SIZES = [1, 2, 4, 64];
const DEVICES = [
  { offloads: false, classifier: false, merging: false },
  { offloads: false, classifier: false, merging: true },
  { offloads: true, classifier: false, merging: false },
  { offloads: true, classifier: false, merging: true },
  { offloads: true, classifier: true, merging: true },
];
const VARIANTS: Variant[] = BATCH_SIZES.flatMap((batchSize) =>
  DEVICES.map((device) => ({ batchSize, ...device })),
);

const [plain, classifying] = [false, true].map(
  (cutsInsideTunnels) => new Arena(Math.max(...BATCH_SIZES), SLOT_LEN, cutsInsideTunnels),
);

/** Problems of the packets that came out and that no expected packet has. */
function newProblems(expected: readonly Uint8Array[], actual: readonly Uint8Array[]): string[] {
  return actual.flatMap((packet, index) => {
    const known = packetProblems(expected[index] ?? new Uint8Array());
    return packetProblems(packet)
      .filter((problem) => !known.includes(problem))
      .map((problem) => `packet ${index}: ${problem}`);
  });
}

/** 192.0.0.8, where no source of ICMPv4 errors is configured (RFC 7600 §4.8). */
const DUMMY_IPV4 = 0xc0000008;

function makerOf({ settings }: LoadedCase): Maker {
  const { ipv4Sources } = settings.icmp;
  return {
    isTranslator: settings.mode === "map-t",
    renumbersInside: settings.mode === "map-e" && settings.role === "ce" && settings.nat44 !== null,
    errorSources: ipv4Sources.length > 0 ? ipv4Sources : [DUMMY_IPV4],
  };
}

function differences(
  loaded: LoadedCase,
  allExpected: readonly Uint8Array[],
  actual: readonly Uint8Array[],
): string[] {
  const maker = makerOf(loaded);
  const madeUp = new MadeUp(maker);
  const differing = allExpected.map((expected, index) => {
    const shown = madeUp.asExpected(expected, actual[index] ?? new Uint8Array(), index);
    const diff = hexDiff(expected, shown);
    return diff === "" ? "" : `packet ${index}:\n${diff}`;
  });
  const isPoolUsed = maker.errorSources.length === 1 || usesWholePool(actual, maker);
  return [
    ...differing.filter((diff) => diff !== ""),
    ...madeUp.problems,
    ...(isPoolUsed ? [] : ["an address of icmp.ipv4-sources was never used"]),
  ];
}

function countersOf(loaded: LoadedCase, { offloads }: Variant): CountersFile {
  return offloads ? loaded.countersWithOffloads : loaded.counters;
}

/** Merging moves a packet to its flow's write, ahead of other flows, and numbers those with DF anew. */
function afterMerging(packets: readonly Uint8Array[]): readonly Uint8Array[] {
  return byFlow(packets.map(withoutAtomicIdentification));
}

function check(t: Test, loaded: LoadedCase, variant: Variant, outcome: Outcome): void {
  const { batchSize, offloads, classifier, merging } = variant;
  const more = `${classifier ? ", with the classifier" : ""}${merging ? ", merging" : ""}`;
  const how = `${offloads ? "on" : "off"}${more}`;
  const label = `batches of ${batchSize}, offloads ${how}`;
  const counters = countersOf(loaded, variant);
  t.equal(outcome.fault, undefined, `${label}: no fault`);
  const comparable = merging ? afterMerging : (packets: readonly Uint8Array[]) => packets;
  const expected = comparable(offloads ? loaded.outputWithOffloads : loaded.output);
  const output = comparable(outcome.output);
  t.equal(output.length, expected.length, `${label}: number of packets`);
  t.same(differences(loaded, expected, output), [], `${label}: packets`);
  t.same(newProblems(expected, output), [], `${label}: packets are sound`);
  t.same(outcome.counters, counters, `${label}: counters`);
  t.equal(outcome.batches, outcome.expectedBatches, `${label}: batches`);
}

for (const folder of caseFolders()) {
  const loaded = loadCase(folder);
  test(loaded.caseFile.name, async (t) => {
    for (const variant of VARIANTS) {
      const arena = variant.classifier ? classifying! : plain!;
      check(t, loaded, variant, runCase(loaded, variant, arena));
    }
  });
}

test("every described case has its folder and every folder its case", async (t) => {
  t.equal(
    new Set(CASES.map(({ name }) => folderName(name))).size,
    CASES.length,
    "names are unique",
  );
  t.equal(caseFolders().length, CASES.length);
  t.same(staleFolders(CASES), []);
});

test("the files are what test/golden/source describes", async (t) => {
  for (const golden of CASES) {
    const folder = join(goldenFolder(), folderName(golden.name));
    const described = filesOf(golden);
    t.same(readdirSync(folder).sort(), [...described.keys()].sort(), `files of ${golden.name}`);
    for (const [name, bytes] of described) {
      t.equal(hexDiff(bytes, readFileSync(join(folder, name))), "", `${golden.name}: ${name}`);
    }
  }
});

/** Reasons that no golden case can provoke, each with where it is tested instead. */
const ELSEWHERE: readonly DropName[] = [
  // A virtio header is no part of a pcap file: test/unit/pipeline/offload-refusals.test.ts.
  "bad_offload_header",
  // Needs a CE that has moved: test/unit/pipeline/moved-connections.test.ts.
  "nat44_address_changed",
  // A whole table has to be filled: test/unit/nat44.
  "nat44_table_full",
  // Faults of the kernel and of mapd: test/unit/tun.
  "tun_write_failed",
  "internal_error",
];

test("every drop reason that a packet can provoke has a case", async (t) => {
  const provoked = CASES.flatMap(({ steps }) =>
    steps.flatMap(({ drop, lateDrops = {} }) => [
      drop ?? "",
      ...Object.keys(lateDrops.ipv4 ?? {}),
      ...Object.keys(lateDrops.ipv6 ?? {}),
    ]),
  );
  const missing = DROPS.map(({ name }) => name).filter((name) => !provoked.includes(name));
  t.same(missing.sort(), ELSEWHERE.toSorted());
});

test("the expected packets are sound, but for those that were spoilt on purpose", async (t) => {
  const unsound = CASES.filter(({ steps }) =>
    steps.some(({ output }) => output.some((packet) => packetProblems(packet).length > 0)),
  );
  t.same(
    unsound.map(({ name }) => name),
    ["A wrong transport checksum stays wrong by the same amount"],
  );
});
