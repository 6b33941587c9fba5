import { test } from "tap";
import { COUNTER_COUNT, type CounterName, counterIndex, dropIndex } from "../../../src/counters.js";
import { HEADROOM, type Pipeline } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";
import { DROPS, NOT_IP, TOO_BIG, TTL_EXPIRED, TUN_WRITE_FAILED } from "../../../src/verdict.js";
import { ipv6, pattern, udp } from "../../support/packet-builder.js";

const BATCH_SIZES = [1, 2, 4, 64];
const ENOBUFS = 105;
const EINVAL = 22;
const GSO_UDP_L4 = 5;
const PORTS = { sport: 53, dport: 1232 };
const SLOT_LEN = HEADROOM + 256;

/** What the pipeline under test does with a packet; the packet's second byte names the row. */
const ACTIONS = ["pass", "shrink", "too_big", "ttl_expired", "throw", "forget", "unknown"] as const;
type Action = (typeof ACTIONS)[number];

interface Rig {
  readonly queue: MemoryQueue;
  readonly arena: Arena;
  readonly counters: Float64Array;
  readonly loop: BatchLoop;
}

function rig(
  batchSize: number,
  pipeline?: (arena: Arena) => Pipeline,
  takesSuperPackets = false,
): Rig {
  const queue = new MemoryQueue(0, takesSuperPackets);
  const arena = new Arena(64, SLOT_LEN);
  arena.memory.fill(0xa5);
  const counters = new Float64Array(COUNTER_COUNT);
  const loop = new BatchLoop(queue, arena, counters, batchSize);
  loop.setPipeline((pipeline ?? scripted)(arena));
  return { queue, arena, counters, loop };
}

/** "shrink" stands for translation: the family changes and 20 bytes go. */
function scripted(arena: Arena): Pipeline {
  return {
    process: (slot, at, end) => {
      const frame = arena.frames[slot]!;
      const action = ACTIONS[frame.getUint8(at + 1)]!;
      if (action === "too_big") return TOO_BIG;
      if (action === "ttl_expired") return TTL_EXPIRED;
      if (action === "forget") return 0;
      if (action === "unknown") return -DROPS.length - 1;
      if (action === "shrink") {
        frame.setUint8(at + 20, frame.getUint8(at) ^ 0x20);
        arena.emit(slot, at + 20, end);
        return 0;
      }
      arena.emit(slot, at, end);
      // After emitting: what was emitted by the packet at fault must not be written.
      if (action === "throw") throw new Error("a bug");
      return 0;
    },
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  };
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

function packet(family: 4 | 6, action: Action, len: number): Uint8Array {
  const bytes = new Uint8Array(len);
  bytes[0] = family * 16;
  bytes[1] = ACTIONS.indexOf(action);
  return bytes;
}

function fixed(counters: Float64Array, name: CounterName): number {
  return counters[counterIndex(name)]!;
}

function drops(counters: Float64Array): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { code, name } of DROPS) {
    for (const family of [4, 6]) {
      const count = counters[dropIndex(code, family)]!;
      if (count !== 0) found[`${name}/${family}`] = count;
    }
  }
  return found;
}

function sum(counters: Float64Array, ...names: CounterName[]): number {
  return names.reduce((total, name) => total + fixed(counters, name), 0);
}

/** in = out + drops, the invariant of every turn. */
function balance(counters: Float64Array): number {
  const dropped = Object.values(drops(counters)).reduce((total, count) => total + count, 0);
  const read = sum(counters, "in_ipv4_packets", "in_ipv6_packets");
  return read - sum(counters, "out_ipv4_packets", "out_ipv6_packets") - dropped;
}

