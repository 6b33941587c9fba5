/** Keeps the service manager informed: when the daemon is ready, how it does, and that its packet loops turn. */
import type { ServiceManager } from "../system/notify.js";
import type { Phase } from "./readiness.js";

/** How often the state is looked at, milliseconds. */
const STATUS_MS = 1_000;

/** Looks at the packet loops within the time that the watchdog gives them. */
const LOOKS_A_WATCHDOG = 4;

/** What the end takes beside the drain: routes, workers, the state file. Milliseconds. */
const STOP_MS = 30_000;

/** More domains than these are only counted. */
const NAMED_DOMAINS = 8;

/** A daemon as the service manager sees it; Daemon has this shape. */
export interface ServedDaemon {
  readonly phase: Phase;
  reasons(): readonly string[];
  readonly lastReload: { readonly successful: boolean };
  readonly config: { readonly drainTimeoutMs: number };
  readonly domains: readonly {
    readonly config: { readonly settings: { readonly name: string } };
    readonly workers: readonly ServedWorker[];
  }[];
}

export interface BeatingWorker {
  /** Another number, another turn of the loop. */
  readonly beat: number;
}

export interface ServedWorker extends BeatingWorker {
  /** False while its device is gone: a restart of mapd would not bring that back. */
  readonly wanted: boolean;
}

/** `ready: metro-br, metro-ce`, or what is wrong behind it. */
export function statusLine(daemon: ServedDaemon): string {
  const { domains, phase, lastReload } = daemon;
  const names = domains.map(({ config }) => config.settings.name);
  const what = names.length > NAMED_DOMAINS ? `${names.length} domains` : names.join(", ");
  const faults = lastReload.successful ? [] : ["the configuration last read was refused"];
  return [`${phase}: ${what}`, ...daemon.reasons(), ...faults].join("; ");
}

/** Tells whether every loop has turned since it last told so. */
export class LoopWatch {
  #beats = new Map<BeatingWorker, number>();

  haveAllTurned(workers: readonly BeatingWorker[]): boolean {
    const beats = new Map(workers.map((worker) => [worker, worker.beat]));
    for (const [worker, beat] of beats) if (this.#beats.get(worker) === beat) return false;
    this.#beats = beats;
    return true;
  }
}

/** Does a step again and again; gives what ends that. */
export type Repeat = (step: () => void, everyMs: number) => () => void;

const repeat: Repeat = (step, everyMs) => {
  const timer = setInterval(step, everyMs);
  return () => clearInterval(timer);
};

/** What of a ServiceManager is used here. */
type Listener = Pick<ServiceManager, keyof ServiceManager>;

export class ServiceReport {
  readonly #manager: Listener;
  readonly #daemon: ServedDaemon;
  readonly #repeat: Repeat;
  readonly #loops = new LoopWatch();
  #ends: (() => void)[] = [];

  constructor(manager: Listener, daemon: ServedDaemon, again: Repeat = repeat) {
    this.#manager = manager;
    this.#daemon = daemon;
    this.#repeat = again;
  }

  /** The daemon runs: from now on the manager hears of it by itself. */
  started(): void {
    this.#manager.ready(statusLine(this.#daemon));
    const status = (): void => this.#manager.status(statusLine(this.#daemon));
    this.#ends = [this.#repeat(status, STATUS_MS)];
    const { watchdogMs } = this.#manager;
    if (watchdogMs === null) return;
    this.#look();
    const pauseMs = Math.min(watchdogMs / LOOKS_A_WATCHDOG, STATUS_MS);
    this.#ends.push(this.#repeat(() => this.#look(), pauseMs));
  }

  /** A loop that hangs, or a worker that does not come back, is not covered up: the manager then starts mapd again. */
  #look(): void {
    const workers = this.#daemon.domains.flatMap((domain) => domain.workers);
    if (this.#loops.haveAllTurned(workers.filter(({ wanted }) => wanted))) this.#manager.alive();
  }

  /** Around a reload, whatever becomes of it. */
  async reload<T>(step: () => Promise<T>): Promise<T> {
    this.#manager.reloading(process.hrtime.bigint() / 1000n);
    try {
      return await step();
    } finally {
      this.#manager.ready(statusLine(this.#daemon));
    }
  }

  /** The daemon is about to drain, and then to end. */
  stopping(): void {
    const { drainTimeoutMs } = this.#daemon.config;
    this.#manager.stopping(statusLine(this.#daemon), drainTimeoutMs + STOP_MS);
  }

  /** Nothing more is said. */
  stop(): void {
    for (const end of this.#ends) end();
  }
}
