/** The running daemon: its domains, whether it forwards, and how it takes a new configuration. */
import { counterIndex } from "../../src/counters.js";
import type { Diagnostic } from "../../src/map/types.js";
import type { NativeTun } from "../../src/tun/native.js";
import type { Config, DomainConfig } from "../config/types.js";
import { MapdError } from "../errors.js";
import { type Log, setLogLevel } from "../log.js";
import { type OpenedState, StateKeeper, type StateStatus } from "../state/keeper.js";
import { flushMarkers } from "../system/markers.js";
import { removeStaleProxies } from "../system/neighbour.js";
import { forwardingOff, forwardingReason, readSysctl } from "../system/sysctl.js";
import { Tracer } from "../trace/tracer.js";
import { Announcer } from "./announcer.js";
import { Domain } from "./domain.js";
import { Drain } from "./drain.js";
import { Failures } from "./failures.js";
import { LOOK_MS } from "./hang-watch.js";
import type { Phase, Readiness } from "./readiness.js";
import { planReload, type ReloadPlan } from "./reload-plan.js";
import type { SavedNat44 } from "./worker-handle.js";

/** How often switches and devices are looked at, milliseconds. */
const CHECK_MS = 1_000;

/** How often the state of NAT44 is taken: what a worker that hangs can lose, milliseconds. */
const TAKE_MS = 15_000;

/** How often it is written: what a killed daemon can lose, milliseconds. */
const SAVE_MS = 60_000;

/** Changed mappings are saved sooner, but no more often than this, whatever hosts of the LAN ask for, milliseconds. */
const SAVE_PAUSE_MS = 10_000;

/** How often a daemon that is about to stop looks whether packets still come, milliseconds. */
const QUIET_CHECK_MS = 100;

const READ = [counterIndex("in_ipv4_packets"), counterIndex("in_ipv6_packets")];

/** Each starts its threads, and each thread is given ten seconds for that. */
const STARTED_TOGETHER = 4;

const DRAINING = "mapd is drained: it forwards, but should get no new traffic (mapctl undrain)";

export interface ReloadState {
  readonly successful: boolean;
  /** Unix time in seconds of the last configuration that was taken, the first included. */
  readonly successSeconds: number;
}

export class Daemon {
  readonly #native: NativeTun;
  readonly #log: Log;
  readonly #startedAtMs = performance.now();
  readonly #domains = new Map<string, Domain>();
  readonly #keeper: StateKeeper;
  readonly failures = new Failures();
  #config: Config;
  #phase: "starting" | "running" | "stopped" = "starting";
  readonly #announcer: Announcer;
  readonly #drain = new Drain();
  /** Shows packets to those who ask. */
  readonly tracer: Tracer;
  #reload: ReloadState = { successful: true, successSeconds: Date.now() / 1000 };
  #checkTimer: NodeJS.Timeout | null = null;
  #lookTimer: NodeJS.Timeout | null = null;
  #takeTimer: NodeJS.Timeout | null = null;
  #saveTimer: NodeJS.Timeout | null = null;
  /** Whether mappings have changed since the last save, and when the next one may be. */
  #saveDue = false;
  #nextSaveMs = 0;
  #forwardingReasons: readonly string[] = [];

  constructor(config: Config, native: NativeTun, log: Log) {
    this.#config = config;
    this.#native = native;
    this.#log = log;
    this.#keeper = new StateKeeper(log, this.failures);
    this.#announcer = new Announcer(log, this.failures);
    this.tracer = new Tracer(() => this.domains, log);
  }

  get config(): Config {
    return this.#config;
  }

