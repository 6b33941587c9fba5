import "./own-namespace.js";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { test } from "tap";
import { ip, MODES, native, openUp, send, udpSocket } from "./device.js";
import type { WaiterAnswer } from "./waiter.js";

const TIMEOUT = 0;
const READABLE = 1;
const WOKEN = 2;
const LONG_MS = 20_000;

function elapsed(body: () => void): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

test("wait: timeout, woken, readable, both", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  const wakeFd = native.createWake();
  const socket = await udpSocket(4000);
  t.teardown(() => {
    socket.close();
    native.close(wakeFd);
    native.close(fd);
  });
  const took = elapsed(() => t.equal(native.wait(fd, wakeFd, 50, -1), TIMEOUT));
  t.ok(took >= 49 && took < 5000, `timeout of 50 ms took ${took} ms`);
  t.equal(native.wait(fd, wakeFd, 0, -1), TIMEOUT);

  t.equal(native.wake(wakeFd), 0);
  t.equal(native.wake(wakeFd), 0);
  t.equal(native.wait(fd, wakeFd, LONG_MS, -1), WOKEN, "woken before it waits");
  t.equal(native.wait(fd, wakeFd, 0, -1), TIMEOUT, "two wake-ups are one");

  await send(socket, Uint8Array.of(1), 5000);
  t.equal(native.wait(fd, wakeFd, -1, -1), READABLE);
  native.wake(wakeFd);
  t.equal(native.wait(fd, wakeFd, -1, -1), READABLE | WOKEN);
  t.equal(native.wait(fd, wakeFd, -1, -1), READABLE, "readable until read");
});

/** A worker thread that loads the addon itself and waits on descriptors of the main thread. */
function startWaiter(fd: number, wakeFd: number): Worker {
  const workerData = { fd, wakeFd, timeoutMs: LONG_MS };
  return new Worker(new URL("./waiter.js", import.meta.url), { workerData });
}

async function answer(worker: Worker): Promise<WaiterAnswer> {
  const [message]: WaiterAnswer[] = await once(worker, "message");
  if (message === undefined) throw new Error("the worker said nothing");
  return message;
}

test("wait in another thread is woken, and is readable when a packet comes", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  const wakeFd = native.createWake();
  const socket = await udpSocket(4000);
  const worker = startWaiter(fd, wakeFd);
  t.teardown(async () => {
    await worker.terminate();
    socket.close();
    native.close(wakeFd);
    native.close(fd);
  });
  t.equal((await answer(worker)).event, "waiting");
  native.wake(wakeFd);
  const woken = await answer(worker);
  t.match(woken, { event: "returned", result: WOKEN });
  t.ok(woken.tookMs < LONG_MS / 2, "long before the timeout");

  worker.postMessage("again");
  t.equal((await answer(worker)).event, "waiting");
  await send(socket, Uint8Array.of(1), 5000);
  t.match(await answer(worker), { event: "returned", result: READABLE });

  const exit = once(worker, "exit");
  await worker.terminate();
  await exit;
  const arena = new Uint8Array(4096);
  const lengths = new Uint32Array(1);
  t.equal(
    native.readBatch(fd, true, arena, 4096, 256, lengths, 1, -1),
    1,
    "the device outlives the worker, and so does the packet",
  );
  t.equal(lengths[0], 29);
});

test("a device that is deleted is readable and the read says so", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  const wakeFd = native.createWake();
  t.teardown(() => {
    native.close(wakeFd);
    native.close(fd);
  });
  ip("link", "del", "dev", "t0");
  t.equal(native.wait(fd, wakeFd, LONG_MS, -1), READABLE);
  const arena = new Uint8Array(4096);
  const EBADFD = 77;
  t.equal(native.readBatch(fd, true, arena, 4096, 256, new Uint32Array(1), 1, -1), -EBADFD);
});

test("one wake-up is enough for a waiter that is late", async (t) => {
  const { fd } = openUp("t0", MODES[0]);
  const wakeFd = native.createWake();
  t.teardown(() => {
    native.close(wakeFd);
    native.close(fd);
  });
  native.wake(wakeFd);
  const worker = startWaiter(fd, wakeFd);
  t.teardown(() => worker.terminate());
  t.equal((await answer(worker)).event, "waiting");
  t.match(await answer(worker), { event: "returned", result: WOKEN });
});
