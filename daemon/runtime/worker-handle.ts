/**
 * One worker seen from the main thread: started, told things, watched, and started again when it
 * dies. Device, counters and heartbeat belong to this side, so a new worker goes on where the old one stopped.
 */
import { Worker } from "node:worker_threads";
import { COUNTER_COUNT } from "../../src/counters.js";
import type { NativeTun } from "../../src/tun/native.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { nat44Identity, sameIdentity } from "./identity.js";
import { LOOP_BYTES, type LoopNumbers, readLoop } from "./loop-times.js";
import type { Nat44Change } from "./nat44-life.js";
import { PORTS_BYTES, type PortsByProtocol, readPorts } from "./nat44-ports.js";
import type { Nat44Answers, Nat44Question, Nat44State } from "./nat44-questions.js";
import { reportRestored, reportShort } from "./worker-log.js";
import type {
  FromWorker,
  Restorable,
  Restored,
  ToWorker,
  WorkerDomain,
  WorkerStart,
} from "./worker-protocol.js";

export interface WorkerQueue {
  readonly fd: number;
  readonly vnetHdr: boolean;
  readonly offloads: number;
  readonly cutsInsideTunnels: boolean;
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

/** The state of a worker's NAT44 at a time of this process's own clock. */
export interface SavedNat44 extends Nat44State {
  readonly savedAtMs: number;
}

type Answer = Extract<FromWorker, { readonly id: number }>;

interface Waiting {
  readonly resolve: (message: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerHandle {
  /** Index of the TUN queue. */
  readonly index: number;
  readonly counters = new SharedArrayBuffer(COUNTER_COUNT * Float64Array.BYTES_PER_ELEMENT);
  readonly #ports = new SharedArrayBuffer(PORTS_BYTES);
  readonly #loop = new SharedArrayBuffer(LOOP_BYTES);
  readonly #heartbeat = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #native: NativeTun;
  readonly #queue: WorkerQueue;
  readonly #wakeFd: number;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #domain: WorkerDomain;
  /** What a worker that has to be started again goes on with. */
  #saved: SavedNat44 | null;
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

  /** `saved` is what an earlier mapd has left. */
  constructor(
    index: number,
    queue: WorkerQueue,
    domain: WorkerDomain,
    native: NativeTun,
    log: Log,
    saved: SavedNat44 | null = null,
  ) {
    this.index = index;
    this.#queue = queue;
    this.#domain = domain;
    this.#native = native;
    this.#log = log;
    this.#saved = saved;
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

  /** Another number, another turn of the loop. */
  get beat(): number {
    return Atomics.load(new Int32Array(this.#heartbeat), 0);
  }

  /** How often the thread had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Of the domain's NAT44; all 0 where it is off, and until the first tick. */
  get ports(): PortsByProtocol {
    return readPorts(new Float64Array(this.#ports));
  }

  /** How busy the loop is, and has been since the first start. */
  get loop(): LoopNumbers {
    return readLoop(this.#loop);
  }

  /** Starts the thread; resolves once its loop runs, with what became of the saved state where there was one. */
  start(): Promise<Restored | null> {
    const data: WorkerStart = {
      domain: this.#domain,
      index: this.index,
      fd: this.#queue.fd,
      wakeFd: this.#wakeFd,
      vnetHdr: this.#queue.vnetHdr,
      offloads: this.#queue.offloads,
      cutsInsideTunnels: this.#queue.cutsInsideTunnels,
      counters: this.counters,
      ports: this.#ports,
      loop: this.#loop,
      heartbeat: this.#heartbeat,
      restorable: this.#restorable(),
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
        if (message.type === "started") resolve(message.restored);
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

  #restorable(): Restorable | null {
    const saved = this.#saved;
    if (saved === null) return null;
    if (!sameIdentity(saved.identity, nat44Identity(this.#domain.settings))) return null;
    return { state: saved.state, elapsedMs: performance.now() - saved.savedAtMs };
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "started":
        this.#alive = true;
        break;
      case "fault":
        this.#log.error({ worker: this.index, fault: message.message }, "fault in the packet path");
        break;
      case "short":
        reportShort(this.#log, message);
        break;
      case "stopped":
        this.#keep(message.state);
        break;
      default:
        this.#waiting.get(message.id)?.resolve(message);
        this.#waiting.delete(message.id);
    }
  }

  #keep(state: Nat44State | null): void {
    this.#saved = state === null ? null : { ...state, savedAtMs: performance.now() };
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

  /**
   * Gives the worker a changed domain; resolves with what that did to its NAT44 sessions. Rejects with nothing changed.
   * `undo`: the domain is the one before the last.
   */
  async configure(domain: WorkerDomain, undo: boolean): Promise<Nat44Change> {
    // A worker that is being started again takes what is current when it starts.
    if (!this.#alive) {
      this.#domain = domain;
      return { kept: true, ended: 0 };
    }
    const answer = await this.#request((id) => ({ type: "configure", id, domain, undo }));
    if (answer.type !== "configured") throw unexpected(this.index, answer);
    this.#domain = domain;
    return answer.change;
  }

  /** Asks the worker's NAT44; rejects where it is not to be had. */
  async ask<K extends Nat44Question["kind"]>(
    question: Extract<Nat44Question, { kind: K }>,
  ): Promise<Nat44Answers[K]> {
    if (!this.#alive) {
      const text = `worker ${this.index} is being started again; try again in a moment`;
      throw new MapdError("worker-failed", text);
    }
    const answer = await this.#request((id) => ({ type: "ask", id, question }));
    if (answer.type !== "answer") throw unexpected(this.index, answer);
    // A message port carries no types; the worker's table gives each question its own kind of answer.
    return answer.answer as Nat44Answers[K];
  }

  /** The state of NAT44 as it was when it was last taken, or null. */
  get saved(): SavedNat44 | null {
    return this.#saved;
  }

  /** Takes the state of NAT44, for the next worker and the next mapd. */
  async save(): Promise<void> {
    this.#keep(await this.ask<"export">({ kind: "export" }));
  }

  #request(messageOf: (id: number) => ToWorker): Promise<Answer> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = deferred<Answer>();
    const timer = setTimeout(() => {
      this.#waiting.delete(id);
      reject(new MapdError("worker-failed", `worker ${this.index} does not answer`));
    }, ANSWER_MS);
    this.#waiting.set(id, { resolve, reject });
    this.#tell(messageOf(id));
    return promise.finally(() => clearTimeout(timer));
  }

  #tell(message: ToWorker): void {
    this.#thread?.postMessage(message);
    this.#native.wake(this.#wakeFd);
  }

  /** Looks at the heartbeat; a thread whose loop is stuck is ended, and so started again. */
  check(nowMs: number): void {
    const { beat } = this;
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
      "worker ended; starting it again",
    );
    this.#restartTimer = setTimeout(() => {
      this.#restarts++;
      this.start().then(
        (restored) => {
          this.#log.info({ worker: this.index }, "worker runs again");
          if (restored !== null) reportRestored(this.#log, restored);
        },
        (error: unknown) => this.#scheduleRestart(String(error)),
      );
    }, this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, RESTART_MAX_MS);
  }
}

function unexpected(index: number, answer: Answer): MapdError {
  const text = answer.type === "refused" ? `refused: ${answer.message}` : `answered ${answer.type}`;
  return new MapdError("worker-failed", `worker ${index} ${text}`);
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
