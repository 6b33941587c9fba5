/**
 * A thread that allocates 40 MiB in blocks and frees them. Arguments: "bound" or "unbound"; KiB of a block; how many blocks
 * there are to each one that stays, 0: none stays. Prints how much resident memory has grown, MiB.
 */
import { setImmediate } from "node:timers/promises";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { loadNativeSystem } from "../../daemon/native-loader.js";

const MIB = 2 ** 20;
const ALL = 40 * MIB;

/** V8 frees blocks beside the thread: waits until no more than so many bytes of them are left. */
async function collect(left: number): Promise<void> {
  while (process.memoryUsage().arrayBuffers > left + MIB) {
    globalThis.gc?.();
    await setImmediate();
  }
}

async function measure(blockLen: number, stride: number): Promise<void> {
  const system = loadNativeSystem();
  const before = process.memoryUsage.rss();
  const grown = (): number => Math.round((process.memoryUsage.rss() - before) / MIB);
  // glibc keeps the more the larger a block was that had pages of its own.
  new Uint8Array(31 * MIB).fill(1);
  await collect(0);
  let blocks = Array.from({ length: ALL / blockLen }, () => new Uint8Array(blockLen).fill(1));
  const used = grown();
  blocks = blocks.filter((_, at) => stride > 0 && (at + 1) % stride === 0);
  await collect(blocks.length * blockLen);
  const freed = grown();
  system.trimMalloc();
  process.stdout.write(JSON.stringify({ used, freed, trimmed: grown() }));
}

if (isMainThread) {
  const [, , bounds, blockKib, stride] = process.argv;
  if (bounds === "bound") loadNativeSystem().boundMalloc();
  const workload = { blockLen: Number(blockKib) * 1024, stride: Number(stride) };
  new Worker(new URL(import.meta.url), { workerData: workload });
} else {
  await measure(workerData.blockLen, workerData.stride);
}
