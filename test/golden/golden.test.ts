/**
 * Every case folder, at every batch size, with and without offloads: the same packets out, the same
 * counters, nothing more.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Test, test } from "tap";
import { Arena } from "../../src/tun/arena.js";
import { DROPS, type DropName } from "../../src/verdict.js";
import { hexDiff } from "../support/hex-diff.js";
import { packetProblems } from "../support/packet-check.js";
import { filesOf, folderName } from "./golden-case.js";
import { caseFolders, goldenFolder, staleFolders } from "./golden-folder.js";
import { identificationProblems, withoutIdentification } from "./identification.js";
import { type LoadedCase, loadCase, type Outcome, runCase, type Variant } from "./run-case.js";
import { CASES } from "./source/all.js";

const BATCH_SIZES = [1, 2, 4, 64];
const VARIANTS: Variant[] = BATCH_SIZES.flatMap((batchSize) =>
  [false, true].map((offloads) => ({ batchSize, offloads })),
);

const arena = new Arena(Math.max(...BATCH_SIZES));

/** Problems of the packets that came out and that no expected packet has. */
function newProblems(expected: readonly Uint8Array[], actual: readonly Uint8Array[]): string[] {
  return actual.flatMap((packet, index) => {
    const known = packetProblems(expected[index] ?? new Uint8Array());
    return packetProblems(packet)
      .filter((problem) => !known.includes(problem))
      .map((problem) => `packet ${index}: ${problem}`);
  });
}

function differences(loaded: LoadedCase, actual: readonly Uint8Array[]): string[] {
  const isTranslated = loaded.settings.mode === "map-t";
  const shown = (packet: Uint8Array): Uint8Array =>
    isTranslated ? withoutIdentification(packet) : packet;
  const differing = loaded.output.map((expected, index) => {
    const diff = hexDiff(shown(expected), shown(actual[index] ?? new Uint8Array()));
    return diff === "" ? "" : `packet ${index}:\n${diff}`;
  });
  const made = isTranslated ? identificationProblems(actual) : [];
  return [...differing.filter((diff) => diff !== ""), ...made];
}

function check(t: Test, loaded: LoadedCase, variant: Variant, outcome: Outcome): void {
  const label = `batches of ${variant.batchSize}, offloads ${variant.offloads ? "on" : "off"}`;
  const counters = variant.offloads ? loaded.countersWithOffloads : loaded.counters;
  t.equal(outcome.fault, undefined, `${label}: no fault`);
  t.equal(outcome.output.length, loaded.output.length, `${label}: number of packets`);
  t.same(differences(loaded, outcome.output), [], `${label}: packets`);
  t.same(newProblems(loaded.output, outcome.output), [], `${label}: packets are sound`);
  t.same(outcome.counters, counters, `${label}: counters`);
  t.equal(outcome.batches, outcome.expectedBatches, `${label}: batches`);
}

for (const folder of caseFolders()) {
  const loaded = loadCase(folder);
  test(loaded.caseFile.name, async (t) => {
    for (const variant of VARIANTS) check(t, loaded, variant, runCase(loaded, variant, arena));
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
  "unsupported_super_packet",
  // A whole port set or table has to be filled: test/property/translate, test/unit/nat44.
  "nat44_no_free_port",
  "nat44_table_full",
  // Every protocol that is translated has ports.
  "no_port_for_shared_address",
  // Faults of the kernel and of mapd: test/unit/tun.
  "tun_write_failed",
  "internal_error",
];

/** Rows of the table that no path returns yet; each leaves this list with its first case. */
const NOT_YET: readonly DropName[] = [
  "bad_icmp_checksum",
  "malformed_quote",
  "icmp_error_about_error",
  "icmp_untranslatable",
  "fragment_malformed",
  "fragment_tiny",
  "fragment_overlap",
  "fragment_duplicate",
  "fragment_timeout",
  "fragment_limit",
  "fragmented_icmp",
];

test("every drop reason that a packet can provoke has a case", async (t) => {
  const provoked = CASES.flatMap(({ steps }) => steps.map(({ drop }) => drop));
  const excused = [...ELSEWHERE, ...NOT_YET];
  const missing = DROPS.map(({ name }) => name).filter((name) => !provoked.includes(name));
  t.same(missing.sort(), excused.sort());
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
