/** The live view's one clock: asks every second while somebody looks, and tells what it knows. No part of any screen. */
import { type Answer, ask } from "./client.js";
import type { Domains, Statistics, Status } from "./documents.js";
import { type History, NO_HISTORY, withGap, withLook } from "./history.js";
import { readToken, writeToken } from "./token.js";

const PERIOD_MS = 1000;

/** While nobody answers there is no hurry. */
const GONE_PERIOD_MS = 2000;

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** Nobody looks. */
  | { readonly state: "paused" }
  | { readonly state: "gone"; readonly since: Date }
  | { readonly state: "token"; readonly message: string }
  | { readonly state: "refused"; readonly message: string };

export interface Snapshot {
  readonly connection: Connection;
  /** Grows with each answer; who shows more than is here asks when it does. */
  readonly tick: number;
  readonly status: Status | null;
  readonly statistics: Statistics | null;
  readonly domains: Domains | null;
  readonly history: History;
  readonly token: string;
}

export function firstSnapshot(): Snapshot {
  return {
    connection: { state: "connecting" },
    tick: 0,
    status: null,
    statistics: null,
    domains: null,
    history: NO_HISTORY,
    token: readToken(),
  };
}

export class Feed {
  readonly #tell: (snapshot: Snapshot) => void;
  #snapshot: Snapshot;
  #timer = 0;
  #isAsking = false;
  #isOn = false;

  constructor(tell: (snapshot: Snapshot) => void) {
    this.#tell = tell;
    this.#snapshot = firstSnapshot();
  }

  start(): void {
    this.#isOn = true;
    document.addEventListener("visibilitychange", this.#follow);
    void this.#ask();
  }

  stop(): void {
    this.#isOn = false;
    document.removeEventListener("visibilitychange", this.#follow);
    clearTimeout(this.#timer);
  }

  /** Empty to forget it. */
  setToken(token: string): void {
    writeToken(token);
    this.#change({ token, connection: { state: "connecting" } });
    void this.#ask();
  }

  readonly #follow = (): void => {
    if (document.hidden) {
      clearTimeout(this.#timer);
      const history = withGap(this.#snapshot.history);
      this.#change({ connection: { state: "paused" }, history });
    } else void this.#ask();
  };

  async #ask(): Promise<void> {
    if (this.#isAsking || !this.#isOn || document.hidden) return;
    clearTimeout(this.#timer);
    this.#isAsking = true;
    const startedMs = performance.now();
    const { token } = this.#snapshot;
    const [status, statistics] = await Promise.all([
      ask("mapd.status/1", "status", token),
      ask("mapd.statistics/1", "statistics", token),
    ]);
    await this.#take(status, statistics);
    this.#isAsking = false;
    if (!this.#isOn || document.hidden) return;
    const period = this.#snapshot.connection.state === "live" ? PERIOD_MS : GONE_PERIOD_MS;
    const waitMs = Math.max(0, startedMs + period - performance.now());
    // With another token meanwhile there is nothing to wait for.
    const isStale = this.#snapshot.token !== token;
    this.#timer = window.setTimeout(() => void this.#ask(), isStale ? 0 : waitMs);
  }

  async #take(status: Answer<Status>, statistics: Answer<Statistics>): Promise<void> {
    if (!this.#isOn || document.hidden) return;
    const failed = [status, statistics].find(({ kind }) => kind !== "document");
    if (failed !== undefined || status.kind !== "document" || statistics.kind !== "document") {
      this.#fail(failed ?? { kind: "gone" });
      return;
    }
    await this.#askDomains(status.document);
    const { history, tick } = this.#snapshot;
    const { pid, uptimeSeconds } = status.document;
    const { domains } = statistics.document;
    this.#change({
      connection: { state: "live" },
      tick: tick + 1,
      status: status.document,
      statistics: statistics.document,
      history: withLook(history, { timeS: Date.now() / 1000, pid, uptimeSeconds, domains }),
    });
  }

  /** What a domain is changes with the configuration alone. */
  async #askDomains({ configHash, pid }: Status): Promise<void> {
    const { status, domains, token } = this.#snapshot;
    if (domains !== null && status?.configHash === configHash && status.pid === pid) return;
    const answer = await ask("mapd.domains/1", "domains", token);
    if (answer.kind === "document") this.#change({ domains: answer.document });
  }

  #fail(answer: Answer<unknown>): void {
    const history = withGap(this.#snapshot.history);
    const { connection } = this.#snapshot;
    if (answer.kind === "token" || answer.kind === "refused") {
      this.#change({ connection: { state: answer.kind, message: answer.message }, history });
    } else if (connection.state !== "gone") {
      this.#change({ connection: { state: "gone", since: new Date() }, history });
    }
  }

  #change(change: Partial<Snapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    this.#tell(this.#snapshot);
  }
}
