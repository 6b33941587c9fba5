import { spawnSync } from "node:child_process";
import { test } from "tap";

const HEAP = new URL("../../../daemon/heap.js", import.meta.url).href;
const MIB = 2 ** 20;

/** Makes garbage of which a little lives for a while, as a daemon does that is scraped and reloaded; says how far the heap went. */
const PROGRAM = `
import { getHeapSpaceStatistics } from "node:v8";
import { boundHeap, startThread } from "${HEAP}";
const [bounded, threads] = process.argv.slice(1).map(Number);
if (bounded === 1) boundHeap();
for (let at = 0; at < threads; at++) {
  const thread = startThread(new URL("data:text/javascript,0"), {});
  await new Promise((resolve) => thread.once("exit", resolve));
}
const kept = Array.from({ length: 128 }, () => []);
const most = { new_space: 0, old_space: 0 };
for (let turn = 0; turn < 2500; turn++) {
  kept[turn % kept.length] = Array.from({ length: 400 }, (_, at) => ({ at, turn }));
  for (let at = 0; at < 300; at++) globalThis.garbage = new Array(100).fill(at);
  for (const { space_name: name, physical_space_size: size } of getHeapSpaceStatistics()) {
    if (name in most) most[name] = Math.max(most[name], size);
  }
  if (turn % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify(most));
`;

interface Most {
  readonly new_space: number;
  readonly old_space: number;
}

function run(bounded: boolean, threads: number): Most {
  const args = ["--input-type=module", "-e", PROGRAM, bounded ? "1" : "0", `${threads}`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: {} });
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}

test("the heap stays small whatever becomes garbage, also after threads were started", (t) => {
  const free = run(false, 0);
  t.ok(
    free.new_space > 16 * MIB && free.old_space > 20 * MIB,
    `unbounded: ${JSON.stringify(free)}`,
  );
  for (const threads of [0, 3]) {
    const bounded = run(true, threads);
    const text = `${threads} threads: ${JSON.stringify(bounded)}`;
    t.ok(bounded.new_space <= 4 * MIB, text);
    t.ok(bounded.old_space <= 16 * MIB, text);
  }
  t.end();
});

/** A thread that makes much, and how far its heap and, afterwards, that of the main thread go. */
const BRIEF = `
import { getHeapSpaceStatistics } from "node:v8";
import { boundHeap, startBriefThread } from "${HEAP}";
boundHeap();
const MAKE = \`
const { parentPort } = require("node:worker_threads");
const { getHeapSpaceStatistics } = require("node:v8");
const kept = [];
let most = 0;
for (let turn = 0; turn < 400; turn++) {
  for (let at = 0; at < 2000; at++) kept.push({ at, list: [turn] });
  for (const { space_name: name, physical_space_size: size } of getHeapSpaceStatistics()) {
    if (name === "new_space") most = Math.max(most, size);
  }
}
parentPort.postMessage(most);
\`;
const thread = startBriefThread(new URL("data:text/javascript," + encodeURIComponent("import { createRequire } from 'node:module'; const require = createRequire('/'); " + MAKE)), {});
const brief = await new Promise((resolve) => thread.once("message", resolve));
await new Promise((resolve) => thread.once("exit", resolve));
const kept = Array.from({ length: 128 }, () => []);
let most = 0;
for (let turn = 0; turn < 2500; turn++) {
  kept[turn % kept.length] = Array.from({ length: 400 }, (_, at) => ({ at, turn }));
  for (const { space_name: name, physical_space_size: size } of getHeapSpaceStatistics()) {
    if (name === "new_space") most = Math.max(most, size);
  }
}
process.stdout.write(JSON.stringify({ brief, most }));
`;

test("a thread that makes much and ends is not bounded, and the main thread is again behind it", (t) => {
  const args = ["--input-type=module", "-e", BRIEF];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: {} });
  t.equal(stderr, "");
  const { brief, most } = JSON.parse(stdout);
  t.ok(brief > 8 * MIB, `young generation of the thread: ${brief}`);
  t.ok(most <= 4 * MIB, `young generation of the main thread: ${most}`);
  t.end();
});

/** As a packet worker: a thread that never comes to its event loop, and now and then makes something that lives a while. */
const WORKER = `
import { getHeapSpaceStatistics } from "node:v8";
import { parentPort } from "node:worker_threads";
const alive = Array.from({ length: 40000 }, (_, at) => ({ at, list: [at] }));
const kept = Array.from({ length: 64 }, () => []);
let most = 0;
for (let turn = 0; turn < 4000; turn++) {
  kept[turn % kept.length] = Array.from({ length: 200 }, (_, at) => ({ at, turn }));
  for (let at = 0; at < 20; at++) globalThis.garbage = new Array(100).fill(at);
  for (const { space_name: name, physical_space_size: size } of getHeapSpaceStatistics()) {
    if (name === "old_space") most = Math.max(most, size);
  }
}
parentPort.postMessage({ most, alive: alive.length });
`;

const STARTER = `
import { boundHeap, SMALL_HEAP, startThread } from "${HEAP}";
import { Worker } from "node:worker_threads";
const program = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(WORKER)}));
const bounded = process.argv[1] === "1";
if (bounded) boundHeap();
const thread = (bounded ? startThread : (...all) => new Worker(...all))(program, { resourceLimits: SMALL_HEAP });
thread.once("message", ({ most }) => process.stdout.write(String(most)));
`;

function runThread(bounded: boolean): number {
  const args = ["--input-type=module", "-e", STARTER, bounded ? "1" : "0"];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env: {} });
  if (stderr !== "") throw new Error(stderr);
  return Number(stdout) / MIB;
}

test("so does that of a thread that never comes to its event loop", (t) => {
  const [free, bounded] = [runThread(false), runThread(true)];
  t.ok(bounded < 14, `${bounded} MiB`);
  t.ok(bounded < free - 4, `unbounded: ${free} MiB`);
  t.end();
});
