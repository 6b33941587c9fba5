/**
 * One worker seen from the main thread: started, told things, watched, and started again when it
 * dies. Device, counters and heartbeat belong to this side, so a new worker goes on where the old one stopped.
 */
import { Worker } from "node:worker_threads";
import { COUNTER_COUNT } from "../../src/counters.js";
import type { NativeTun } from "../../src/tun/native.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import type { FromWorker, ToWorker, WorkerDomain, WorkerStart } from "./worker-protocol.js";

export interface WorkerQueue {
  readonly fd: number;
  readonly vnetHdr: boolean;
  readonly offloads: number;
}

/** How long a worker may take to start, to answer, or to stop, milliseconds. */
const ANSWER_MS = 10_000;
const STOP_MS = 3_000;

/** Pause before a worker that died is started again; doubled each time, reset once it has run for a while. */
const RESTART_MS = 100;
const RESTART_MAX_MS = 10_000;
const SETTLED_MS = 60_000;

/** A loop that has not turned for this long is stuck. Its longest sleep is a second. */
const STUCK_MS = 15_000;

interface Waiting {
  readonly resolve: (message: FromWorker) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerHandle {
  /** Index of the TUN queue. */
  readonly index: number;
  readonly counters = new SharedArrayBuffer(COUNTER_COUNT * Float64Array.BYTES_PER_ELEMENT);
  readonly #heartbeat = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #native: NativeTun;
  readonly #queue: WorkerQueue;
  readonly #wakeFd: number;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #domain: WorkerDomain;
  #thread: Worker | null = null;
  #alive = false;
  #stopping = false;
  #restarts = 0;
  #backoffMs = RESTART_MS;
  #startedAtMs = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #nextId = 1;
  #seenBeat = 0;
  #seenAtMs = 0;

  constructor(
    index: number,
    queue: WorkerQueue,
    domain: WorkerDomain,
    native: NativeTun,
    log: Log,
  ) {
    this.index = index;
    this.#queue = queue;
    this.#domain = domain;
    this.#native = native;
    this.#log = log;
    this.#wakeFd = native.createWake();
    if (this.#wakeFd < 0) {
      throw new MapdError(
        "worker-failed",
        `cannot make a wake-up descriptor: errno ${-this.#wakeFd}`,
      );
    }
  }

  /** True while the thread runs its loop. */
  get alive(): boolean {
    return this.#alive;
  }

  /** How often the thread had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts the thread; resolves once its loop runs. */
  start(): Promise<void> {
    const data: WorkerStart = {
      domain: this.#domain,
      fd: this.#queue.fd,
      wakeFd: this.#wakeFd,
      vnetHdr: this.#queue.vnetHdr,
      offloads: this.#queue.offloads,
      counters: this.counters,
      heartbeat: this.#heartbeat,
    };
    const thread = new Worker(new URL("./worker.js", import.meta.url), {
      workerData: data,
      name: `${data.domain.settings.name}/${this.index}`,
    });
    this.#thread = thread;
    this.#startedAtMs = performance.now();
    this.#seenAtMs = this.#startedAtMs;
    return new Promise((resolve, reject) => {
      let cause: unknown;
      thread.on("message", (message: FromWorker) => {
        this.#receive(message);
        if (message.type === "started") resolve();
      });
      thread.on("error", (error: unknown) => {
        cause = error;
      });
      thread.on("exit", (code) => {
        const reason = cause instanceof Error ? cause.message : `exit code ${code}`;
        const text = `worker ${this.index} ended: ${reason}`;
        const wasAlive = this.#ended(new MapdError("worker-failed", text, { cause }));
        if (wasAlive) this.#scheduleRestart(reason);
        else reject(new MapdError("worker-failed", text, { cause }));
      });
    });
  }

  #receive(message: FromWorker): void {
    if (message.type === "started") {
      this.#alive = true;
    } else if (message.type === "fault") {
      this.#log.error({ worker: this.index, fault: message.message }, "fault in the packet path");
    } else {
      this.#waiting.get(message.id)?.resolve(message);
      this.#waiting.delete(message.id);
    }
  }

  /** Returns whether the loop was running. */
  #ended(error: MapdError): boolean {
    const wasAlive = this.#alive;
    this.#thread = null;
    this.#alive = false;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    return wasAlive;
  }

  /** Gives the worker a changed domain; resolves with whether its NAT44 sessions stay. Rejects with nothing changed. */
  async configure(domain: WorkerDomain): Promise<boolean> {
    // A worker that is being started again takes what is current when it starts.
    if (!this.#alive) {
      this.#domain = domain;
      return false;
    }
    const answer = await this.#ask(domain);
    if (answer.type === "refused") {
      throw new MapdError("worker-failed", `worker ${this.index} refused: ${answer.message}`);
    }
    this.#domain = domain;
    return answer.type === "configured" && answer.sessionsKept;
  }

  #ask(domain: WorkerDomain): Promise<FromWorker> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = deferred<FromWorker>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      reject(new MapdError("worker-failed", `worker ${this.index} does not answer`));
    }, ANSWER_MS);
    this.#waiting.set(id, { resolve, reject });
    this.#tell({ type: "configure", id, domain });
    return promise.finally(() => clearTimeout(timer));
  }

  #tell(message: ToWorker): void {
    this.#thread?.postMessage(message);
    this.#native.wake(this.#wakeFd);
  }

  /** Looks at the heartbeat; a thread whose loop is stuck is ended, and so started again. */
  check(nowMs: number): void {
    const beat = Atomics.load(new Int32Array(this.#heartbeat), 0);
    if (beat !== this.#seenBeat || !this.#alive) {
      this.#seenBeat = beat;
      this.#seenAtMs = nowMs;
    } else if (nowMs - this.#seenAtMs > STUCK_MS) {
      this.#seenAtMs = nowMs;
      this.#log.error({ worker: this.index }, "worker is stuck; starting it again");
      void this.kill();
    }
  }

  /** Ends the thread at once, as a fault would; it is started again. */
  async kill(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** Ends the thread for good and gives its wake-up descriptor back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    const thread = this.#thread;
    if (thread !== null) {
      const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
      this.#tell({ type: "stop" });
      const timer = setTimeout(() => void thread.terminate(), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    this.#native.close(this.#wakeFd);
  }

  #scheduleRestart(reason: string): void {
    if (this.#stopping) return;
    if (performance.now() - this.#startedAtMs > SETTLED_MS) this.#backoffMs = RESTART_MS;
    this.#log.error(
      { worker: this.index, reason, inMs: this.#backoffMs },
      "worker ended; starting it again (NAT44 sessions of this queue are lost)",
    );
    this.#restartTimer = setTimeout(() => {
      this.#restarts++;
      this.start().then(
        () => this.#log.info({ worker: this.index }, "worker runs again"),
        (error: unknown) => this.#scheduleRestart(String(error)),
      );
    }, this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, RESTART_MAX_MS);
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