/** A pseudo-random sequence that is the same in every run: Numerical Recipes' LCG. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 8;
  };
}

for (const batchSize of BATCH_SIZES) {
  test(`every kind of verdict, batches of ${batchSize}`, async (t) => {
    const { queue, counters, loop } = rig(batchSize);
    queue.push(packet(4, "pass", 40));
    queue.push(packet(6, "shrink", 100));
    queue.push(packet(6, "pass", 60));
    queue.push(packet(4, "too_big", 200));
    queue.push(packet(6, "ttl_expired", 50));
    queue.push(packet(6, "forget", 50));
    queue.push(packet(4, "unknown", 50));
    let turns = 0;
    while (loop.runOnce(0) > 0) {
      turns++;
      t.equal(balance(counters), 0, `balanced after turn ${turns}`);
    }
    t.equal(turns, Math.ceil(7 / batchSize));
    t.equal(fixed(counters, "batches"), turns);
    t.equal(fixed(counters, "in_ipv4_packets"), 3);
    t.equal(fixed(counters, "in_ipv4_bytes"), 290);
    t.equal(fixed(counters, "in_ipv6_packets"), 4);
    t.equal(fixed(counters, "in_ipv6_bytes"), 260);
    t.equal(fixed(counters, "out_ipv4_packets"), 2);
    t.equal(fixed(counters, "out_ipv4_bytes"), 40 + 80);
    t.equal(fixed(counters, "out_ipv6_packets"), 1);
    t.equal(fixed(counters, "out_ipv6_bytes"), 60);
    t.strictSame(drops(counters), {
      "too_big/4": 1,
      "ttl_expired/6": 1,
      "internal_error/6": 1,
      "internal_error/4": 1,
    });
    t.same(
      queue.written.map(({ packet: bytes }) => [bytes[0]! >>> 4, bytes.length]),
      [
        [4, 40],
        [4, 80],
        [6, 60],
      ],
      "in order",
    );
  });

  test(`an exception costs the packet at fault only, batches of ${batchSize}`, async (t) => {
    const { queue, counters, loop } = rig(batchSize);
    const packets = Array.from({ length: 8 }, (_, i) =>
      packet(i % 2 === 0 ? 4 : 6, i === 2 || i === 5 ? "throw" : "pass", 40 + i),
    );
    for (const bytes of packets) queue.push(bytes);
    while (loop.runOnce(0) > 0) t.equal(balance(counters), 0);
    t.same(
      queue.written.map(({ packet: bytes }) => bytes),
      packets.filter((_, i) => i !== 2 && i !== 5),
    );
    t.strictSame(drops(counters), { "internal_error/4": 1, "internal_error/6": 1 });
    t.match(loop.takeFault(), { message: "a bug" });
    t.equal(loop.takeFault(), undefined, "a fault is told once");
  });

  test(`refused writes are drops of the family that came in, batches of ${batchSize}`, async (t) => {
    const { queue, counters, loop } = rig(batchSize);
    queue.answerWrites((_packet, index) => (index % 2 === 0 ? -ENOBUFS : 0));
    for (let i = 0; i < 6; i++) {
      // Not emitted, so that slots and writes of a batch count differently.
      queue.push(packet(4, "too_big", 40));
      queue.push(packet(6, "shrink", 100));
    }
    while (loop.runOnce(0) > 0) t.equal(balance(counters), 0);
    t.equal(counters[dropIndex(TUN_WRITE_FAILED, 6)], 3);
    t.equal(counters[dropIndex(TUN_WRITE_FAILED, 4)], 0);
    t.equal(fixed(counters, "out_ipv4_packets"), 3);
    t.equal(fixed(counters, "out_ipv4_bytes"), 3 * 80);
  });

  test(`books balance for any mix, batches of ${batchSize}`, async (t) => {
    const { queue, counters, loop } = rig(batchSize);
    const next = sequence(batchSize);
    queue.answerWrites(() => (next() % 5 === 0 ? -ENOBUFS : 0));
    const mixes = 500;
    for (let i = 0; i < mixes; i++) {
      const action = ACTIONS[next() % ACTIONS.length]!;
      queue.push(packet(next() % 2 === 0 ? 4 : 6, action, 40 + (next() % 200)));
    }
    let read = 0;
    for (let count = loop.runOnce(0); count > 0; count = loop.runOnce(0)) {
      read += count;
      if (balance(counters) !== 0) t.fail(`out of balance by ${balance(counters)} after ${read}`);
    }
    t.equal(read, mixes);
    t.equal(sum(counters, "in_ipv4_packets", "in_ipv6_packets"), mixes);
    t.equal(sum(counters, "out_ipv4_packets", "out_ipv6_packets"), queue.written.length);
    const bytes = queue.written.reduce((total, { packet: { length } }) => total + length, 0);
    t.equal(sum(counters, "out_ipv4_bytes", "out_ipv6_bytes"), bytes);
  });
}

/** `count` datagrams of one flow that may become one write, and whatever the pipeline does it passes them on. */
function datagrams(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) =>
    ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }, udp({ ...PORTS, data: pattern(20, i) })),
  );
}

test("merged packets count as what they were", async (t) => {
  const { queue, counters, loop } = rig(64, passing, true);
  for (const bytes of datagrams(5)) queue.push(bytes);
  t.equal(loop.runOnce(0), 5);
  t.equal(queue.written.length, 1);
  t.equal(fixed(counters, "out_ipv6_packets"), 5);
  t.equal(fixed(counters, "out_ipv6_bytes"), 5 * (40 + 8 + 20));
  t.equal(balance(counters), 0);
});

