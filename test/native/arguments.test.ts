import "./own-namespace.js";
import { test } from "tap";
import type { NativeTun } from "../../src/tun/native.js";
import { MODES, native, openUp } from "./device.js";

const EINVAL = 22;
const SLOT = 2048;
const HEADROOM = 256;

/** The addon as a caller in plain JavaScript has it: any value in any place. */
function call(name: keyof NativeTun, args: readonly unknown[]): unknown {
  return Reflect.apply(native[name], native, args);
}

function describe(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

/** A caller that has given its memory away. */
const detached = new Uint8Array(2 * SLOT);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

test("bad arguments are -EINVAL and nothing is touched", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  const wakeFd = native.createWake();
  t.teardown(() => {
    native.close(wakeFd);
    native.close(fd);
  });
  const arena = new Uint8Array(2 * SLOT).fill(0xa5);
  const two = new Uint32Array(2);
  const results = new Int32Array(2);
  const read = [fd, true, arena, SLOT, HEADROOM, two, 2, -1];
  const write = [fd, true, arena, two, two, results, 2];
  const pieces = [fd, arena, two, two, new Uint8Array(40), 20, two, results, 2];
  const wait = [fd, wakeFd, 0, -1];
  const release = [arena, arena.length];

  t.equal(call("readBatch", read), 0, "the good call it all starts from");
  t.equal(call("writeBatch", write), 0, "two empty packets: no call fails, none is taken");
  t.same([...results], [-EINVAL, -EINVAL]);
  results.fill(0);
  t.equal(call("writePieces", pieces), 0, "nor of two empty pieces");
  t.same([...results], [-EINVAL, -EINVAL]);
  t.equal(call("wait", wait), 0);
  t.equal(call("releasePages", release), 0, "nothing lies behind the end");

  const bad: [keyof NativeTun, readonly unknown[], number, unknown][] = [
    ["readBatch", read, 0, -1],
    ["readBatch", read, 0, 0.5],
    ["readBatch", read, 0, Number.NaN],
    ["readBatch", read, 0, 2 ** 31],
    ["readBatch", read, 0, "0"],
    ["readBatch", read, 1, 1],
    ["readBatch", read, 2, undefined],
    ["readBatch", read, 2, new ArrayBuffer(2 * SLOT)],
    ["readBatch", read, 2, new Uint16Array(2 * SLOT)],
    ["readBatch", read, 2, new DataView(new ArrayBuffer(2 * SLOT))],
    ["readBatch", read, 2, arena.subarray(1)],
    ["readBatch", read, 2, detached],
    ["readBatch", read, 3, SLOT + 1],
    ["readBatch", read, 3, 0],
    ["readBatch", read, 3, -SLOT],
    ["readBatch", read, 4, 9],
    ["readBatch", read, 4, SLOT],
    ["readBatch", read, 5, new Uint32Array(1)],
    ["readBatch", read, 5, new Int32Array(2)],
    ["readBatch", read, 5, null],
    ["readBatch", read, 6, 3],
    ["readBatch", read, 6, -1],
    ["readBatch", read, 6, Number.POSITIVE_INFINITY],
    ["readBatch", read, 6, 2 ** 53],
    ["readBatch", read, 7, -2],
    ["readBatch", read, 7, null],
    ["writeBatch", write, 0, -1],
    ["writeBatch", write, 1, "true"],
    ["writeBatch", write, 2, detached.buffer],
    ["writeBatch", write, 2, new Int8Array(2 * SLOT)],
    ["writeBatch", write, 3, new Uint32Array(1)],
    ["writeBatch", write, 3, new Float64Array(2)],
    ["writeBatch", write, 4, new Uint32Array(1)],
    ["writeBatch", write, 5, new Int32Array(1)],
    ["writeBatch", write, 5, new Uint32Array(2)],
    ["writeBatch", write, 6, 3],
    ["writeBatch", write, 6, 1.5],
    ["writePieces", pieces, 0, -1],
    ["writePieces", pieces, 1, detached.buffer],
    ["writePieces", pieces, 2, new Uint32Array(1)],
    ["writePieces", pieces, 3, new Int32Array(2)],
    ["writePieces", pieces, 4, new Uint8Array(39)],
    ["writePieces", pieces, 4, new Int8Array(40)],
    ["writePieces", pieces, 5, 0],
    ["writePieces", pieces, 5, 21],
    ["writePieces", pieces.with(4, new Uint8Array(1000)), 5, 257],
    ["writePieces", pieces, 6, new Uint32Array(1)],
    ["writePieces", pieces, 7, new Int32Array(1)],
    ["writePieces", pieces, 8, 3],
    ["writePieces", pieces, 8, -1],
    ["wait", wait, 0, -1],
    ["wait", wait, 1, -1],
    ["wait", wait, 2, -2],
    ["wait", wait, 3, -2],
    ["wait", wait, 2, 2 ** 31],
    ["wait", wait, 2, undefined],
    ["releasePages", release, 0, null],
    ["releasePages", release, 0, arena.buffer],
    ["releasePages", release, 0, new Int8Array(2 * SLOT)],
    ["releasePages", release, 0, detached],
    ["releasePages", release, 1, arena.length + 1],
    ["releasePages", release, 1, -1],
    ["releasePages", release, 1, 0.5],
    ["releasePages", release, 1, "0"],
    ["askHugePages", [arena], 0, null],
    ["askHugePages", [arena], 0, arena.buffer],
    ["askHugePages", [arena], 0, new Int8Array(2 * SLOT)],
    ["askHugePages", [arena], 0, detached],
    ["wake", [wakeFd], 0, {}],
    ["wake", [wakeFd], 0, -1],
    ["close", [wakeFd], 0, null],
    ["close", [wakeFd], 0, 1n],
  ];
  for (const [name, good, position, value] of bad) {
    const args = good.with(position, value);
    t.equal(call(name, args), -EINVAL, `${name}, argument ${position}: ${describe(value)}`);
  }
  for (const [name, good] of [
    ["readBatch", read],
    ["writeBatch", write],
    ["writePieces", pieces],
    ["wait", wait],
    ["releasePages", release],
    ["askHugePages", [arena]],
    ["wake", [wakeFd]],
    ["close", [wakeFd]],
  ] as const) {
    t.equal(call(name, good.slice(0, -1)), -EINVAL, `${name} with an argument too few`);
  }
  t.ok(arena.every((byte) => byte === 0xa5));
  t.equal(call("wait", wait), 0, "no fd was closed or woken on the way");
});

