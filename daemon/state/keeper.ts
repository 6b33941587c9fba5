/** Keeps the sessions of NAT44 across restarts: reads the state file at the start, writes it from time to time. */
import type { DomainConfig } from "../config/types.js";
import type { Log } from "../log.js";
import type { Failures } from "../runtime/failures.js";
import { formatIdentity, nat44Identity, sameIdentity } from "../runtime/identity.js";
import type { SavedNat44 } from "../runtime/worker-handle.js";
import type { Restored } from "../runtime/worker-protocol.js";
import { type DomainState, encodeState } from "./format.js";
import { checkWritable, codeOf, moveAside, readState, writeState } from "./store.js";

/** A failure that lasts is logged at most this often, milliseconds. */
const COMPLAIN_MS = 600_000;

const NO_SPACE: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);

/** What `mapctl status` shows of the state file. */
export interface StateStatus {
  readonly file: string;
  /** At the start of this mapd. */
  readonly restoredSessions: number;
  readonly lostSessions: number;
  /** null where all is well. */
  readonly problem: string | null;
}

/** A domain whose sessions are to be kept; Domain has this shape. */
export interface KeptDomain {
  readonly config: DomainConfig;
  readonly savedNat44: SavedNat44 | null;
  saveNat44(): Promise<void>;
}

/** Both in milliseconds: since 1970, and since some moment that nobody can move. */
export interface Clock {
  wall(): number;
  steady(): number;
}

const CLOCK: Clock = { wall: () => Date.now(), steady: () => performance.now() };

/** A state file that was looked at, and may be used from now on. */
export interface OpenedState {
  readonly path: string | null;
  readonly domains: readonly DomainState[];
  readonly problem: string | null;
}

export class StateKeeper {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #failures: Failures;
  #opened: OpenedState = { path: null, domains: [], problem: null };
  #restoredSessions = 0;
  #lostSessions = 0;
  #writeProblem: string | null = null;
  #complainAtMs = Number.NEGATIVE_INFINITY;
  /** One save at a time. */
  #saving: Promise<void> = Promise.resolve();

  constructor(log: Log, failures: Failures, clock: Clock = CLOCK) {
    this.#log = log;
    this.#failures = failures;
    this.#clock = clock;
  }

  /** null where the configuration names no state file. */
  get status(): StateStatus | null {
    const { path, problem } = this.#opened;
    if (path === null) return null;
    return {
      file: path,
      restoredSessions: this.#restoredSessions,
      lostSessions: this.#lostSessions,
      problem: this.#writeProblem ?? problem,
    };
  }

  /** Reads what is there, and moves aside what cannot be used. Rejects with MapdError where it could not be written. */
  async open(path: string | null): Promise<OpenedState> {
    if (path === null) return { path, domains: [], problem: null };
    await checkWritable(path);
    const read = await readState(path);
    if (read === null) return { path, domains: [], problem: null };
    if (read.ok) return { path, domains: read.domains, problem: null };
    return { path, domains: [], problem: await this.#refuse(path, read.reason) };
  }

  /** Moves a file aside and says why; returns what was wrong. */
  async #refuse(path: string, reason: string): Promise<string> {
    const movedTo = await moveAside(path).catch(() => null);
    const where = movedTo === null ? "" : `; it is ${movedTo} now`;
    const problem = `state file ${path} not used: ${reason}${where}`;
    this.#log.error({ file: path, reason, movedTo }, `${problem}; NAT44 starts empty`);
    return problem;
  }

  /** Uses a file from now on, for `inherited()` and `save()`. */
  use(opened: OpenedState): void {
    this.#opened = opened;
  }

  get path(): string | null {
    return this.#opened.path;
  }

  /** What the file has for a domain, or null; what is of another address or port set is dropped. */
  inherited({ settings }: DomainConfig): SavedNat44 | null {
    const now = nat44Identity(settings);
    const { domains } = this.#opened;
    const found =
      domains.find(({ name }) => name === settings.name) ??
      // The domain may have another name than it had.
      domains.find(({ identity }) => sameIdentity(identity, now));
    if (found === undefined) return null;
    const { identity, state, takenAt } = found;
    if (!sameIdentity(identity, now)) {
      const is = now === null ? "has no NAT44" : `is ${formatIdentity(now)}`;
      const text = `saved NAT44 sessions dropped: they are of ${formatIdentity(identity)}, and the CE ${is}`;
      this.#log.warn({ domain: settings.name }, text);
      return null;
    }
    // A clock that was set back must not make sessions younger.
    const elapsedMs = Math.max(0, this.#clock.wall() - takenAt);
    return { identity, state, savedAtMs: this.#clock.steady() - elapsedMs };
  }

  /** Counts what a domain could do with what it inherited. */
  async note(name: string, restored: Restored): Promise<void> {
    const { path } = this.#opened;
    if ("problem" in restored && path !== null) {
      const problem = await this.#refuse(path, `domain ${name}: ${restored.problem}`);
      this.#opened = { ...this.#opened, problem };
    }
    if ("problem" in restored) return;
    this.#restoredSessions += restored.sessions;
    this.#lostSessions += restored.lost;
  }

  /** Takes the state of every domain, for workers that are started again. Never rejects. */
  take(domains: readonly KeptDomain[]): Promise<void> {
    this.#saving = this.#saving.then(() => this.#take(domains));
    return this.#saving;
  }

  /** The same, and writes the file where there is one. */
  save(domains: readonly KeptDomain[]): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      await this.#take(domains);
      await this.#write(domains);
    });
    return this.#saving;
  }

  async #take(domains: readonly KeptDomain[]): Promise<void> {
    const results = await Promise.allSettled(domains.map((domain) => domain.saveNat44()));
    for (const result of results) {
      if (result.status === "rejected") this.#log.debug({ err: result.reason }, "no state taken");
    }
  }

  /** Writes what the domains have given last, such as when they stopped. Never rejects. */
  finish(domains: readonly KeptDomain[]): Promise<void> {
    this.#saving = this.#saving.then(() => this.#write(domains));
    return this.#saving;
  }

  async #write(domains: readonly KeptDomain[]): Promise<void> {
    const { path } = this.#opened;
    if (path === null) return;
    const rows = domains.flatMap((domain) => this.#row(domain));
    try {
      await writeState(path, encodeState(rows));
      if (this.#writeProblem !== null) this.#log.info({ file: path }, "state file written again");
      this.#writeProblem = null;
      this.#complainAtMs = Number.NEGATIVE_INFINITY;
    } catch (error) {
      this.#complain(path, codeOf(error));
    }
  }

  #row({ config, savedNat44 }: KeptDomain): readonly DomainState[] {
    if (savedNat44 === null) return [];
    const { identity, state, savedAtMs } = savedNat44;
    const takenAt = this.#clock.wall() - (this.#clock.steady() - savedAtMs);
    return [{ name: config.settings.name, identity, state, takenAt: Math.max(0, takenAt) }];
  }

  #complain(path: string, reason: string): void {
    this.#failures.count("state_file_write_failures", NO_SPACE.has(reason) ? "no-space" : "other");
    this.#writeProblem = `state file ${path} not written: ${reason}`;
    const nowMs = this.#clock.steady();
    if (nowMs < this.#complainAtMs) return;
    this.#complainAtMs = nowMs + COMPLAIN_MS;
    this.#log.error({ file: path, reason }, `${this.#writeProblem}; a restart would lose sessions`);
  }
}
