/** What mapd tells the service manager that has started it: sd_notify(3). Without one nothing is said. */
import type { Log } from "../log.js";
import type { NativeSystem } from "./native-system.js";

/** What the environment says of a service manager. */
export interface NotifyPlace {
  /** Path of its socket, or `@` and an abstract name. */
  readonly address: string;
  /** It ends a process that says nothing for this long, milliseconds; null: it does not wait. */
  readonly watchdogMs: number | null;
}

/** More than that is no state in one line any more, characters. */
const MAX_STATUS_LEN = 500;

/** Reads the variables of the process `pid`, and removes them: they are for no child. null where there is no manager. */
export function takeNotifyPlace(env: NodeJS.ProcessEnv, pid: number): NotifyPlace | null {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = env;
  for (const name of ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]) delete env[name];
  if (NOTIFY_SOCKET === undefined || !/^[/@]./.test(NOTIFY_SOCKET)) return null;
  const microseconds = Number(WATCHDOG_USEC);
  // A watchdog may be meant for the process that has started this one.
  const isMeant = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === pid;
  const isOn = isMeant && Number.isSafeInteger(microseconds) && microseconds > 0;
  return { address: NOTIFY_SOCKET, watchdogMs: isOn ? microseconds / 1000 : null };
}

export class ServiceManager {
  readonly #place: NotifyPlace | null;
  readonly #native: Pick<NativeSystem, "notify">;
  readonly #log: Log;
  #status = "";
  #failed = false;

  constructor(place: NotifyPlace | null, native: Pick<NativeSystem, "notify">, log: Log) {
    this.#place = place;
    this.#native = native;
    this.#log = log;
  }

  get watchdogMs(): number | null {
    return this.#place?.watchdogMs ?? null;
  }

  /** The start, or the reload, is over. */
  ready(status: string): void {
    this.#send(["READY=1", this.#statusLine(status)]);
  }

  /** `monotonicUs` is the time on CLOCK_MONOTONIC, so that the manager knows which reload this is. */
  reloading(monotonicUs: bigint): void {
    this.#send(["RELOADING=1", `MONOTONIC_USEC=${monotonicUs}`]);
  }

  /** The end has begun, and takes `withinMs` at most. */
  stopping(status: string, withinMs: number): void {
    const extension = `EXTEND_TIMEOUT_USEC=${Math.round(withinMs * 1000)}`;
    this.#send(["STOPPING=1", this.#statusLine(status), extension]);
  }

  /** One line for people; said only where it is another one than before. */
  status(text: string): void {
    const before = this.#status;
    const line = this.#statusLine(text);
    if (this.#status !== before) this.#send([line]);
  }

  #statusLine(text: string): string {
    const line = text.replace(/\s+/g, " ");
    const isLong = line.length > MAX_STATUS_LEN;
    this.#status = isLong ? `${line.slice(0, MAX_STATUS_LEN - 3)}...` : line;
    return `STATUS=${this.#status}`;
  }

  /** The packet loops turn. */
  alive(): void {
    this.#send(["WATCHDOG=1"]);
  }

  #send(lines: readonly string[]): void {
    if (this.#place === null) return;
    const result = this.#native.notify(this.#place.address, lines.join("\n"));
    if (result < 0 && !this.#failed) {
      this.#log.warn(
        { socket: this.#place.address, errno: -result },
        "the service manager cannot be told how mapd does",
      );
    }
    this.#failed = result < 0;
  }
}