test("packets outside the arena are refused one by one", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  t.teardown(() => native.close(fd));
  const arena = new Uint8Array(1000);
  const ranges = [
    { name: "no room for the virtio header", start: 9, end: 100 },
    { name: "empty", start: 100, end: 100 },
    { name: "backwards", start: 100, end: 99 },
    { name: "past the end", start: 100, end: 1001 },
    { name: "far past the end", start: 0xffffff00, end: 0xffffffff },
  ];
  const results = new Int32Array(ranges.length);
  const starts = Uint32Array.from(ranges, ({ start }) => start);
  const ends = Uint32Array.from(ranges, ({ end }) => end);
  t.equal(native.writeBatch(fd, true, arena, starts, ends, results, ranges.length), 0);
  ranges.forEach(({ name }, i) => {
    t.equal(results[i], -EINVAL, name);
  });
});

test("pieces outside the arena, and heads longer than their slots, are refused one by one", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  t.teardown(() => native.close(fd));
  const arena = new Uint8Array(1000);
  const ranges = [
    { name: "no room for the virtio header, and no head", start: 9, end: 100, headLen: 0 },
    { name: "no room for the head", start: 29, end: 100, headLen: 30 },
    { name: "a head and nothing behind it", start: 100, end: 100, headLen: 30 },
    { name: "past the end", start: 100, end: 1001, headLen: 30 },
    { name: "far past the end", start: 0xffffff00, end: 0xffffffff, headLen: 30 },
    { name: "a head longer than its slot", start: 100, end: 200, headLen: 31 },
    { name: "a head far longer", start: 100, end: 200, headLen: 0xffffffff },
  ];
  const results = new Int32Array(ranges.length);
  const starts = Uint32Array.from(ranges, ({ start }) => start);
  const ends = Uint32Array.from(ranges, ({ end }) => end);
  const headLens = Uint32Array.from(ranges, ({ headLen }) => headLen);
  const heads = new Uint8Array(30 * ranges.length);
  const { length } = ranges;
  t.equal(native.writePieces(fd, arena, starts, ends, heads, 30, headLens, results, length), 0);
  ranges.forEach(({ name }, i) => {
    t.equal(results[i], -EINVAL, name);
  });
});

test("open() reports a wrong option by its name", async (t) => {
  const good = { name: "t1", multiQueue: false, vnetHdr: true, offloads: 0, attach: false };
  const bad: [string, unknown][] = [
    ["name", 5],
    ["multiQueue", undefined],
    ["vnetHdr", 1],
    ["offloads", "0"],
    ["offloads", -1],
    ["offloads", 1.5],
    ["attach", null],
    ["addQueue", "no"],
  ];
  for (const [key, value] of bad) {
    const expected = { code: "EINVAL", errno: -EINVAL, syscall: key };
    t.throws(() => call("open", [{ ...good, [key]: value }]), expected, `${key}: ${value}`);
  }
  for (const value of [undefined, null, 5, "t1"]) {
    t.throws(() => call("open", [value]), { code: "EINVAL", syscall: "options" }, String(value));
  }
  const own = new Error("from the getter");
  const throwing = {
    get name(): string {
      throw own;
    },
  };
  t.throws(() => call("open", [throwing]), own, "the caller's own exception comes through");
});
