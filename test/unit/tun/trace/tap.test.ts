import { test } from "tap";
import { COUNTER_COUNT } from "../../../../src/counters.js";
import { seededRandom } from "../../../../src/explain/seeded-random.js";
import { compileRules, createPipeline } from "../../../../src/pipeline/create.js";
import { FROM_SEGMENTS, type Observer } from "../../../../src/pipeline/observer.js";
import { HEADROOM, type Pipeline } from "../../../../src/pipeline/packet-io.js";
import { Arena } from "../../../../src/tun/arena.js";
import { BatchLoop } from "../../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../../src/tun/memory-queue.js";
import { Filter } from "../../../../src/tun/trace/filter.js";
import { readRecord, type TraceRecord } from "../../../../src/tun/trace/record.js";
import { TraceRing } from "../../../../src/tun/trace/ring.js";
import { Tap, type TappedDomain, type Watcher, WHOLE } from "../../../../src/tun/trace/tap.js";
import { FRAGMENT_TIMEOUT, INTERNAL_ERROR, TUN_WRITE_FAILED } from "../../../../src/verdict.js";
import { ipv4, ipv6, pattern, TCP, tcp, udp } from "../../../support/packet-builder.js";
import { BR_T, domainOf } from "../../daemon/samples.js";

const BATCH = 4;
const SLOT_LEN = HEADROOM + 2048;
const ENOBUFS = 105;
const NOW_MS = 1_800_000_000_000.5;
const CE = "2001:db8:12:3400:0:c000:212:34";

const { settings } = domainOf(BR_T);
const table = compileRules(settings);
const DOMAIN: TappedDomain = { isBr: true, table, revision: 7 };

const DATAGRAM = udp({ sport: 1232, dport: 53, data: pattern(400) });
const UP = ipv6({ src: CE, dst: "2001:db8:ffff:0:c6:3364:900:0" }, DATAGRAM);

const OTHER = ipv6(
  { src: CE, dst: "2001:db8:ffff:0:c6:3364:900:0" },
  udp({ sport: 1233, dport: 53 }),
);

interface Rig {
  readonly arena: Arena;
  readonly queue: MemoryQueue;
  readonly loop: BatchLoop;
  take(): TraceRecord[];
}

function passing(arena: Arena): Pipeline {
  return {
    process: (slot, at, end) => {
      arena.emit(slot, at, end);
      return 0;
    },
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  };
}

function rig(
  more: Partial<Watcher> = {},
  pipeline?: (arena: Arena) => Pipeline,
  takesSuperPackets = false,
): Rig {
  const queue = new MemoryQueue(0, takesSuperPackets);
  const arena = new Arena(BATCH, SLOT_LEN);
  const counters = new Float64Array(COUNTER_COUNT);
  const loop = new BatchLoop(queue, arena, counters, BATCH);
  const random = seededRandom(1);
  loop.setPipeline(
    pipeline?.(arena) ?? createPipeline(settings, table, null, arena, counters, random),
  );
  const ring = new TraceRing(TraceRing.allocate(1 << 16));
  const watcher = { filter: new Filter([]), dropsOnly: false, snapLen: WHOLE, ring, ...more };
  loop.setTap(new Tap(arena, DOMAIN, [watcher], () => NOW_MS));
  const take = (): TraceRecord[] => {
    const records: TraceRecord[] = [];
    for (let bytes = ring.take(); bytes !== null; bytes = ring.take()) {
      records.push(readRecord(bytes));
    }
    return records;
  };
  return { arena, queue, loop, take };
}

test("a record has the packet as it was and as it became, time, rules and revision", async (t) => {
  const { queue, loop, take } = rig();
  queue.push(UP);
  loop.runOnce(0);
  t.same(take(), [
    {
      verdict: 0,
      timeMs: NOW_MS,
      revision: 7,
      ruleFrom: 0,
      ruleTo: -1,
      origin: "device",
      before: { length: UP.length, bytes: UP, segmentLen: 0 },
      after: [{ length: UP.length - 20, bytes: queue.written[0]?.packet, segmentLen: 0 }],
      outputs: 1,
    },
  ]);
});

test("packets are cut to the length that is wanted, and say how long they are", async (t) => {
  const { queue, loop, take } = rig({ snapLen: 61 });
  queue.push(UP);
  loop.runOnce(0);
  const [record] = take();
  t.same(record?.before, { length: UP.length, bytes: UP.slice(0, 61), segmentLen: 0 });
  t.same(record?.after[0]?.bytes, queue.written[0]?.packet.slice(0, 61));
});

test("each who traces gets what it wants, and nothing when it has gone", async (t) => {
  const { queue, loop, take } = rig({ filter: new Filter([{ kind: "port", port: 1232 }]) });
  queue.push(UP);
  queue.push(OTHER);
  loop.runOnce(0);
  t.same(
    take().map(({ before }) => before?.bytes),
    [UP],
  );
  loop.setTap(null);
  queue.push(UP);
  loop.runOnce(0);
  t.same(take(), []);
});

