/** Entry of a worker thread: one TUN queue, one loop that never returns to the event loop. */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { loadNativeTun } from "../native-loader.js";
import { ownThreadId } from "../system/thread-use.js";
import { tuneEngine } from "./engine.js";
import { PacketWorker } from "./packet-worker.js";
import { createRandom } from "./random.js";
import type { FromWorker, ToWorker, WorkerStart } from "./worker-protocol.js";

tuneEngine();

const port = parentPort;
if (port === null) throw new Error("worker.js is started by mapd, not by hand");

function send(message: FromWorker): void {
  port?.postMessage(message);
}

/** Handles one message; false ends the loop. */
function handle(worker: PacketWorker, message: ToWorker): boolean {
  if (message.type === "stop") return false;
  try {
    if (message.type === "ask") {
      send({ type: "answer", id: message.id, answer: worker.answer(message.question) });
    } else if (message.type === "trace") {
      worker.trace(message.taps);
    } else {
      const change = worker.configure(message.domain, message.undo);
      send({ type: "configured", id: message.id, change });
    }
  } catch (error) {
    if (!("id" in message)) throw error;
    send({ type: "refused", id: message.id, message: String(error) });
  }
  return true;
}

const start: WorkerStart = workerData;
const worker = new PacketWorker(start, loadNativeTun(), createRandom(), {
  fault(fault) {
    const message = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    send({ type: "fault", message });
  },
  short(refusals, top) {
    send({ type: "short", refusals, top });
  },
  gone() {
    send({ type: "gone" });
  },
});
send({ type: "started", restored: worker.restored, threadId: ownThreadId() });

function runLoop(from: MessagePort): void {
  let running = true;
  while (running) {
    if (!worker.turn()) continue;
    // One wake-up may stand for several messages.
    for (;;) {
      const received: { message: ToWorker } | undefined = receiveMessageOnPort(from);
      if (received === undefined) break;
      running = handle(worker, received.message) && running;
    }
  }
}

/** The last word: what its NAT44 holds, where that can still be read. */
function leave(): void {
  try {
    send({ type: "stopped", state: worker.state() });
  } catch {
    // A NAT44 that cannot be read is not handed on; the main thread has the state before.
  }
}

try {
  runLoop(port);
} finally {
  leave();
}
// An open port would keep the thread alive.
port.close();
