/** The packet loop of one TUN queue, as an object: worker.ts runs it in a thread. */

import { COUNTER_COUNT, COUNTERS } from "../../src/counters.js";
import { RuleTable } from "../../src/map/rule-table.js";
import type { Nat44 } from "../../src/nat44/nat44.js";
import type { HostRow, Refusals } from "../../src/nat44/records.js";
import { createPipeline } from "../../src/pipeline/create.js";
import type { Pipeline } from "../../src/pipeline/packet-io.js";
import { HITS_A_RULE } from "../../src/pipeline/rule-hits.js";
import { Arena, SLOT_LEN } from "../../src/tun/arena.js";
import { BatchLoop } from "../../src/tun/batch-loop.js";
import { CuttingQueue } from "../../src/tun/cutting-queue.js";
import { Moderation } from "../../src/tun/moderation.js";
import type { NativeTun } from "../../src/tun/native.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { Tap, type TappedDomain } from "../../src/tun/trace/tap.js";
import { type TapStart, watchersOf } from "../trace/taps.js";
import { Heart } from "./heartbeat.js";
import { LoopTimes } from "./loop-times.js";
import { answerNat44 } from "./nat44-answers.js";
import { type Nat44Change, Nat44Life } from "./nat44-life.js";
import { publishPorts } from "./nat44-ports.js";
import type { Nat44Answers, Nat44Question, Nat44State } from "./nat44-questions.js";
import {
  BATCH_SIZE,
  type Restored,
  WAIT_MS,
  type WorkerDomain,
  type WorkerStart,
} from "./worker-protocol.js";

/** A tick is due at least this often, milliseconds. */
const TICK_MS = 1000;

/** So often, milliseconds, memory goes back that few batches need: a burst of large packets leaves 17 MB behind. */
const RELEASE_MS = 10_000;

/** Messages wait no longer than this, milliseconds, for packets that keep coming. */
const TURN_MS = 50;

/** Pause after a read error, so that a device that is gone does not burn a core. */
const ERROR_PAUSE_MS = 100;

/** Refusals of NAT44 are told at once, and then once in so many milliseconds, with so many hosts. */
const SHORT_MS = 60_000;
const SHORT_HOSTS = 3;

/** The pipeline's tick writes these; what an earlier pipeline or thread wrote does not hold any more. */
const GAUGES = COUNTERS.flatMap((row, index) => (row.kind === "gauge" ? [index] : []));

export interface PacketWorkerEvents {
  /** What the pipeline threw; at most once a second. */
  fault(fault: unknown): void;
  /** NAT44 refused packets for want of ports or room; with the hosts that hold the most ports. */
  short(refusals: Refusals, top: readonly HostRow[]): void;
  /** The device does not exist any more. */
  gone(): void;
}

export class PacketWorker {
  readonly #native: NativeTun;
  readonly #start: WorkerStart;
  readonly #random: () => number;
  readonly #events: PacketWorkerEvents;
  readonly #arena: Arena;
  readonly #counters: Float64Array;
  readonly #ports: Float64Array;
  readonly #heart: Heart;
  readonly #loop: BatchLoop;
  readonly #times: LoopTimes;
  readonly #moderation = new Moderation(BATCH_SIZE);
  readonly #life: Nat44Life;
  #domain: WorkerDomain;
  /** null while nobody traces. */
  #tap: Tap | null = null;
  /** What became of the state that the worker was started with; null where there was none. */
  readonly restored: Restored | null;
  #nextTickMs = 0;
  #nextReleaseMs = 0;
  #nextShortMs = 0;
  #isGone = false;

