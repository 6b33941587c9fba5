/** One domain at work: its device, its routes, its workers. */
import { COUNTER_COUNT } from "../../src/counters.js";
import type { Ce } from "../../src/map/ce.js";
import { compileRules } from "../../src/pipeline/create.js";
import type { NativeTun } from "../../src/tun/native.js";
import type { DomainConfig } from "../config/types.js";
import type { Log } from "../log.js";
import { deviceExists } from "../system/device-list.js";
import { InstalledRoutes } from "../system/installed.js";
import { closeDevice, type Device, openDevice } from "./device.js";
import { ceOf } from "./identity.js";
import { WorkerHandle } from "./worker-handle.js";
import type { WorkerDomain } from "./worker-protocol.js";

export class Domain {
  readonly #native: NativeTun;
  readonly #log: Log;
  readonly #routes: InstalledRoutes;
  #config: DomainConfig;
  #ce: Ce | null;
  #device: Device | null = null;
  #workers: readonly WorkerHandle[] = [];

  constructor(config: DomainConfig, native: NativeTun, log: Log) {
    this.#config = config;
    this.#ce = ceOf(config.settings);
    this.#native = native;
    this.#log = log.child({ domain: config.settings.name });
    this.#routes = new InstalledRoutes(this.#log);
  }

  get config(): DomainConfig {
    return this.#config;
  }

  /** Identity of a CE, null on a BR. */
  get ce(): Ce | null {
    return this.#ce;
  }

  get workers(): readonly WorkerHandle[] {
    return this.#workers;
  }

  /** TUN_F_* bits in force. */
  get offloads(): number {
    return this.#device?.offloads ?? 0;
  }

  /** Opens the device, starts the workers, then lets the kernel send packets in. Rejects with nothing left behind. */
  async start(): Promise<void> {
    const compiled = compileDomain(this.#config);
    const device = openDevice(this.#native, this.#config);
    this.#device = device;
    try {
      this.#workers = device.queues.map(
        (queue, index) => new WorkerHandle(index, queue, compiled, this.#native, this.#log),
      );
      await Promise.all(this.#workers.map((worker) => worker.start()));
      await this.#routes.install(this.#config, this.#ce);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#log.info({ tun: device.name, queues: device.queues.length }, "domain runs");
  }

  /**
   * Takes a changed configuration of the same device, live. Rejects with the old one in force.
   * Workers swap between two batches, each at its own moment.
   */
  async reconfigure(config: DomainConfig): Promise<void> {
    const before = this.#config;
    const ce = ceOf(config.settings);
    const compiled = compileDomain(config);
    await this.#routes.replace(config, ce);
    try {
      await this.#configureWorkers(compiled);
    } catch (error) {
      await this.#configureWorkers(compileDomain(before)).catch((second: unknown) =>
        this.#log.error({ err: second }, "a worker could not go back to the old configuration"),
      );
      await this.#routes.replace(before, this.#ce);
      throw error;
    }
    this.#config = config;
    this.#ce = ce;
  }

  async #configureWorkers(compiled: WorkerDomain): Promise<void> {
    const kept = await Promise.all(this.#workers.map((worker) => worker.configure(compiled)));
    const { settings } = compiled;
    if (settings.role === "ce" && settings.nat44 !== null && kept.includes(false)) {
      this.#log.warn("NAT44 started afresh: the CE's identity or its nat44 settings changed");
    }
  }

  /** Sum of the workers' counters, one element a row of the table. */
  counters(): Float64Array {
    const sum = new Float64Array(COUNTER_COUNT);
    for (const worker of this.#workers) {
      const own = new Float64Array(worker.counters);
      for (let index = 0; index < COUNTER_COUNT; index++) sum[index]! += own[index]!;
    }
    return sum;
  }

  /** Why the domain does not forward; empty when it does. */
  problems(): readonly string[] {
    const { name } = this.#config.settings;
    const problems = this.#workers
      .filter((worker) => !worker.alive)
      .map((worker) => `domain ${name}: worker ${worker.index} is not running`);
    if (!deviceExists(this.#config.tun.name)) {
      problems.push(`domain ${name}: the device ${this.#config.tun.name} is gone; restart mapd`);
    }
    return problems;
  }

  /** Looks after the workers; called every few seconds. */
  check(nowMs: number): void {
    for (const worker of this.#workers) worker.check(nowMs);
  }

  /** Takes the routes out: the kernel sends nothing into the device any more. */
  async withdraw(): Promise<void> {
    await this.#routes.removeAll();
  }

  /** Undoes withdraw(). */
  async announce(): Promise<void> {
    await this.#routes.replace(this.#config, this.#ce);
  }

  /** Takes routes out first, so that the kernel stops sending, then ends workers and device. */
  async stop(): Promise<void> {
    await this.#routes.removeAll().catch((error: unknown) => {
      this.#log.warn({ err: error }, "some routes could not be removed");
    });
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    if (this.#device !== null) closeDevice(this.#native, this.#device);
    this.#device = null;
  }
}

function compileDomain(config: DomainConfig): WorkerDomain {
  return { settings: config.settings, table: compileRules(config.settings).buffer };
}
