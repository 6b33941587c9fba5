/**
 * One worker seen from the main thread: started, told things, watched, and started again when it dies or hangs.
 * Device, counters and heartbeat belong to this side, so a new thread goes on where the old one stopped.
 */
import { COUNTER_COUNT } from "../../src/counters.js";
import type { NativeTun } from "../../src/tun/native.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { readThreadUse } from "../system/thread-use.js";
import type { TapStart } from "../trace/taps.js";
import { HangWatch } from "./hang-watch.js";
import { HEARTBEAT_BYTES, readHeartbeat } from "./heartbeat.js";
import { nat44Identity, sameIdentity } from "./identity.js";
import { LOOP_BYTES, type LoopNumbers, readLoop } from "./loop-times.js";
import type { Nat44Change } from "./nat44-life.js";
import { PORTS_BYTES, type PortsByProtocol, readPorts } from "./nat44-ports.js";
import type { Nat44Answers, Nat44Question, Nat44State } from "./nat44-questions.js";
import { reportAgain, reportShort } from "./worker-log.js";
import type {
  FromWorker,
  Restorable,
  Restored,
  WorkerDomain,
  WorkerStart,
} from "./worker-protocol.js";
import { type Answer, WorkerThread } from "./worker-thread.js";

export interface WorkerQueue {
  readonly fd: number;
  /** -1: the queue is the one way in. */
  readonly intakeFd: number;
  readonly vnetHdr: boolean;
  readonly offloads: number;
  readonly cutsInsideTunnels: boolean;
}

/** What a worker tells of its own accord. */
export interface WorkerEvents {
  /** The device that its queue belongs to does not exist any more. */
  gone(): void;
}

/** A worker that fails is started again at once, then after a pause that is doubled each time until it has run for a while. */
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;
const SETTLED_MS = 60_000;

/** The state of a worker's NAT44 at a time of this process's own clock. */
export interface SavedNat44 extends Nat44State {
  readonly savedAtMs: number;
}

/** A failure that a thread is being started for. */
export interface Failed {
  readonly cause: "died" | "hung";
  /** When the loop last turned, as far as is known. */
  readonly atMs: number;
}

export class WorkerHandle {
  /** Index of the TUN queue. */
  readonly index: number;
  readonly counters = new SharedArrayBuffer(COUNTER_COUNT * Float64Array.BYTES_PER_ELEMENT);
  readonly #ports = new SharedArrayBuffer(PORTS_BYTES);
  readonly #loop = new SharedArrayBuffer(LOOP_BYTES);
  readonly #heartbeat = new SharedArrayBuffer(HEARTBEAT_BYTES);
  readonly #native: NativeTun;
  readonly #wakeFd: number;
  readonly #log: Log;
  readonly #events: WorkerEvents;
  readonly #watch = new HangWatch();
  #queue: WorkerQueue;
  #domain: WorkerDomain;
  #taps: readonly TapStart[] = [];
  /** What a worker that has to be started again goes on with. */
  #saved: SavedNat44 | null;
  #thread: WorkerThread | null = null;
  /** True while no thread is wanted. */
  #paused = false;
  #restarts = 0;
  #hangs = 0;
  #pauseMs = 0;
  #startedAtMs = 0;
  /** When the loop of the present thread stopped to turn; null while it is not known to hang. */
  #hungAtMs: number | null = null;
  #restartTimer: NodeJS.Timeout | null = null;

  /** `saved` is what an earlier mapd has left. */
  constructor(
    index: number,
    queue: WorkerQueue,
    domain: WorkerDomain,
    native: NativeTun,
    log: Log,
    events: WorkerEvents,
    saved: SavedNat44 | null = null,
  ) {
    this.index = index;
    this.#queue = queue;
    this.#domain = domain;
    this.#native = native;
    this.#log = log;
    this.#events = events;
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
    return this.#thread?.running === true;
  }

  /** False while no thread is meant to run: the device is gone. */
  get wanted(): boolean {
    return !this.#paused;
  }

  /** How often the thread had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** How often of those because its loop hung. */
  get hangs(): number {
    return this.#hangs;
  }

