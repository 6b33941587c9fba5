/* What goes back to the kernel: pages of a buffer, and what malloc() keeps. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "tap";
import { loadNativeTun } from "../../daemon/native-loader.js";

const native = loadNativeTun();
const MIB = 2 ** 20;
const PAGE = 4096;

test("pages that are given back are zeros, the bytes before and behind them stay", async (t) => {
  const buffer = new ArrayBuffer(64 * PAGE);
  const all = new Uint8Array(buffer).fill(0xa5);
  const [at, end] = [10 * PAGE + 17, 50 * PAGE + 23];
  t.equal(native.releasePages(all.subarray(0, end), at), 0);
  const first = all.indexOf(0);
  const last = all.lastIndexOf(0);
  t.equal((last + 1 - first) % PAGE, 0, "whole pages");
  t.ok(first >= at && first < at + PAGE, `from ${first}`);
  t.ok(last < end && last >= end - PAGE, `to ${last}`);
  t.ok(all.subarray(first, last + 1).every((byte) => byte === 0));
  t.ok(all.subarray(0, first).every((byte) => byte === 0xa5));
  t.ok(all.subarray(last + 1).every((byte) => byte === 0xa5));
  all.fill(0x5a);
  t.ok(
    all.every((byte) => byte === 0x5a),
    "and can be written again",
  );
});

test("pages that are given back take no memory", async (t) => {
  const memory = new Uint8Array(64 * MIB).fill(1);
  const before = process.memoryUsage.rss();
  t.equal(native.releasePages(memory, 4 * MIB), 0);
  const released = before - process.memoryUsage.rss();
  t.ok(released > 50 * MIB, `${released} bytes`);
  t.equal(memory[4 * MIB - 1], 1);
});

test("the kernel knows where huge pages are wanted", async (t) => {
  const memory = new Uint8Array(new SharedArrayBuffer(16 * MIB));
  const wanted = (): number => {
    const areas = readFileSync("/proc/self/smaps", "utf8").split(/^VmFlags:/m);
    // Flags of an area stand behind all else that is said of it.
    return areas.reduce((sum, area, i) => {
      const isWanted = / hg\b/.test(areas[i + 1]?.split("\n", 1)[0] ?? "");
      return isWanted ? sum + Number(/^Size: +(\d+) kB/m.exec(area)?.[1]) : sum;
    }, 0);
  };
  t.equal(wanted(), 0);
  if (existsSync("/sys/kernel/mm/transparent_hugepage")) {
    t.equal(native.askHugePages(memory), 0);
    t.ok(wanted() >= 15 * 1024, `${wanted()} KiB`);
  } else {
    t.equal(native.askHugePages(memory), -22);
  }
  t.ok(memory.every((byte) => byte === 0));
});

interface Kept {
  /** MiB of resident memory: with all blocks in use, when they are free, after trimMalloc(). */
  readonly used: number;
  readonly freed: number;
  readonly trimmed: number;
}

/** Runs malloc-child: what a process keeps of 40 MiB in blocks. */
function kept(bounds: "bound" | "unbound", blockKib: number, stride: number): Kept {
  const child = fileURLToPath(new URL("malloc-child.js", import.meta.url));
  const words = ["--expose-gc", child, bounds, String(blockKib), String(stride)];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8", timeout: 30_000 }));
}

test("large blocks that are freed stay with the process, but not where malloc is bounded", async (t) => {
  const unbound = kept("unbound", 1024, 0);
  t.ok(unbound.used > 30 && unbound.freed > 30, JSON.stringify(unbound));
  const bound = kept("bound", 1024, 0);
  t.ok(bound.used > 30 && bound.freed < 10, JSON.stringify(bound));
});

test("what lies between blocks that are in use goes back when it is asked for", async (t) => {
  const bound = kept("bound", 64, 64);
  t.ok(bound.freed > 30 && bound.trimmed < 10, JSON.stringify(bound));
});
