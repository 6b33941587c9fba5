/** Reads the configuration file again, for SIGHUP and for mapctl: one after the other, all of it or nothing. */

import type { Diagnostic } from "../../src/map/types.js";
import { differences, type KeyChange } from "../config/difference.js";
import { loadConfig } from "../config/load.js";
import type { Config } from "../config/types.js";
import { formatDiagnostic, MapdError } from "../errors.js";
import type { Log } from "../log.js";
import { planReload } from "./reload-plan.js";

/** A daemon as the reloader sees it; Daemon has this shape. */
export interface Reloadable {
  readonly config: Config;
  reload(after: Config): Promise<void>;
  reloadRefused(): void;
  setLogLevel(level: string): void;
}

/** What a reload means to the process as a whole. */
export interface ReloadHooks {
  /** Carries a reload out, and tells whoever waits for its end. */
  around<T>(step: () => Promise<T>): Promise<T>;
  /** Why the process cannot take a configuration any more. */
  refusals(after: Config): readonly Diagnostic[];
  /** What of it would work better in a process that has just started. */
  warnings(after: Config): readonly Diagnostic[];
}

export interface ReloadDocument {
  readonly schema: "mapd.reload/1";
  /** True where the file was only compared with the configuration in force. */
  readonly dryRun: boolean;
  readonly hashBefore: string;
  readonly hash: string;
  /** Names. */
  readonly domains: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
  readonly changes: readonly KeyChange[];
  /** Why the file cannot be taken while mapd runs; only where it was compared. */
  readonly refusals: readonly Diagnostic[];
  /** Warnings about the file, and about what it cannot have before a restart. */
  readonly diagnostics: readonly Diagnostic[];
}

export class Reloader {
  readonly #path: string;
  readonly #daemon: Reloadable;
  readonly #log: Log;
  readonly #hooks: ReloadHooks;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(path: string, daemon: Reloadable, log: Log, hooks: ReloadHooks) {
    this.#path = path;
    this.#daemon = daemon;
    this.#log = log;
    this.#hooks = hooks;
  }

  /** Compares the file with the configuration in force; MapdError `invalid` where it is faulty. */
  compare(): Promise<ReloadDocument> {
    return this.#next(async () => {
      const { config, diagnostics } = await this.#read();
      return this.#document(config, diagnostics, true);
    });
  }

  /** Takes the file; rejects with the old configuration in force. The log tells of either. */
  reload(): Promise<ReloadDocument> {
    return this.#next(() => this.#hooks.around(() => this.#take()));
  }

  async #take(): Promise<ReloadDocument> {
    try {
      const { config, diagnostics } = await this.#read();
      const document = this.#document(config, diagnostics, false);
      const refusals = this.#hooks.refusals(config);
      if (refusals.length > 0) throw needsRestart(refusals);
      await this.#daemon.reload(config);
      this.#daemon.setLogLevel(config.log.level);
      const findings = document.diagnostics.map(formatDiagnostic);
      this.#log.info({ hash: config.hash, findings }, "configuration taken");
      return document;
    } catch (error) {
      this.#daemon.reloadRefused();
      this.#log.error(whyNot(error), "configuration not taken; the old one stays in force");
      throw error;
    }
  }

  /** Resolves once nothing is being taken. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  #next<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(step);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #read(): Promise<{ config: Config; diagnostics: readonly Diagnostic[] }> {
    const checked = await loadConfig(this.#path);
    const { diagnostics } = checked;
    if (checked.ok) return { config: checked.value, diagnostics };
    throw new MapdError("invalid", `${this.#path} is not valid`, { diagnostics });
  }

  #document(after: Config, diagnostics: readonly Diagnostic[], dryRun: boolean): ReloadDocument {
    const before = this.#daemon.config;
    const plan = planReload(before, after);
    const names = (domains: Config["domains"]): readonly string[] =>
      domains.map(({ settings }) => settings.name);
    return {
      schema: "mapd.reload/1",
      dryRun,
      hashBefore: before.hash,
      hash: after.hash,
      domains: {
        added: names(plan.added),
        removed: plan.removed,
        changed: names(plan.changed),
      },
      changes: differences(before, after),
      refusals: [...plan.refusals, ...this.#hooks.refusals(after)],
      diagnostics: [...diagnostics, ...this.#hooks.warnings(after)],
    };
  }
}

function needsRestart(diagnostics: readonly Diagnostic[]): MapdError {
  return new MapdError("invalid", "mapd must be restarted for this configuration", { diagnostics });
}

/** All findings, or the one reason. */
function whyNot(error: unknown): object {
  if (error instanceof MapdError && error.diagnostics.length > 0) {
    return { findings: error.diagnostics.map(formatDiagnostic) };
  }
  return { reason: error instanceof Error ? error.message : String(error) };
}