  /** Another number, another turn of the loop. */
  get beat(): number {
    return readHeartbeat(this.#heartbeat).beat;
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
    const wake = (): void => void this.#native.wake(this.#wakeFd);
    const thread = new WorkerThread(this.#startData(), wake, (message) => this.#receive(message));
    this.#thread = thread;
    this.#startedAtMs = performance.now();
    this.#watch.begin(this.#startedAtMs);
    void thread.ended.then((reason) => this.#ended(thread, reason));
    return thread.started;
  }

  #startData(): WorkerStart {
    return {
      domain: this.#domain,
      index: this.index,
      fd: this.#queue.fd,
      intakeFd: this.#queue.intakeFd,
      wakeFd: this.#wakeFd,
      vnetHdr: this.#queue.vnetHdr,
      offloads: this.#queue.offloads,
      cutsInsideTunnels: this.#queue.cutsInsideTunnels,
      counters: this.counters,
      ports: this.#ports,
      loop: this.#loop,
      heartbeat: this.#heartbeat,
      taps: this.#taps,
      restorable: this.#restorable(),
    };
  }

  #restorable(): Restorable | null {
    const saved = this.#saved;
    if (saved === null) return null;
    if (!sameIdentity(saved.identity, nat44Identity(this.#domain.settings))) return null;
    return { state: saved.state, elapsedMs: performance.now() - saved.savedAtMs };
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case "fault":
        this.#log.error({ worker: this.index, fault: message.message }, "fault in the packet path");
        break;
      case "short":
        reportShort(this.#log, message);
        break;
      case "gone":
        this.#events.gone();
        break;
      case "stopped":
        this.#keep(message.state);
        break;
      default:
        break;
    }
  }

  #keep(state: Nat44State | null): void {
    this.#saved = state === null ? null : { ...state, savedAtMs: performance.now() };
  }

  /**
   * Gives the worker a changed domain; resolves with what that did to its NAT44 sessions. Rejects with nothing changed.
   * `undo`: the domain is the one before the last.
   */
  async configure(domain: WorkerDomain, undo: boolean): Promise<Nat44Change> {
    // One that is just starting has been given the domain before; one that is to be started takes what is current then.
    await this.#thread?.started.catch(() => null);
    const thread = this.#thread;
    if (thread?.running !== true) {
      this.#domain = domain;
      return { kept: true, ended: 0 };
    }
    const answer = await thread.request((id) => ({ type: "configure", id, domain, undo }));
    if (answer.type !== "configured") throw unexpected(this.index, answer);
    this.#domain = domain;
    return answer.change;
  }

  /** From now on the worker traces packets for these, and for nobody else; so does one that takes its place. */
  setTaps(taps: readonly TapStart[]): void {
    this.#taps = taps;
    this.#thread?.tell({ type: "trace", taps });
  }

  /** Asks the worker's NAT44; rejects where it is not to be had. */
  async ask<K extends Nat44Question["kind"]>(
    question: Extract<Nat44Question, { kind: K }>,
  ): Promise<Nat44Answers[K]> {
    const thread = this.#thread;
    if (thread?.running !== true) {
      const text = `worker ${this.index} is being started again; try again in a moment`;
      throw new MapdError("worker-failed", text);
    }
    const answer = await thread.request((id) => ({ type: "ask", id, question }));
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

  /** Looks at the heartbeat; a thread whose loop hangs is ended, and another one takes its place. Due every LOOK_MS. */
  look(nowMs: number): void {
    const thread = this.#thread;
    if (thread?.running !== true) return;
    const use = () => readThreadUse(thread.threadId);
    if (!this.#watch.isHung(readHeartbeat(this.#heartbeat), nowMs, use)) return;
    const { stoodMs } = this.#watch;
    this.#log.error(
      { worker: this.index, stoodMs: Math.round(stoodMs) },
      "worker hangs: its loop has not turned",
    );
    this.#watch.begin(nowMs);
    this.#hungAtMs = nowMs - stoodMs;
    void thread.terminate();
  }

  /** Ends the thread at once, as a fault would; it is started again. */
  async kill(): Promise<void> {
    await this.#thread?.terminate();
  }

  /** Ends the thread until `resume()`; what its NAT44 holds is kept. */
  async pause(): Promise<void> {
    this.#paused = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
    await this.#thread?.stop();
  }

  /** Starts the thread again, over another queue; resolves as `start()` does. */
  resume(queue: WorkerQueue): Promise<Restored | null> {
    this.#queue = queue;
    this.#paused = false;
    return this.start();
  }

  /** Ends the thread for good and gives its wake-up descriptor back. */
  async stop(): Promise<void> {
    await this.pause();
    this.#native.close(this.#wakeFd);
  }

  #ended(thread: WorkerThread, reason: MapdError): void {
    if (this.#thread !== thread) return;
    this.#thread = null;
    const hungAtMs = this.#hungAtMs;
    this.#hungAtMs = null;
    // Who started a thread that never ran has been told.
    if (this.#paused || !thread.hasRun) return;
    if (hungAtMs !== null) this.#hangs++;
    const failed: Failed =
      hungAtMs === null
        ? { cause: "died", atMs: performance.now() }
        : { cause: "hung", atMs: hungAtMs };
    if (performance.now() - this.#startedAtMs > SETTLED_MS) this.#pauseMs = 0;
    this.#scheduleRestart(failed, reason.message);
  }

  #scheduleRestart(failed: Failed, reason: string): void {
    const inMs = this.#pauseMs;
    const { cause } = failed;
    this.#log.error({ worker: this.index, cause, reason, inMs }, "worker is started again");
    this.#pauseMs = Math.min(Math.max(inMs * 2, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
    this.#restartTimer = setTimeout(() => void this.#restart(failed), inMs);
  }

  async #restart(failed: Failed): Promise<void> {
    this.#restartTimer = null;
    this.#restarts++;
    const saved = this.#saved;
    try {
      const restored = await this.start();
      reportAgain(this.#log, this.index, failed, saved, restored);
    } catch (error) {
      if (!this.#paused) this.#scheduleRestart(failed, String(error));
    }
  }
}

function unexpected(index: number, answer: Answer): MapdError {
  const text = answer.type === "refused" ? `refused: ${answer.message}` : `answered ${answer.type}`;
  return new MapdError("worker-failed", `worker ${index} ${text}`);
}
