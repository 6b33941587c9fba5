/** One domain at work: its device, its routes, its workers. */
import { COUNTER_COUNT } from "../../src/counters.js";
import type { Ce } from "../../src/map/ce.js";
import type { NativeTun } from "../../src/tun/native.js";
import type { DomainConfig } from "../config/types.js";
import { MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { PcpServer } from "../pcp/server.js";
import { InstalledRoutes } from "../system/installed.js";
import type { RulesInForce } from "../trace/rules-in-force.js";
import type { Classifier, Intake } from "./classifier.js";
import { checkDevice, closeDevice, type Device, openDevice, takeIntakeDrops } from "./device.js";
import { DeviceCare } from "./device-care.js";
import { DomainRules } from "./domain-rules.js";
import { ceOf, nat44Identity } from "./identity.js";
import type { AskNat44 } from "./nat44-questions.js";
import type { RuleHits } from "./rule-hits.js";
import type { DomainFailures } from "./status.js";
import { type SavedNat44, WorkerHandle } from "./worker-handle.js";
import { reportChange, reportDeviceBack, reportRestored, reportTunnel } from "./worker-log.js";
import type { Restored } from "./worker-protocol.js";

/** Questions that change what the state file should know soon. */
const CHANGING: ReadonlySet<string> = new Set(["map", "unmap", "peer"]);

export class Domain {
  readonly #native: NativeTun;
  readonly #log: Log;
  readonly #routes: InstalledRoutes;
  readonly #pcp: PcpServer;
  #config: DomainConfig;
  #ce: Ce | null;
  /** null before the start, after the stop, and while the device is gone. */
  #device: Device | null = null;
  #opened = 0;
  /** False while what belongs on the device is not there. */
  #isFitted = false;
  readonly #care: DeviceCare;
  /** One change of device and routes at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  #classifierLosses = 0;
  #intakeDrops = 0;
  #workers: readonly WorkerHandle[] = [];
  readonly #inherited: SavedNat44 | null;
  #restored: Restored | null = null;
  #forwardsChanged = false;
  readonly #rules: DomainRules;

  /** `inherited` is what the sessions of an earlier mapd have left of themselves. */
  constructor(
    config: DomainConfig,
    native: NativeTun,
    log: Log,
    inherited: SavedNat44 | null = null,
  ) {
    this.#inherited = inherited;
    this.#config = config;
    this.#ce = ceOf(config.settings);
    this.#native = native;
    this.#rules = new DomainRules(native);
    this.#log = log.child({ domain: config.settings.name });
    this.#routes = new InstalledRoutes(this.#log);
    this.#pcp = new PcpServer(this.askNat44, this.#log);
    this.#care = new DeviceCare(config.tun, this.#log, {
      lost: () => {
        this.#isFitted = false;
      },
      remake: (lostAtMs) => this.#next(() => this.#remake(lostAtMs)),
      refit: () => this.#next(() => this.#refit()),
    });
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

  /** The rules that the workers have, or are about to get; null before the start. */
  get rules(): RulesInForce | null {
    return this.#rules.inForce;
  }

  /** How often a device has been opened: what is on one is not on the next. */
  get opened(): number {
    return this.#opened;
  }

  get failures(): DomainFailures {
    return {
      recreations: this.#care.recreations,
      recreationFailures: this.#care.recreationFailures,
      downs: this.#care.downs,
      refitFailures: this.#care.refitFailures,
      classifierLosses: this.#classifierLosses,
    };
  }

  /** TUN_F_* bits in force. */
  get offloads(): number {
    return this.#device?.offloads ?? 0;
  }

  /** Whether super-packets go into the tunnel whole; null where there is no tunnel, or no offload. */
  get classifier(): Classifier | null {
    return this.#device?.classifier ?? null;
  }

  /** Whether they come out of it whole; null as well without the classifier. */
  get intake(): Intake | null {
    return this.#device?.intake ?? null;
  }

  /** Packets that the kernel dropped since an intake was full. */
  intakeDrops(): number {
    if (this.#device !== null) this.#intakeDrops += takeIntakeDrops(this.#native, this.#device);
    return this.#intakeDrops;
  }

  /**
   * Opens the device, starts the workers, then lets the kernel send packets in. Rejects with nothing left behind.
   * `cleared`: what another mapd has left in the kernel is gone, and what is added from then on stays.
   */
  async start(cleared: Promise<void> = Promise.resolve()): Promise<void> {
    const compiled = this.#rules.compile(this.#config);
    const device = openDevice(this.#native, this.#config);
    this.#device = device;
    this.#opened++;
    try {
      this.#workers = device.queues.map(
        (queue, index) =>
          new WorkerHandle(
            index,
            queue,
            compiled,
            this.#native,
            this.#log,
            { gone: () => this.#care.gone() },
            this.#inherited,
          ),
      );
      const [[restored = null], planned] = await Promise.all([
        Promise.all(this.#workers.map((worker) => worker.start())),
        this.#routes.plan(this.#config, this.#ce),
        cleared,
      ]);
      this.#restored = restored;
      if (restored !== null) reportRestored(this.#log, restored);
      await this.#routes.install(this.#config, this.#ce, planned);
      this.#isFitted = true;
      await this.#pcp.apply(this.#config);
      this.#checkPcp();
      this.#care.begin();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#log.info({ tun: device.name, queues: device.queues.length }, "domain runs");
    reportTunnel(this.#log, device);
  }

  #next<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Ends the workers, which then say what their NAT44 holds, and goes on over another device. Rejects where none is to be had. */
  async #remake(lostAtMs: number): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.pause()));
    this.#release();
    const device = openDevice(this.#native, this.#config);
    this.#device = device;
    const saved = this.savedNat44;
    try {
      const [restored = null] = await Promise.all(
        this.#workers.map((worker, index) => worker.resume(device.queues[index]!)),
      );
      await this.#routes.install(this.#config, this.#ce);
      this.#opened++;
      this.#isFitted = true;
      reportDeviceBack(this.#log, device.name, lostAtMs, saved, restored);
    } catch (error) {
      await Promise.all(this.#workers.map((worker) => worker.pause()));
      this.#release();
      throw error;
    }
    reportTunnel(this.#log, device);
    this.#checkPcp();
  }

  async #refit(): Promise<void> {
    await this.#routes.removeAll();
    this.#routes.forget();
    await this.#routes.install(this.#config, this.#ce);
    this.#opened++;
    this.#isFitted = true;
  }

  /** Gives the device's queues back; its routes have gone with it, or go now. */
  #release(): void {
    if (this.#device !== null) closeDevice(this.#native, this.#device);
    this.#device = null;
    this.#routes.forget();
  }

  #checkClassifier(): void {
    const device = this.#device === null ? null : checkDevice(this.#native, this.#device);
    if (device === null) return;
    this.#device = device;
    this.#classifierLosses++;
    this.#log.warn({ tun: device.name }, "another program has taken a classifier away");
    reportTunnel(this.#log, device);
    if (device.classifier?.on !== false) return;
    const done = this.#next(() => this.#restartWorkers(device));
    done.catch((err: unknown) => this.#log.error({ err }, "a worker did not start again"));
  }

  /** They learn what their device can do when they start; what NAT44 holds stays. */
  async #restartWorkers(device: Device): Promise<void> {
    if (this.#device !== device) return;
    await Promise.all(this.#workers.map((worker) => worker.pause()));
    await Promise.all(this.#workers.map((worker, index) => worker.resume(device.queues[index]!)));
  }

  /**
   * Takes a changed configuration of the same device, live. Rejects with the old one in force.
   * Workers swap between two batches, each at its own moment.
   */
  async reconfigure(config: DomainConfig): Promise<void> {
    await this.#next(() => this.#replace(config, false));
  }

  /** Goes back to the configuration before the last `reconfigure()`, with the sessions that it had. */
  async revert(before: DomainConfig): Promise<void> {
    await this.#next(() => this.#replace(before, true));
    this.#log.info("back to the configuration before, with its NAT44 sessions");
  }

  async #replace(config: DomainConfig, undo: boolean): Promise<void> {
    const before = this.#config;
    const ce = ceOf(config.settings);
    await this.#route(config, ce);
    try {
      await this.#configureWorkers(config, undo);
      await this.#pcp.apply(config);
    } catch (error) {
      await this.#configureWorkers(before, true).catch((second: unknown) =>
        this.#log.error({ err: second }, "a worker could not go back to the old configuration"),
      );
      await this.#route(before, this.#ce);
      throw error;
    }
    this.#config = config;
    this.#ce = ce;
    this.#checkPcp();
  }

  /** A device that is gone gets the routes when it is there again. */
  async #route(config: DomainConfig, ce: Ce | null): Promise<void> {
    if (this.#isFitted) await this.#routes.replace(config, ce);
  }

  #checkPcp(): void {
    void this.#pcp.check((this.#workers[0]?.restarts ?? 0) + this.#care.recreations);
  }

  async #configureWorkers(config: DomainConfig, undo: boolean): Promise<void> {
    const compiled = this.#rules.compile(config);
    const changes = await Promise.all(
      this.#workers.map((worker) => worker.configure(compiled, undo)),
    );
    this.#rules.settle(compiled);
    // A domain with NAT44 has one worker.
    const [change] = changes;
    const identity = nat44Identity(this.#config.settings);
    if (change === undefined || undo) return;
    reportChange(this.#log, identity, nat44Identity(compiled.settings), change);
  }

  /** Asks the NAT44 of the domain. */
  readonly askNat44: AskNat44 = async (question) => {
    const [worker] = this.#workers;
    const { name } = this.#config.settings;
    if (worker === undefined || nat44Identity(this.#config.settings) === null) {
      throw new MapdError("no-nat44", `domain ${name} has no NAT44`);
    }
    const answer = await worker.ask(question);
    if (CHANGING.has(question.kind)) this.#forwardsChanged = true;
    return answer;
  };

  /** True once after somebody changed a mapping that should outlive mapd. */
  takeForwardsChanged(): boolean {
    const changed = this.#forwardsChanged;
    this.#forwardsChanged = false;
    return changed;
  }

  /** What became of the sessions of an earlier mapd; null where there were none. */
  get restored(): Restored | null {
    return this.#restored;
  }

  /** The state of NAT44 as it was last saved, or when the domain stopped. */
  get savedNat44(): SavedNat44 | null {
    return this.#workers[0]?.saved ?? null;
  }

  /** Takes the state of NAT44, where there is one; rejects where the worker does not give it. */
  async saveNat44(): Promise<void> {
    if (nat44Identity(this.#config.settings) !== null) await this.#workers[0]?.save();
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

  /** Packets of the rules from index `from` up to `to`; null where they are not counted. */
  ruleHits(from = 0, to = Number.POSITIVE_INFINITY): ReadonlyMap<string, RuleHits> | null {
    return this.#rules.hits(from, to);
  }

  /** Why the domain does not forward; empty when it does. */
  problems(): readonly string[] {
    const { name } = this.#config.settings;
    const problem = this.#care.problem();
    // Without a device there are no workers either.
    if (problem !== null) return [`domain ${name}: ${problem}`];
    return this.#workers
      .filter((worker) => !worker.alive)
      .map((worker) => `domain ${name}: worker ${worker.index} is not running`);
  }

  /** Looks whether the workers' loops turn, and after the device; due every LOOK_MS. */
  look(nowMs: number): void {
    for (const worker of this.#workers) worker.look(nowMs);
    this.#care.look(nowMs);
  }

  /** Looks after classifier and PCP; called about once a second. */
  check(): void {
    if (!this.#isFitted) return;
    this.#checkClassifier();
    this.#checkPcp();
  }

  /** Takes the routes out: the kernel sends nothing into the device any more. */
  async withdraw(): Promise<void> {
    await this.#next(() => this.#routes.removeAll());
  }

  /** Undoes withdraw(). */
  async announce(): Promise<void> {
    await this.#next(() => this.#route(this.#config, this.#ce));
  }

  /** Takes routes out first, so that the kernel stops sending, then ends workers and device. */
  async stop(): Promise<void> {
    this.#care.end();
    await this.#turn;
    this.#isFitted = false;
    await this.#pcp.stop();
    await this.#routes.removeAll().catch((error: unknown) => {
      this.#log.warn({ err: error }, "some routes could not be removed");
    });
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    this.#release();
    this.#rules.release();
  }
}
