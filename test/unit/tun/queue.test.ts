import { test } from "tap";
import { HEADROOM } from "../../../src/pipeline/packet-io.js";
import { Arena } from "../../../src/tun/arena.js";
import type { NativeTun } from "../../../src/tun/native.js";
import { TUN_F_CSUM } from "../../../src/tun/native.js";
import { NativeQueue } from "../../../src/tun/queue.js";

const unused = (): never => {
  throw new Error("not called here");
};

test("a queue hands the arena's memory and lists to the addon", async (t) => {
  const calls: unknown[][] = [];
  const native: NativeTun = {
    open: unused,
    readBatch: (...args) => {
      calls.push(args);
      return 2;
    },
    writeBatch: (...args) => {
      calls.push(args);
      return 1;
    },
    writePieces: (...args) => {
      calls.push(args);
      return 1;
    },
    createWake: unused,
    wake: unused,
    wait: unused,
    releasePages: unused,
    askHugePages: unused,
    close: unused,
    attachClassifier: unused,
    detachClassifier: unused,
    findClassifier: unused,
    openIntakes: unused,
    intakeDrops: unused,
  };
  const arena = new Arena(3, HEADROOM + 64);
  const queue = new NativeQueue(native, 7, true, TUN_F_CSUM, 9);
  t.equal(queue.offloads, TUN_F_CSUM);
  t.equal(queue.readBatch(arena, 3), 2);
  arena.emit(0, HEADROOM, HEADROOM + 64);
  const results = new Int32Array(12);
  t.equal(queue.writeBatch(arena, results), 1);
  const pieces = {
    memory: arena.memory,
    starts: new Uint32Array(1),
    ends: new Uint32Array(1),
    heads: new Uint8Array(70),
    headSlotLen: 70,
    headLens: new Uint32Array(1),
    count: 1,
  };
  t.equal(queue.writePieces(pieces, results), 1);
  const { memory, starts, ends, heads, headLens } = pieces;
  const [read, write, writePieces] = calls;
  const handed = [7, memory, starts, ends, heads, 70, headLens, results, 1];
  t.equal(writePieces?.length, handed.length);
  t.ok(handed.every((value, i) => writePieces?.[i] === value));
  t.strictSame(
    read?.filter((arg) => typeof arg !== "object"),
    [7, true, arena.slotLen, HEADROOM, 3, 9],
  );
  t.equal(read?.[2], arena.memory);
  t.equal(read?.[5], arena.lengths);
  t.strictSame(
    write?.filter((arg) => typeof arg !== "object"),
    [7, true, 1],
  );
  t.equal(write?.[2], arena.memory);
  t.equal(write?.[3], arena.outStarts);
  t.equal(write?.[4], arena.outEnds);
  t.equal(write?.[5], results);
});