test("a merged write that finds the queue full loses all of its packets", async (t) => {
  const { queue, counters, loop } = rig(64, passing, true);
  queue.answerWrites(() => -ENOBUFS);
  for (const bytes of datagrams(5)) queue.push(bytes);
  t.equal(loop.runOnce(0), 5);
  t.strictSame(drops(counters), { "tun_write_failed/6": 5 });
  t.equal(balance(counters), 0);
});

test("a kernel that does not take merged datagrams gets them one by one, and is not asked again", async (t) => {
  const { queue, counters, loop } = rig(64, passing, true);
  let asked = 0;
  queue.answerWrites(({ header }) => {
    if (header[1] !== GSO_UDP_L4) return 0;
    asked++;
    return -EINVAL;
  });
  const packets = datagrams(5);
  for (let turn = 1; turn <= 2; turn++) {
    for (const bytes of packets) queue.push(bytes);
    t.equal(loop.runOnce(0), 5);
    t.equal(asked, 1);
    t.equal(fixed(counters, "out_ipv6_packets"), turn * 5);
    t.equal(balance(counters), 0);
  }
  t.same(
    queue.written.map(({ packet: bytes }) => bytes),
    [...packets, ...packets],
  );
  t.same(drops(counters), {});
});

test("a packet that is not IP counts as IPv4, in and dropped", async (t) => {
  const { queue, counters, loop } = rig(4, () => ({
    process: () => NOT_IP,
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  }));
  queue.push(Uint8Array.of(0x15, 0, 0));
  queue.push(new Uint8Array());
  t.equal(loop.runOnce(0), 2);
  t.equal(fixed(counters, "in_ipv4_packets"), 2);
  t.equal(counters[dropIndex(NOT_IP, 4)], 2);
  t.equal(balance(counters), 0);
});

test("a queue that refuses the whole batch loses it under one reason", async (t) => {
  const { queue, counters, loop } = rig(4);
  queue.writeBatch = () => -9;
  queue.push(packet(4, "pass", 40));
  queue.push(packet(6, "pass", 40));
  t.equal(loop.runOnce(0), 2);
  t.strictSame(drops(counters), { "tun_write_failed/4": 1, "tun_write_failed/6": 1 });
});

test("a failed read is counted and told, and the next one goes on", async (t) => {
  const { queue, counters, loop } = rig(4);
  queue.push(packet(4, "pass", 40));
  queue.failNextRead(-77);
  t.equal(loop.runOnce(0), 0);
  t.equal(loop.readError, -77);
  t.equal(fixed(counters, "tun_read_errors"), 1);
  t.equal(fixed(counters, "batches"), 0);
  t.equal(loop.runOnce(0), 1);
  t.equal(loop.readError, 0);
  t.equal(loop.runOnce(0), 0);
  t.equal(fixed(counters, "batches"), 1, "an empty read is no batch");
});

test("the pipeline gets slot, range and time, and can be swapped between batches", async (t) => {
  const { queue, arena, counters, loop } = rig(2);
  const calls: number[][] = [];
  loop.setPipeline({
    process: (...args) => {
      calls.push(args);
      return TOO_BIG;
    },
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  });
  for (const len of [40, 41, 42]) queue.push(packet(4, "pass", len));
  loop.runOnce(1234);
  t.same(calls, [
    [0, HEADROOM, HEADROOM + 40, 1234],
    [1, HEADROOM, HEADROOM + 41, 1234],
  ]);
  loop.setPipeline(scripted(arena));
  loop.runOnce(1235);
  t.equal(queue.written.length, 1);
  t.equal(balance(counters), 0);
});

test("without a pipeline every packet is an internal error", async (t) => {
  const queue = new MemoryQueue();
  const counters = new Float64Array(COUNTER_COUNT);
  const loop = new BatchLoop(queue, new Arena(4, SLOT_LEN), counters, 4);
  queue.push(packet(6, "pass", 40));
  t.equal(loop.runOnce(0), 1);
  t.strictSame(drops(counters), { "internal_error/6": 1 });
});

test("constructor refusals", async (t) => {
  const queue = new MemoryQueue();
  const arena = new Arena(4, SLOT_LEN);
  const counters = new Float64Array(COUNTER_COUNT);
  for (const size of [0, 5, 1.5]) {
    t.throws(() => new BatchLoop(queue, arena, counters, size), RangeError, `batch size ${size}`);
  }
  t.throws(() => new BatchLoop(queue, arena, new Float64Array(3), 4), RangeError);
});
