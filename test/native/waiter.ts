/** A worker thread that tells when it is about to wait and what the wait returned; any message starts it again. */
import { parentPort, workerData } from "node:worker_threads";
import { loadNativeTun } from "../../daemon/native-loader.js";

export type WaiterAnswer =
  | { readonly event: "waiting"; readonly tookMs: 0 }
  | { readonly event: "returned"; readonly result: number; readonly tookMs: number };

interface WaiterData {
  readonly fd: number;
  readonly wakeFd: number;
  readonly timeoutMs: number;
}

const { fd, wakeFd, timeoutMs }: WaiterData = workerData;
const native = loadNativeTun();

function post(answer: WaiterAnswer): void {
  parentPort?.postMessage(answer);
}

function waitOnce(): void {
  post({ event: "waiting", tookMs: 0 });
  const start = performance.now();
  const result = native.wait(fd, wakeFd, timeoutMs, -1);
  post({ event: "returned", result, tookMs: performance.now() - start });
}

parentPort?.on("message", waitOnce);
waitOnce();
