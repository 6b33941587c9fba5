/**
 * The packet path against broken packets: golden inputs with bytes flipped, cut, stretched and joined with
 * random virtio headers. Invariants only: it never throws, every packet gets one known verdict, a dropped
 * packet is left as it was, nothing is written outside its frame, and what passes has sound headers.
 *
 * MAPD_FUZZ_SECONDS (default 5) bounds the run, MAPD_TEST_SEED repeats one.
 */
import { type Test, test } from "tap";
import { DROPS, INTERNAL_ERROR } from "../../src/verdict.js";
import { caseFolders } from "../golden/golden-folder.js";
import { loadCase } from "../golden/run-case.js";
import { DomainUnderTest } from "../support/domain-under-test.js";
import { joined, type Offloaded, virtioProblems, withPartialChecksum } from "../support/offload.js";
import { packetProblems } from "../support/packet-check.js";
import { seededRandom } from "../support/seeded-random.js";

const SECONDS = Number(process.env.MAPD_FUZZ_SECONDS ?? 5);
const SEED = Number(process.env.MAPD_TEST_SEED ?? Date.now() & 0x7fffffff);
/** Fewer than this in the time given means that the fuzzer itself is broken. */
const LEAST_RUNS = 500;

const KNOWN = new Set<number>([0, ...DROPS.map(({ code }) => code)]);

type Random = () => number;

interface Subject {
  readonly name: string;
  readonly domain: DomainUnderTest;
  readonly corpus: readonly Offloaded[];
}

function subjects(): Subject[] {
  return caseFolders().map((folder) => {
    const loaded = loadCase(folder);
    const inputs = loaded.input.map(({ bytes }) => bytes);
    const supers = loaded.caseFile.superPackets.map(({ first, count }) =>
      joined(inputs.slice(first, first + count)),
    );
    const plain = inputs.map((bytes) => ({ bytes, virtio: new Uint8Array(10) }));
    const corpus = [...plain, ...inputs.map(withPartialChecksum), ...supers];
    return { name: loaded.caseFile.name, domain: new DomainUnderTest(loaded.settings), corpus };
  });
}

/** Values at which lengths, types and offsets change their meaning. */
const EDGES = [0, 1, 4, 5, 6, 7, 8, 15, 19, 20, 39, 40, 43, 44, 58, 60, 0x45, 0x60, 127, 128, 255];

function below(random: Random, limit: number): number {
  return limit === 0 ? 0 : random() % limit;
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[below(random, from.length)]!;
}

function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let i = below(random, 4); i >= 0 && copy.length > 0; i--) {
    // Headers are where it matters: three of four changes fall there.
    const range = below(random, 4) === 0 ? copy.length : Math.min(copy.length, 84);
    const at = below(random, range);
    const how = below(random, 3);
    if (how === 0) copy[at]! ^= 1 << below(random, 8);
    else if (how === 1) copy[at] = pick(random, EDGES);
    else copy[at] = random() & 0xff;
  }
  return copy;
}

function mutate(packet: Offloaded, random: Random): Offloaded {
  let { bytes, virtio } = packet;
  const how = below(random, 8);
  if (how < 4) bytes = mutateBytes(bytes, random);
  else if (how === 4) bytes = bytes.slice(0, below(random, bytes.length + 1));
  else if (how === 5) bytes = Uint8Array.from([...bytes, ...bytes.slice(0, below(random, 60))]);
  else if (how === 6) virtio = mutateBytes(virtio, random);
  else {
    bytes = mutateBytes(bytes, random);
    virtio = mutateBytes(virtio, random);
  }
  return { bytes, virtio };
}

/** A transport checksum that came in wrong goes out wrong; everything else must be sound. */
function headerProblems(packet: Offloaded): string[] {
  const isKnownBad = (problem: string): boolean => /checksum$|^(inner: )?UDP length/.test(problem);
  const isHeader = (problem: string): boolean => /IPv4 header checksum/.test(problem);
  return [
    ...packetProblems(packet.bytes).filter((problem) => isHeader(problem) || !isKnownBad(problem)),
    ...virtioProblems(packet),
  ];
}

function describe({ name }: Subject, packet: Offloaded, problems: readonly string[]): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  return `${name}: ${problems.join(", ")}\nvirtio ${hex(packet.virtio)}\npacket ${hex(packet.bytes)}`;
}

/** What is wrong with one judgement; a throw is a fault, too. */
function judge(
  subject: Subject,
  packet: Offloaded,
  nowMs: number,
): { passed: boolean; problems: string[] } {
  try {
    const { verdict, output, problems } = subject.domain.judge(packet.bytes, nowMs, packet.virtio);
    const all = [...problems, ...output.flatMap(headerProblems)];
    if (!KNOWN.has(verdict) || verdict === INTERNAL_ERROR) all.push(`verdict ${verdict}`);
    return { passed: verdict === 0, problems: all };
  } catch (fault) {
    return { passed: false, problems: [`threw ${fault instanceof Error ? fault.stack : fault}`] };
  }
}

function run(t: Test): void {
  const random = seededRandom(SEED);
  const all = subjects();
  const faults: string[] = [];
  const until = Date.now() + SECONDS * 1000;
  let runs = 0;
  let passed = 0;
  while (Date.now() < until && faults.length < 5) {
    const subject = pick(random, all);
    const packet = mutate(pick(random, subject.corpus), random);
    const result = judge(subject, packet, ++runs);
    if (result.passed) passed++;
    if (result.problems.length > 0) faults.push(describe(subject, packet, result.problems));
    if (runs % 1000 === 0) subject.domain.tick(runs);
  }
  t.comment(`MAPD_TEST_SEED=${SEED}: ${runs} packets, ${passed} passed`);
  t.same(faults, []);
  t.ok(runs >= LEAST_RUNS, `${LEAST_RUNS} packets or more`);
  t.ok(passed > runs / 100, "mutations are not all refused at once");
}

test("mutated packets never break the packet path", async (t) => run(t));
