/** Sessions as NAT44 gives them: which of them are wanted, in what order, and as what they are shown. */
import type { SessionRow } from "../../../src/nat44/records.js";
import { formatIpv4 } from "../../../src/wire/address.js";
import type { SessionDocumentRow } from "./documents.js";
import { protocolName, secondsLeft } from "./protocols.js";

/** What is left out matches every session. */
export interface SessionFilter {
  readonly protocol?: number | undefined;
  readonly host?: number | undefined;
  readonly remoteAddress?: number | undefined;
  readonly remotePort?: number | undefined;
  readonly externalPort?: number | undefined;
  readonly state?: string | undefined;
}

/** A session that stands for every remote end, or for every port of one, matches each of them. */
export function matches(row: SessionRow, filter: SessionFilter): boolean {
  const { remoteAddress, remotePort } = filter;
  return (
    isOrOpen(filter.protocol, row.protocol) &&
    isOrOpen(filter.host, row.insideAddress) &&
    isOrOpen(filter.externalPort, row.externalPort) &&
    (filter.state === undefined || filter.state === row.tcpState) &&
    (row.remoteAddress === 0 || isOrOpen(remoteAddress, row.remoteAddress)) &&
    (row.remotePort === 0 || isOrOpen(remotePort, row.remotePort))
  );
}

function isOrOpen(wanted: number | undefined, value: number): boolean {
  return wanted === undefined || wanted === value;
}

export const SESSION_SORTS = ["host", "port", "remaining", "remote"] as const;
export type SessionSort = (typeof SESSION_SORTS)[number];

type Key = (row: SessionRow) => number;

const BY_HOST: readonly Key[] = [
  (row) => row.insideAddress,
  (row) => row.insidePort,
  (row) => row.protocol,
];
const BY_REMOTE: readonly Key[] = [(row) => row.remoteAddress, (row) => row.remotePort];
const BY_PORT: readonly Key[] = [(row) => row.externalPort, (row) => row.protocol];

/** Every key counts, so that the order is the same whatever order the sessions came in. */
const SORT_KEYS: Readonly<Record<SessionSort, readonly Key[]>> = {
  host: [...BY_HOST, ...BY_REMOTE, ...BY_PORT],
  port: [...BY_PORT, ...BY_REMOTE, ...BY_HOST],
  remaining: [(row) => row.remainingMs, ...BY_HOST, ...BY_REMOTE, ...BY_PORT],
  remote: [...BY_REMOTE, ...BY_PORT, ...BY_HOST],
};

export function sessionOrder(sort: SessionSort): (a: SessionRow, b: SessionRow) => number {
  const keys = SORT_KEYS[sort];
  return (a, b) => {
    for (const key of keys) {
      const difference = key(a) - key(b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** The first `limit` rows of an order, out of any number of them, in memory for twice as many. */
export class FirstRows {
  readonly #limit: number;
  readonly #order: (a: SessionRow, b: SessionRow) => number;
  #rows: SessionRow[] = [];
  /** Once there are enough rows, the last of them: what comes after it is not wanted. */
  #last: SessionRow | null = null;

  constructor(limit: number, sort: SessionSort) {
    this.#limit = limit;
    this.#order = sessionOrder(sort);
  }

  add(row: SessionRow): void {
    if (this.#last !== null && this.#order(row, this.#last) >= 0) return;
    this.#rows.push(row);
    if (this.#rows.length < 2 * this.#limit) return;
    this.#rows = this.sorted();
    this.#last = this.#rows[this.#limit - 1] ?? null;
  }

  sorted(): SessionRow[] {
    return this.#rows.sort(this.#order).slice(0, this.#limit);
  }
}

export function sessionRow(row: SessionRow): SessionDocumentRow {
  return {
    protocol: protocolName(row.protocol),
    insideAddress: formatIpv4(row.insideAddress),
    insidePort: row.insidePort,
    externalPort: row.externalPort,
    remoteAddress: row.remoteAddress === 0 ? null : formatIpv4(row.remoteAddress),
    remotePort: row.remotePort === 0 ? null : row.remotePort,
    state: row.tcpState,
    shared: row.shared,
    remainingSeconds: secondsLeft(row.remainingMs),
  };
}