  constructor(
    start: WorkerStart,
    native: NativeTun,
    random: () => number,
    events: PacketWorkerEvents,
  ) {
    this.#events = events;
    this.#native = native;
    this.#start = start;
    this.#random = random;
    this.#counters = new Float64Array(start.counters, 0, COUNTER_COUNT);
    this.#ports = new Float64Array(start.ports);
    this.#heart = new Heart(start.heartbeat);
    this.#arena = new Arena(BATCH_SIZE, SLOT_LEN, start.cutsInsideTunnels);
    const { fd, intakeFd, vnetHdr, offloads } = start;
    const plain = new NativeQueue(native, fd, vnetHdr, offloads, intakeFd);
    const cuts = vnetHdr && !start.cutsInsideTunnels && start.domain.settings.mode === "map-e";
    const queue = cuts ? new CuttingQueue(plain, this.#arena.memory) : plain;
    this.#loop = new BatchLoop(queue, this.#arena, this.#counters, BATCH_SIZE);
    this.#times = new LoopTimes(start.loop, performance.now());
    this.#life = new Nat44Life(start.domain.settings, random);
    this.restored = this.#restore(start);
    this.#domain = start.domain;
    this.#loop.setPipeline(this.#newPipeline(start.domain, this.#life.nat44, null));
    this.trace(start.taps);
    this.#clearGauges();
  }

  #restore({ restorable }: WorkerStart): Restored | null {
    if (restorable === null) return null;
    try {
      return this.#life.restore(restorable.state, restorable.elapsedMs, performance.now());
    } catch (error) {
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  /**
   * Swaps the whole domain between two batches; NAT44's sessions go on where the CE's address and port set stay the
   * same. Throws with nothing changed.
   */
  configure(domain: WorkerDomain, undo: boolean): Nat44Change {
    const next = this.#life.prepare(domain.settings, undo, performance.now());
    const pipeline = this.#newPipeline(domain, next.nat44, next.retired);
    this.#loop.setPipeline(pipeline);
    this.#domain = domain;
    this.#tap?.setDomain(tappedDomain(domain));
    this.#life.take(next);
    this.#clearGauges();
    return next.change;
  }

  /** Traces packets for these, and for nobody else. */
  trace(taps: readonly TapStart[]): void {
    const clock = (): number => performance.timeOrigin + performance.now();
    this.#tap =
      taps.length === 0
        ? null
        : new Tap(this.#arena, tappedDomain(this.#domain), watchersOf(taps), clock);
    this.#loop.setTap(this.#tap);
  }

  /** Throws where the domain has no NAT44. */
  answer(question: Nat44Question): Nat44Answers[Nat44Question["kind"]] {
    const { nat44, identity } = this.#life;
    if (nat44 === null || identity === null) throw new Error("the domain has no NAT44");
    return answerNat44({ nat44, identity }, question, performance.now());
  }

  /** What the next NAT44 needs to go on; null where there is none. */
  state(): Nat44State | null {
    const { nat44, identity } = this.#life;
    if (nat44 === null || identity === null) return null;
    return { identity, state: nat44.exportState(performance.now()) };
  }

  /** Serves what waits in the device, then sleeps in the kernel; returns true where it was woken up. */
  turn(): boolean {
    this.#heart.beats();
    let nowMs = performance.now();
    // A stream of packets that never pauses must not keep messages and ticks waiting.
    const untilMs = nowMs + TURN_MS;
    while (nowMs < untilMs) {
      this.#times.looks(nowMs);
      // Whole milliseconds: a fraction would be an object on the heap wherever a function hands it on.
      const count = this.#loop.runOnce(Math.trunc(nowMs));
      if (count === 0) break;
      this.#times.batch(count);
      nowMs = this.#moderated(count);
    }
    this.#tick(Math.trunc(nowMs));
    this.#times.sleeps(performance.now());
    if (this.#loop.readError !== 0) this.#failedRead();
    this.#heart.sleeps();
    const { fd, wakeFd, intakeFd } = this.#start;
    const events = this.#native.wait(fd, wakeFd, WAIT_MS, intakeFd);
    const isWoken = events > 0 && (events & WOKEN) !== 0;
    this.#heart.wakes(isWoken);
    this.#times.wakes(performance.now());
    if (events < 0 && events !== -EINTR) throw new Error(`wait: errno ${-events}`);
    return isWoken;
  }

  /** Says once that the device is gone: its queue is of no use any more, and the main thread makes another. */
  #failedRead(): void {
    if (this.#loop.readError === -EBADFD && !this.#isGone) {
      this.#isGone = true;
      this.#events.gone();
    }
    pause(ERROR_PAUSE_MS);
  }

  /** Waits until the next read is worth while; `count` packets were read. Returns the time then. */
  #moderated(count: number): number {
    const nowMs = performance.now();
    // What cannot be merged gains nothing by coming together.
    if (!this.#start.vnetHdr) return nowMs;
    const pauseMs = this.#moderation.pauseAfter(count, this.#loop.mergedPackets, nowMs);
    if (pauseMs === 0) return nowMs;
    this.#times.sleeps(nowMs);
    pause(pauseMs);
    const wokenMs = performance.now();
    this.#times.wakes(wokenMs);
    return wokenMs;
  }

  #tick(nowMs: number): void {
    if (nowMs < this.#nextTickMs) return;
    this.#nextTickMs = nowMs + TICK_MS;
    this.#times.tick();
    this.#loop.tick(nowMs);
    const fault = this.#loop.takeFault();
    if (fault !== undefined) this.#events.fault(fault);
    this.#release(nowMs);
    this.#life.tick(nowMs);
    if (this.#life.nat44 === null) return;
    publishPorts(this.#life.nat44, this.#ports);
    this.#reportShortage(this.#life.nat44, nowMs);
  }

  /** Between two batches the arena holds nothing. Where the kernel refuses, it keeps what it has. */
  #release(nowMs: number): void {
    if (nowMs < this.#nextReleaseMs) return;
    this.#nextReleaseMs = nowMs + RELEASE_MS;
    this.#native.releasePages(this.#arena.memory, this.#arena.rareAt);
  }

  #reportShortage(nat44: Nat44, nowMs: number): void {
    if (nowMs < this.#nextShortMs) return;
    const refusals = nat44.takeRefusals();
    if (refusals.noFreePort + refusals.hostQuota + refusals.tableFull === 0) return;
    this.#nextShortMs = nowMs + SHORT_MS;
    const held = (host: HostRow): number => host.tcpPorts + host.udpPorts + host.icmpIds;
    const hosts = [...nat44.hosts()].sort((one, other) => held(other) - held(one));
    this.#events.short(refusals, hosts.slice(0, SHORT_HOSTS));
  }

  #clearGauges(): void {
    for (const index of GAUGES) this.#counters[index] = 0;
    this.#ports.fill(0);
    this.#nextTickMs = 0;
  }

  #newPipeline(domain: WorkerDomain, nat44: Nat44 | null, retired: Nat44 | null): Pipeline {
    const table = RuleTable.fromBuffer(domain.table);
    return createPipeline(
      domain.settings,
      table,
      nat44,
      this.#arena,
      this.#counters,
      this.#random,
      retired,
      this.#hitsOf(domain, table.size),
    );
  }

  /** This worker's part. */
  #hitsOf({ hits }: WorkerDomain, rules: number): Float64Array | null {
    if (hits === null) return null;
    const count = rules * HITS_A_RULE;
    const at = this.#start.index * count * Float64Array.BYTES_PER_ELEMENT;
    return new Float64Array(hits, at, count);
  }
}

function tappedDomain({ settings, table, revision }: WorkerDomain): TappedDomain {
  return { isBr: settings.role === "br", table: RuleTable.fromBuffer(table), revision };
}

const EINTR = 4;

/** A queue whose device was deleted. */
const EBADFD = 77;

/** Bit of NativeTun.wait() for the wake-up descriptor. */
const WOKEN = 2;

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(pauseCell, 0, 0, ms);
}
