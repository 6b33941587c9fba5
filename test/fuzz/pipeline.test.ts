/**
 * The packet path against broken packets: golden inputs with bytes flipped, cut, stretched and joined with
 * random virtio headers. Invariants only: it never throws, every packet gets one known verdict, a dropped
 * packet is left as it was, nothing is written outside its frame, and what passes has sound headers.
 *
 * MAPD_FUZZ_SECONDS (default 5) bounds the run, MAPD_TEST_SEED repeats one.
 */
import { type Test, t as tap, test } from "tap";
import { DROPS, INTERNAL_ERROR } from "../../src/verdict.js";
import { caseFolders } from "../golden/golden-folder.js";
import { loadCase } from "../golden/run-case.js";
import { DomainUnderTest } from "../support/domain-under-test.js";
import { joined, type Offloaded, virtioProblems, withPartialChecksum } from "../support/offload.js";
import { packetProblems } from "../support/packet-check.js";
import { seededRandom } from "../support/seeded-random.js";
import { slowChecksum } from "../support/slow-checksum.js";

const SECONDS = Number(process.env.MAPD_FUZZ_SECONDS ?? 5);
const SEED = Number(process.env.MAPD_TEST_SEED ?? Date.now() & 0x7fffffff);
/** Fewer than this in the time given means that the fuzzer itself is broken. */
const LEAST_RUNS = 500;

const KNOWN = new Set<number>([0, ...DROPS.map(({ code }) => code)]);

tap.setTimeout((SECONDS + 30) * 1000);

type Random = () => number;

interface Subject {
  readonly name: string;
  /** MAP-E. */
  readonly isTunnel: boolean;
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
    return {
      name: loaded.caseFile.name,
      isTunnel: loaded.settings.mode === "map-e",
      domain: new DomainUnderTest(loaded.settings),
      corpus,
    };
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

/** Makes the IPv4 header checksum right again, outside or inside a tunnel, so that other checks are reached. */
function repaired(bytes: Uint8Array): Uint8Array {
  const at = (bytes[0] ?? 0) >>> 4 === 6 ? 40 : 0;
  const end = at + ((bytes[at] ?? 0) & 0xf) * 4;
  if ((bytes[at] ?? 0) >>> 4 !== 4 || end - at < 20 || end > bytes.length) return bytes;
  const copy = bytes.slice();
  const header = copy.subarray(at, end);
  header.set([0, 0], 10);
  const checksum = slowChecksum(header);
  header.set([checksum >>> 8, checksum & 0xff], 10);
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
  return { bytes: below(random, 4) === 0 ? bytes : repaired(bytes), virtio };
}

/** A transport checksum or UDP length that came in wrong goes out wrong. */
const CARRIED = /(TCP|UDP|ICMP) checksum$|UDP length/;
/** A tunnel does not look at these fields of the packet inside; the next router does. */
const CARRIED_IN_A_TUNNEL = /IPv4 reserved flag|IPv4 TTL is 0/;

function outputProblems(subject: Subject, packet: Offloaded): string[] {
  const isCarried = (problem: string): boolean =>
    CARRIED.test(problem) || (subject.isTunnel && CARRIED_IN_A_TUNNEL.test(problem));
  const problems = packetProblems(packet.bytes).filter((problem) => !isCarried(problem));
  return [...problems, ...virtioProblems(packet)];
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
    const all = [...problems, ...output.flatMap((left) => outputProblems(subject, left))];
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
