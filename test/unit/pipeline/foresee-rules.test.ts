/** A look ahead over a batch that nobody has checked yet, and its place in the packet loop. */
import { test } from "tap";
import { COUNTER_COUNT } from "../../../src/counters.js";
import { Foresight } from "../../../src/map/foresight.js";
import { RuleTable } from "../../../src/map/rule-table.js";
import { foreseeRules } from "../../../src/pipeline/foresee-rules.js";
import { HEADROOM, type Pipeline } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import { BatchLoop } from "../../../src/tun/batch-loop.js";
import { MemoryQueue } from "../../../src/tun/memory-queue.js";

const RULES = 1000;

function foresightOf(): Foresight {
  const rules = Array.from({ length: RULES }, (_, i) => ({
    name: `r${i}`,
    ipv6: { address: [0x20010db8, i << 8, 0, 0] as const, len: 56 },
    ipv4: { address: i << 8, len: 24 },
    eaLen: 0,
    psidOffset: 6,
    psidLen: 0,
    psid: null,
    iid: "rfc7597" as const,
    forwarding: false,
  }));
  return new Foresight(RuleTable.compile(rules, "map-t"));
}

/** Frames without a byte behind the packet: a read too far throws. */
function cutFrames(firstByte: number): { frames: DataView[]; lengths: Uint32Array } {
  const lengths = Uint32Array.from({ length: 80 }, (_, len) => len);
  const frames = Array.from(lengths, (len) => {
    const frame = new DataView(new ArrayBuffer(HEADROOM + len));
    for (let at = 0; at < frame.byteLength; at++) frame.setUint8(at, 0xa5);
    if (len > 0) frame.setUint8(HEADROOM, firstByte);
    return frame;
  });
  return { frames, lengths };
}

const io = { emit: () => undefined, borrow: () => 0 };

test("packets of every length up to 79 bytes and every first byte are looked at within their ends", (t) => {
  const foresight = foresightOf();
  for (let firstByte = 0; firstByte < 256; firstByte++) {
    const { frames, lengths } = cutFrames(firstByte);
    const before = frames.map((frame) => new Uint8Array(frame.buffer).join());
    foreseeRules(foresight, { ...io, frames }, frames.length, lengths);
    const after = frames.map((frame) => new Uint8Array(frame.buffer).join());
    if (before.join() !== after.join()) t.fail(`first byte ${firstByte}`);
  }
  t.pass("256 first bytes");
  t.end();
});

/** A loop over a pipeline that passes packets on and notes how many it was to foresee. */
function loopWith(foresee: (count: number) => void): { queue: MemoryQueue; loop: BatchLoop } {
  const queue = new MemoryQueue(0, false);
  const arena = new Arena(16, HEADROOM + 64);
  const pipeline: Pipeline = {
    foresee,
    process: (slot, at, end) => {
      arena.emit(slot, at, end);
      return 0;
    },
    tick: () => undefined,
    retire: () => undefined,
    observe: () => undefined,
  };
  const loop = new BatchLoop(queue, arena, new Float64Array(COUNTER_COUNT), 16);
  loop.setPipeline(pipeline);
  return { queue, loop };
}

test("batches are foreseen before they are judged, but for those of a few packets", (t) => {
  const seen: number[] = [];
  const { queue, loop } = loopWith((count) => seen.push(count));
  for (const count of [1, 3, 4, 16]) {
    for (let i = 0; i < count; i++) queue.push(Uint8Array.of(0x45, i));
    t.equal(loop.runOnce(0), count);
  }
  t.same(seen, [4, 16]);
  t.end();
});

test("a fault while looking ahead costs no packet", (t) => {
  const { queue, loop } = loopWith(() => {
    throw new Error("a bug");
  });
  for (let i = 0; i < 5; i++) queue.push(Uint8Array.of(0x45, i));
  loop.runOnce(0);
  t.equal(queue.written.length, 5);
  t.match(loop.takeFault(), { message: "a bug" });
  t.end();
});
