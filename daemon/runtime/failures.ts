/**
 * What can go wrong in the daemon beside its packets, counted by what and why: the one table from which metrics and
 * their page come. What is a domain's own (its workers, its device) is counted there.
 */

interface FailureRow {
  readonly help: string;
  /** A closed set; empty where there is nothing to tell apart. */
  readonly reasons: readonly string[];
}

export const FAILURES = {
  control_connections_cut_off: {
    help: "Connections to the control socket that were refused or cut off: requests that are none, answers that nobody read, silence, too many at once",
    reasons: ["garbage", "unread", "silent", "too-many"],
  },
  http_connections_cut_off: {
    help: "HTTP connections that were refused or cut off: no HTTP, a request that took too long, too many at once",
    reasons: ["malformed", "slow", "too-many"],
  },
  http_requests_refused: {
    help: "HTTP requests that were refused: another's Host header, another's page, no token set or a file that holds none, no or another token, too many at once",
    reasons: ["host", "site", "shut", "token", "busy"],
  },
  state_file_write_failures: {
    help: "Times that the state file could not be written: no space, or something else",
    reasons: ["no-space", "other"],
  },
  config_reload_failures: {
    help: "Configurations that were not taken: refused, or given up half-way and undone",
    reasons: [],
  },
  marker_route_failures: {
    help: "Times that marker routes could not be changed",
    reasons: [],
  },
  internal_faults: {
    help: "Faults of mapd itself outside the packet path: in a control command, in an HTTP answer",
    reasons: ["control", "http"],
  },
} as const satisfies Readonly<Record<string, FailureRow>>;

export type Failure = keyof typeof FAILURES;

/** Those of a failure that has any. */
export type FailureReason<F extends Failure> = (typeof FAILURES)[F]["reasons"][number];

/** Numbers since the start. */
export interface FailureNumbers {
  /** In the order of the failure's reasons; one number where it has none. */
  read(failure: Failure): readonly number[];
}

export class Failures implements FailureNumbers {
  readonly #counts: ReadonlyMap<Failure, number[]>;

  constructor() {
    const names = Object.keys(FAILURES) as Failure[];
    this.#counts = new Map(
      names.map((name) => [name, Array(Math.max(FAILURES[name].reasons.length, 1)).fill(0)]),
    );
  }

  count<F extends Failure>(
    failure: F,
    ...reason: [FailureReason<F>] extends [never] ? [] : [FailureReason<F>]
  ): void {
    const reasons: readonly string[] = FAILURES[failure].reasons;
    const row = this.#counts.get(failure);
    const at = Math.max(reasons.indexOf(reason[0] ?? ""), 0);
    if (row !== undefined) row[at]! += 1;
  }

  read(failure: Failure): readonly number[] {
    return this.#counts.get(failure) ?? [];
  }
}
