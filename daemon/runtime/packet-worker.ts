/** The packet loop of one TUN queue, as an object: worker.ts runs it in a thread. */

import { COUNTER_COUNT, COUNTERS } from "../../src/counters.js";
import { RuleTable } from "../../src/map/rule-table.js";
import type { Nat44 } from "../../src/nat44/nat44.js";
import { createNat44, createPipeline } from "../../src/pipeline/create.js";
import type { Pipeline } from "../../src/pipeline/packet-io.js";
import { Arena } from "../../src/tun/arena.js";
import { BatchLoop } from "../../src/tun/batch-loop.js";
import type { NativeTun } from "../../src/tun/native.js";
import { NativeQueue } from "../../src/tun/queue.js";
import { sameNat44Identity } from "./identity.js";
import { BATCH_SIZE, WAIT_MS, type WorkerDomain, type WorkerStart } from "./worker-protocol.js";

/** A tick is due at least this often, milliseconds. */
const TICK_MS = 1000;

/** Pause after a read error, so that a device that is gone does not burn a core. */
const ERROR_PAUSE_MS = 100;

/** The pipeline's tick writes these; what an earlier pipeline or thread wrote does not hold any more. */
const GAUGES = COUNTERS.flatMap((row, index) => (row.kind === "gauge" ? [index] : []));

export class PacketWorker {
  readonly #native: NativeTun;
  readonly #start: WorkerStart;
  readonly #random: () => number;
  readonly #onFault: (fault: unknown) => void;
  readonly #arena = new Arena(BATCH_SIZE);
  readonly #counters: Float64Array;
  readonly #heartbeat: Int32Array;
  readonly #loop: BatchLoop;
  #domain: WorkerDomain;
  #nat44: Nat44 | null;
  #pipeline: Pipeline;
  #nextTickMs = 0;

  /** `onFault` gets what the pipeline threw, at most once a second. */
  constructor(
    start: WorkerStart,
    native: NativeTun,
    random: () => number,
    onFault: (fault: unknown) => void,
  ) {
    this.#onFault = onFault;
    this.#native = native;
    this.#start = start;
    this.#random = random;
    this.#counters = new Float64Array(start.counters, 0, COUNTER_COUNT);
    this.#heartbeat = new Int32Array(start.heartbeat);
    const queue = new NativeQueue(native, start.fd, start.vnetHdr, start.offloads);
    this.#loop = new BatchLoop(queue, this.#arena, this.#counters, BATCH_SIZE);
    this.#domain = start.domain;
    this.#nat44 = this.#newNat44(start.domain);
    this.#pipeline = this.#newPipeline(start.domain, this.#nat44);
    this.#loop.setPipeline(this.#pipeline);
    this.#clearGauges();
  }

  /**
   * Swaps the whole domain between two batches. NAT44 goes on where the CE's identity and NAT44
   * settings stay the same; returns whether it did. Throws with nothing changed.
   */
  configure(domain: WorkerDomain): boolean {
    const kept = sameNat44Identity(this.#domain.settings, domain.settings);
    const nat44 = kept ? this.#nat44 : this.#newNat44(domain);
    const pipeline = this.#newPipeline(domain, nat44);
    this.#loop.setPipeline(pipeline);
    this.#domain = domain;
    this.#nat44 = nat44;
    this.#clearGauges();
    return kept;
  }

  /** Serves what waits in the device, then sleeps in the kernel; returns true where it was woken up. */
  turn(): boolean {
    Atomics.add(this.#heartbeat, 0, 1);
    let nowMs = performance.now();
    // A stream of packets that never pauses must not keep messages and ticks waiting.
    const untilMs = nowMs + TICK_MS / 4;
    while (this.#loop.runOnce(nowMs) > 0 && nowMs < untilMs) nowMs = performance.now();
    this.#tick(nowMs);
    if (this.#loop.readError !== 0) pause(ERROR_PAUSE_MS);
    const events = this.#native.wait(this.#start.fd, this.#start.wakeFd, WAIT_MS);
    if (events < 0 && events !== -EINTR) throw new Error(`wait: errno ${-events}`);
    return (events & WOKEN) !== 0;
  }

  #tick(nowMs: number): void {
    if (nowMs < this.#nextTickMs) return;
    this.#nextTickMs = nowMs + TICK_MS;
    this.#loop.tick(nowMs);
    const fault = this.#loop.takeFault();
    if (fault !== undefined) this.#onFault(fault);
  }

  #clearGauges(): void {
    for (const index of GAUGES) this.#counters[index] = 0;
    this.#nextTickMs = 0;
  }

  #newNat44(domain: WorkerDomain): Nat44 | null {
    return domain.settings.role === "ce" ? createNat44(domain.settings, this.#random) : null;
  }

  #newPipeline(domain: WorkerDomain, nat44: Nat44 | null): Pipeline {
    const table = RuleTable.fromBuffer(domain.table);
    return createPipeline(domain.settings, table, nat44, this.#arena, this.#counters, this.#random);
  }
}

const EINTR = 4;

/** Bit of NativeTun.wait() for the wake-up descriptor. */
const WOKEN = 2;

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(pauseCell, 0, 0, ms);
}
