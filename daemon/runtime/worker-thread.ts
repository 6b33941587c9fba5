/**
 * One run of a worker thread: started, told things, ended. What happens after its end is worker-handle.ts's to decide.
 */
import type { Worker } from "node:worker_threads";
import { MapdError } from "../errors.js";
import { SMALL_HEAP, startThread } from "../heap.js";
import type { FromWorker, Restored, ToWorker, WorkerStart } from "./worker-protocol.js";

/** How long a worker may take to start or to answer, milliseconds. */
const ANSWER_MS = 10_000;

/** How long it may take to end by itself, and then to end when it is told to end at once. */
const STOP_MS = 3_000;
const TERMINATE_MS = 100;

export type Answer = Extract<FromWorker, { readonly id: number }>;

interface Waiting {
  readonly resolve: (message: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerThread {
  /** Resolves once the loop runs, with what became of the saved state where there was one; rejects where it never does. */
  readonly started: Promise<Restored | null>;
  /** Why the thread has ended; resolves also where it does not end although it must. */
  readonly ended: Promise<MapdError>;
  readonly #index: number;
  readonly #thread: Worker;
  readonly #wake: () => void;
  readonly #start = deferred<Restored | null>();
  readonly #end = deferred<MapdError>();
  readonly #startTimer: NodeJS.Timeout;
  readonly #waiting = new Map<number, Waiting>();
  #phase: "starting" | "running" | "ended" = "starting";
  #hasRun = false;
  #threadId: number | null = null;
  #nextId = 1;

  /** `wake` ends the loop's sleep; `onMessage` gets what is no answer. */
  constructor(start: WorkerStart, wake: () => void, onMessage: (message: FromWorker) => void) {
    this.#index = start.index;
    this.#wake = wake;
    this.started = this.#start.promise;
    this.ended = this.#end.promise;
    this.#thread = startThread(new URL("./worker.js", import.meta.url), {
      workerData: start,
      name: `${start.domain.settings.name}/${start.index}`,
      resourceLimits: SMALL_HEAP,
    });
    this.#startTimer = setTimeout(() => void this.terminate(), ANSWER_MS);
    let cause: unknown;
    this.#thread.on("message", (message: FromWorker) => this.#receive(message, onMessage));
    this.#thread.on("error", (error: unknown) => {
      cause = error;
    });
    this.#thread.on("exit", (code) => {
      this.#finish(cause instanceof Error ? cause.message : `exit code ${code}`, cause);
    });
  }

  /** True while the thread runs its loop. */
  get running(): boolean {
    return this.#phase === "running";
  }

  /** True once the loop has run, also when the thread has ended since. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  /** The kernel's number; null until the loop runs, or where it cannot be known. */
  get threadId(): number | null {
    return this.#threadId;
  }

  #receive(message: FromWorker, onMessage: (message: FromWorker) => void): void {
    if (this.#phase === "ended") return;
    if ("id" in message) {
      this.#waiting.get(message.id)?.resolve(message);
      this.#waiting.delete(message.id);
      return;
    }
    if (message.type === "started") {
      clearTimeout(this.#startTimer);
      this.#phase = "running";
      this.#hasRun = true;
      this.#threadId = message.threadId;
      this.#start.resolve(message.restored);
    }
    onMessage(message);
  }

  #finish(reason: string, cause?: unknown): void {
    if (this.#phase === "ended") return;
    clearTimeout(this.#startTimer);
    this.#phase = "ended";
    const error = new MapdError("worker-failed", `worker ${this.#index} ended: ${reason}`, {
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    if (!this.#hasRun) this.#start.reject(error);
    this.#end.resolve(error);
  }

  /** Sends a message that has an answer; rejects where none comes. */
  request(messageOf: (id: number) => ToWorker): Promise<Answer> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = deferred<Answer>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      reject(new MapdError("worker-failed", `worker ${this.#index} does not answer`));
    }, ANSWER_MS);
    this.#waiting.set(id, { resolve, reject });
    this.tell(messageOf(id));
    return promise.finally(() => clearTimeout(timer));
  }

  tell(message: ToWorker): void {
    this.#thread.postMessage(message);
    this.#wake();
  }

  /** Ends the loop, which then says what its NAT44 holds; a loop that does not turn is ended at once. */
  async stop(): Promise<void> {
    this.tell({ type: "stop" });
    const timer = setTimeout(() => void this.terminate(), STOP_MS);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends the thread at once. One that is held in the kernel cannot be ended: it is left to itself, and never heard again. */
  async terminate(): Promise<void> {
    void this.#thread.terminate();
    this.#wake();
    const timer = setTimeout(
      () => this.#finish("it does not end; it is left behind"),
      TERMINATE_MS,
    );
    await this.ended;
    clearTimeout(timer);
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