  /** In the order of the configuration. */
  get domains(): readonly Domain[] {
    return this.#config.domains
      .map((domain) => this.#domains.get(domain.settings.name))
      .filter((domain) => domain !== undefined);
  }

  get logLevel(): string {
    return this.#log.level;
  }

  setLogLevel(level: string): void {
    setLogLevel(this.#log, level);
  }

  get uptimeSeconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  get lastReload(): ReloadState {
    return this.#reload;
  }

  /** The state file; null where there is none. */
  get state(): StateStatus | null {
    return this.#keeper.status;
  }

  /**
   * Starts every domain, then does what else belongs to the start, and only then announces; rejects with nothing left
   * behind.
   */
  async start(rest: () => Promise<void>): Promise<void> {
    await this.#announce();
    try {
      this.#keeper.use(await this.#keeper.open(this.#config.stateFile));
      const cleared = this.#removeStale();
      // Where no domain comes so far as to wait for it.
      cleared.catch(() => undefined);
      const { domains } = this.#config;
      for (let at = 0; at < domains.length; at += STARTED_TOGETHER) {
        await this.#addAll(domains.slice(at, at + STARTED_TOGETHER), cleared);
      }
      await rest();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#phase = "running";
    this.#checkForwarding();
    await this.#announce();
    this.#checkTimer = setInterval(() => this.#check(), CHECK_MS);
    this.#lookTimer = setInterval(() => this.#look(), LOOK_MS);
    this.#takeTimer = setInterval(() => void this.#keeper.take(this.domains), TAKE_MS);
    this.#saveTimer = setInterval(() => void this.#save(), SAVE_MS);
  }

  async #removeStale(): Promise<void> {
    if (this.#config.domains.every((domain) => domain.routes.mode !== "auto")) return;
    const stale = await removeStaleProxies();
    if (stale.length > 0) this.#log.info({ stale }, "removed what a killed mapd had left");
  }

  /** Rejects when all of them have started or failed, with what the first of these says. */
  async #addAll(configs: readonly DomainConfig[], cleared: Promise<void>): Promise<void> {
    const added = await Promise.allSettled(
      configs.map((config) => this.#add(config, this.#keeper.inherited(config), cleared)),
    );
    const failed = added.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  async #add(
    config: DomainConfig,
    inherited: SavedNat44 | null,
    cleared?: Promise<void>,
  ): Promise<void> {
    await flushMarkers(config);
    const domain = new Domain(config, this.#native, this.#log, inherited);
    await domain.start(cleared);
    if (domain.restored !== null) await this.#keeper.note(config.settings.name, domain.restored);
    this.#domains.set(config.settings.name, domain);
  }

  get phase(): Phase {
    if (this.#phase !== "running") return this.#phase;
    if (this.#drain.on) return "draining";
    return this.#faults().length === 0 ? "ready" : "degraded";
  }

  /** Why the daemon is not ready; empty when packets pass and are welcome. */
  reasons(): readonly string[] {
    if (this.#phase === "starting") return ["mapd is starting"];
    if (this.#phase === "stopped") return ["mapd is stopping"];
    return this.#drain.on ? [DRAINING, ...this.#faults()] : this.#faults();
  }

  #faults(): readonly string[] {
    this.#checkForwarding();
    const { problem } = this.#announcer;
    return [
      ...this.#forwardingReasons,
      ...this.domains.flatMap((domain) => domain.problems()),
      ...(problem === "" ? [] : [`marker routes could not be added: ${problem}`]),
    ];
  }

  get readiness(): Readiness {
    const reasons = this.reasons();
    return {
      phase: this.phase,
      ready: reasons.length === 0,
      reasons,
      announced: this.#announcer.announced,
      drain: this.#drain.status(performance.now()),
    };
  }

  /** Withdraws the announcement; packets that still come are forwarded. */
  async drain(): Promise<void> {
    this.#drain.begin(this.#packets(), performance.now());
    await this.#announce();
  }

  /** Ends the drain, in `holdMs` from now. */
  async undrain(holdMs: number): Promise<void> {
    this.#drain.end(holdMs, performance.now());
    await this.#announce();
  }

  /** What SIGTERM does first: drains until nobody sends packets any more, but no longer than the configuration says. */
  async drainBeforeStop(): Promise<void> {
    const endMs = performance.now() + this.#config.drainTimeoutMs;
    if (this.#config.drainTimeoutMs === 0) return;
    await this.drain();
    while (!this.#drain.quiet && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_CHECK_MS));
    }
    const drain = this.#drain.status(performance.now());
    this.#log.info({ drain }, "drained");
  }

  #announce(): Promise<void> {
    return this.#announcer.update(() => ({
      domains: this.domains,
      serving: this.#phase === "running" && !this.#drain.on,
      faulty: this.#forwardingReasons.length > 0,
      drainFile: this.#config.drainFile,
    }));
  }

  /** Packets that the domains have read. */
  #packets(): number {
    const numbers = this.domains.map((domain) => domain.counters());
    return numbers.reduce((sum, row) => READ.reduce((all, index) => all + row[index]!, sum), 0);
  }

  #look(): void {
    const nowMs = performance.now();
    for (const domain of this.#domains.values()) domain.look(nowMs);
  }

  #check(): void {
    this.#checkForwarding();
    const nowMs = performance.now();
    for (const domain of this.#domains.values()) domain.check();
    this.#drain.sample(this.#packets(), nowMs);
    void this.#announce();
    const changed = [...this.#domains.values()].filter((domain) => domain.takeForwardsChanged());
    if (changed.length > 0) this.#saveDue = true;
    if (this.#saveDue && nowMs >= this.#nextSaveMs) void this.#save();
  }

  #save(): Promise<void> {
    this.#saveDue = false;
    this.#nextSaveMs = performance.now() + SAVE_PAUSE_MS;
    return this.#keeper.save(this.domains);
  }

  /** The switches are the operator's: mapd says so once when they are off, and once when they are on again. */
  #checkForwarding(): void {
    const reasons = forwardingOff(readSysctl).map(forwardingReason);
    const changed = reasons.join("\n") !== this.#forwardingReasons.join("\n");
    this.#forwardingReasons = reasons;
    if (!changed) return;
    for (const reason of reasons) this.#log.warn(reason);
    if (reasons.length === 0) this.#log.info("forwarding is on in the kernel");
  }

  /** Takes a new configuration, all of it or nothing; rejects with the old one in force. */
  async reload(after: Config): Promise<void> {
    if (this.#phase !== "running") throw new MapdError("refused", this.reasons().join("; "));
    const plan = planReload(this.#config, after);
    if (plan.refusals.length > 0) throw refused(plan.refusals);
    const state = await this.#openChanged(after.stateFile);
    try {
      await this.#announcer.withdrawOthers(after.domains);
      await this.#carryOut(plan);
      this.#config = after;
    } finally {
      await this.#announce();
    }
    if (state !== null) this.#keeper.use(state);
    await this.#save();
    this.#reload = { successful: true, successSeconds: Date.now() / 1000 };
  }

  /** Another state file than before, or null. What it holds is of some other time, and is not used. */
  async #openChanged(path: string | null): Promise<OpenedState | null> {
    if (path === this.#keeper.path) return null;
    return { ...(await this.#keeper.open(path)), domains: [] };
  }

  /** Remembers that the file last read is not the configuration in force. */
  reloadRefused(): void {
    this.failures.count("config_reload_failures");
    this.#reload = { ...this.#reload, successful: false };
  }

  /** Each step is undone when a later one fails. Domains that go are ended last, when nothing can fail any more. */
  async #carryOut(plan: ReloadPlan): Promise<void> {
    const undo: (() => Promise<void>)[] = [];
    try {
      // Their routes may be what a new or changed domain is about to add.
      for (const name of plan.removed) {
        const domain = this.#domains.get(name);
        undo.push(async () => domain?.announce());
        await domain?.withdraw();
      }
      for (const config of plan.added) {
        const { name } = config.settings;
        await this.#add(config, null);
        undo.push(() => this.#remove(name));
      }
      for (const config of plan.changed) {
        const domain = this.#domains.get(config.settings.name);
        if (domain === undefined) continue;
        const before = domain.config;
        await domain.reconfigure(config);
        undo.push(() => domain.revert(before));
      }
    } catch (error) {
      for (const step of undo.reverse()) {
        await step().catch((second: unknown) =>
          this.#log.error({ err: second }, "could not go back to the old configuration"),
        );
      }
      throw error;
    }
    for (const name of plan.removed) await this.#remove(name);
  }

  async #remove(name: string): Promise<void> {
    const domain = this.#domains.get(name);
    this.#domains.delete(name);
    await domain?.stop();
  }

  /** Ends every domain, keeps what its NAT44 has to leave, and takes out all that it has put into the kernel. */
  async stop(): Promise<void> {
    const wasRunning = this.#phase === "running";
    this.#phase = "stopped";
    if (this.#checkTimer !== null) clearInterval(this.#checkTimer);
    if (this.#lookTimer !== null) clearInterval(this.#lookTimer);
    if (this.#takeTimer !== null) clearInterval(this.#takeTimer);
    if (this.#saveTimer !== null) clearInterval(this.#saveTimer);
    this.tracer.stop();
    await this.#announce();
    const { domains } = this;
    await Promise.all([...this.#domains.keys()].map((name) => this.#remove(name)));
    // A start that failed has nothing to say, and the file may still be good.
    if (wasRunning) await this.#keeper.finish(domains);
  }
}

function refused(diagnostics: readonly Diagnostic[]): MapdError {
  return new MapdError("invalid", "mapd must be restarted for this configuration", { diagnostics });
}
