/** The running daemon: its domains, whether it forwards, and how it takes a new configuration. */
import type { NativeTun } from "../../src/tun/native.js";
import type { Config, DomainConfig } from "../config/types.js";
import { MapdError } from "../errors.js";
import { type Log, setLogLevel } from "../log.js";
import { type OpenedState, StateKeeper, type StateStatus } from "../state/keeper.js";
import { removeStaleProxies } from "../system/neighbour.js";
import { forwardingOff, forwardingReason, readSysctl } from "../system/sysctl.js";
import { Domain } from "./domain.js";
import { planReload, type ReloadPlan } from "./reload-plan.js";
import type { SavedNat44 } from "./worker-handle.js";

/** How often switches, devices and workers are looked at, milliseconds. */
const CHECK_MS = 2_000;

/** How often the state of NAT44 is taken: what a worker's fault or a killed daemon can lose, milliseconds. */
const SAVE_MS = 60_000;

/** Changed mappings are saved sooner, but no more often than this, whatever hosts of the LAN ask for, milliseconds. */
const SAVE_PAUSE_MS = 10_000;

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
  #config: Config;
  #running = false;
  #reload: ReloadState = { successful: true, successSeconds: Date.now() / 1000 };
  #checkTimer: NodeJS.Timeout | null = null;
  #saveTimer: NodeJS.Timeout | null = null;
  /** Whether mappings have changed since the last save, and when the next one may be. */
  #saveDue = false;
  #nextSaveMs = 0;
  #forwardingReasons: readonly string[] = [];

  constructor(config: Config, native: NativeTun, log: Log) {
    this.#config = config;
    this.#native = native;
    this.#log = log;
    this.#keeper = new StateKeeper(log);
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

  /** Starts every domain; rejects with nothing left behind. */
  async start(): Promise<void> {
    try {
      this.#keeper.use(await this.#keeper.open(this.#config.stateFile));
      if (this.#config.domains.some((domain) => domain.routes.mode === "auto")) {
        const stale = await removeStaleProxies();
        if (stale.length > 0) this.#log.info({ stale }, "removed what a killed mapd had left");
      }
      for (const config of this.#config.domains) {
        await this.#add(config, this.#keeper.inherited(config));
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#running = true;
    this.#checkForwarding();
    this.#checkTimer = setInterval(() => this.#check(), CHECK_MS);
    this.#saveTimer = setInterval(() => void this.#save(), SAVE_MS);
  }

  async #add(config: DomainConfig, inherited: SavedNat44 | null): Promise<void> {
    const domain = new Domain(config, this.#native, this.#log, inherited);
    await domain.start();
    if (domain.restored !== null) await this.#keeper.note(config.settings.name, domain.restored);
    this.#domains.set(config.settings.name, domain);
  }

  /** Why the daemon is not ready; empty when packets pass. */
  reasons(): readonly string[] {
    if (!this.#running) return ["mapd is starting or stopping"];
    this.#checkForwarding();
    return [...this.#forwardingReasons, ...this.domains.flatMap((domain) => domain.problems())];
  }

  #check(): void {
    this.#checkForwarding();
    const nowMs = performance.now();
    for (const domain of this.#domains.values()) domain.check(nowMs);
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
    try {
      const plan = planReload(this.#config, after);
      if (plan.refusals.length > 0) {
        throw new MapdError("invalid", `configuration not taken: ${plan.refusals.join("; ")}`);
      }
      const state = await this.#openChanged(after.stateFile);
      await this.#carryOut(plan);
      this.#config = after;
      if (state !== null) this.#keeper.use(state);
      await this.#save();
      this.#reload = { successful: true, successSeconds: Date.now() / 1000 };
    } catch (error) {
      this.reloadRefused();
      throw error;
    }
  }

  /** Another state file than before, or null. What it holds is of some other time, and is not used. */
  async #openChanged(path: string | null): Promise<OpenedState | null> {
    if (path === this.#keeper.path) return null;
    return { ...(await this.#keeper.open(path)), domains: [] };
  }

  /** Remembers that the file last read is not the configuration in force. */
  reloadRefused(): void {
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
    const wasRunning = this.#running;
    this.#running = false;
    if (this.#checkTimer !== null) clearInterval(this.#checkTimer);
    if (this.#saveTimer !== null) clearInterval(this.#saveTimer);
    const { domains } = this;
    await Promise.all([...this.#domains.keys()].map((name) => this.#remove(name)));
    // A start that failed has nothing to say, and the file may still be good.
    if (wasRunning) await this.#keeper.finish(domains);
  }
}