test("several who trace do not get each other's packets", async (t) => {
  const rings = [1232, 1233].map((port) => {
    const ring = new TraceRing(TraceRing.allocate(1 << 12));
    return { ring, filter: new Filter([{ kind: "port", port }]), dropsOnly: false, snapLen: 64 };
  });
  const { queue, loop, arena } = rig();
  loop.setTap(new Tap(arena, DOMAIN, rings, () => NOW_MS));
  for (const packet of [UP, OTHER, UP]) queue.push(packet);
  loop.runOnce(0);
  const taken = rings.map(({ ring }) => [ring.take(), ring.take(), ring.take()]);
  t.same(
    taken.map((records) => records.map((bytes) => bytes && readRecord(bytes).before?.bytes)),
    [
      [UP.slice(0, 64), UP.slice(0, 64), null],
      [OTHER.slice(0, 64), null, null],
    ],
  );
});

test("what the kernel refuses is told once it is written", async (t) => {
  const { queue, loop, take } = rig();
  queue.answerWrites(() => -ENOBUFS);
  queue.push(UP);
  loop.runOnce(0);
  const [forwarded, refused, ...none] = take();
  t.same(none, []);
  t.match(forwarded, { verdict: 0, origin: "device" });
  t.match(refused, { verdict: TUN_WRITE_FAILED, origin: "written", ruleFrom: -1, ruleTo: -1 });
  t.same(refused?.before?.bytes, forwarded?.after[0]?.bytes);
});

test("of a batch with a fault the packet at fault is told as dropped, and no other", async (t) => {
  const { queue, loop, take } = rig({}, (arena) => ({
    ...passing(arena),
    process: (slot, at, end) => {
      arena.emit(slot, at, end);
      if (slot === 1) throw new Error("a bug");
      return 0;
    },
  }));
  const packets = [0, 1, 2].map((i) => UP.slice(0, UP.length - i));
  for (const packet of packets) queue.push(packet);
  loop.runOnce(0);
  t.same(
    take().map(({ verdict, before, after }) => [
      verdict,
      before?.bytes,
      after.map(({ bytes }) => bytes),
    ]),
    packets.map((bytes, i) => (i === 1 ? [INTERNAL_ERROR, bytes, []] : [0, bytes, [bytes]])),
  );
});

test("a fault in what a packet was made into is one drop, the packet's", async (t) => {
  let observer: Observer | null = null;
  const { queue, loop, take } = rig({ dropsOnly: true }, (arena) => ({
    ...passing(arena),
    process: (slot, at, end) => {
      observer?.entered(slot, at + 40, end, FROM_SEGMENTS);
      throw new Error("a bug");
    },
    observe: (given) => {
      observer = given;
    },
  }));
  for (const packet of [UP, OTHER]) queue.push(packet);
  loop.runOnce(0);
  t.match(take(), [
    { verdict: INTERNAL_ERROR, origin: "device", before: { bytes: UP } },
    { verdict: INTERNAL_ERROR, origin: "device", before: { bytes: OTHER } },
  ]);
});

test("of a merged write that the kernel refuses each packet is told, as it was", async (t) => {
  const { queue, loop, take } = rig({ dropsOnly: true }, passing, true);
  queue.answerWrites(() => -ENOBUFS);
  const datagrams = [0, 1, 2].map((i) =>
    ipv6(
      { src: CE, dst: "2001:db8:ffff:0:c6:3364:900:0" },
      udp({ sport: 1232, dport: 53, data: pattern(30, i) }),
    ),
  );
  const segments = [0, 1, 2].map((i) =>
    ipv6(
      { src: CE, dst: "2001:db8:ffff:0:c6:3364:900:0" },
      tcp({
        sport: 1232,
        dport: 80,
        seq: 1000 + 40 * i,
        ack: 7,
        flags: i === 2 ? TCP.ack | TCP.psh : TCP.ack,
        data: pattern(40, i),
      }),
    ),
  );
  for (const packets of [datagrams, segments]) {
    for (const packet of packets) queue.push(packet);
    loop.runOnce(0);
    t.same(
      take().map(({ verdict, origin, before }) => ({ verdict, origin, before })),
      packets.map((bytes) => ({
        verdict: TUN_WRITE_FAILED,
        origin: "written",
        before: { length: bytes.length, bytes, segmentLen: 0 },
      })),
    );
  }
});

test("a verdict without a packet is told as the fault that it is counted as", async (t) => {
  const { queue, loop, take } = rig({}, (arena) => ({
    ...passing(arena),
    process: () => 0,
  }));
  queue.push(UP);
  loop.runOnce(0);
  t.same(
    take().map(({ verdict }) => verdict),
    [INTERNAL_ERROR],
  );
});

test("a fragment that waited too long is told, and the error of ours that tells its sender", async (t) => {
  const { queue, loop, take } = rig();
  const whole = ipv4({ src: "198.51.100.9", dst: "192.0.2.18", id: 9 }, DATAGRAM);
  const late = ipv4(
    { src: "198.51.100.9", dst: "192.0.2.18", id: 9, df: false, fragmentOffset: 20 },
    { protocol: () => 17, encode: () => whole.slice(180) },
  );
  queue.push(late);
  loop.runOnce(0);
  t.match(take(), [{ verdict: 1, before: { bytes: late }, after: [] }]);
  loop.tick(31_000);
  t.match(take(), [
    { verdict: FRAGMENT_TIMEOUT, origin: "resumed", before: { bytes: late }, after: [] },
  ]);
});

test("a super-packet says how long its segments are", async (t) => {
  const { queue, loop, take } = rig();
  const header = Uint8Array.of(1, 5, 48, 0, 100, 0, 40, 0, 6, 0);
  queue.push(UP, header);
  loop.runOnce(0);
  t.equal(take()[0]?.before?.segmentLen, 100);
});
