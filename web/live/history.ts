/** What the counters of the last minutes say about packets, bits and drops a second. */
import type { DomainStatistics } from "./documents.js";

/** One look at all counters. */
export interface Look {
  /** When it was, for the reader: Unix time in seconds. */
  readonly timeS: number;
  /** Process and clock of the daemon: what lies between two looks is measured where the counters are. */
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly domains: readonly DomainStatistics[];
}

/** What is plotted of a domain. "To IPv6" came in as IPv4. */
export const RATES = [
  "bitsToIpv6",
  "bitsToIpv4",
  "packetsToIpv6",
  "packetsToIpv4",
  "dropsOfIpv4",
  "dropsOfIpv6",
] as const;

export type RateName = (typeof RATES)[number];

/** A second; null where nothing is known. */
export type Rates = Readonly<Record<RateName, number | null>>;

export const UNKNOWN: Rates = {
  bitsToIpv6: null,
  bitsToIpv4: null,
  packetsToIpv6: null,
  packetsToIpv4: null,
  dropsOfIpv4: null,
  dropsOfIpv6: null,
};

export interface Point {
  readonly timeS: number;
  /** By the name of the domain; empty where nothing is known. */
  readonly rates: ReadonlyMap<string, Rates>;
}

export interface History {
  readonly points: readonly Point[];
  /** What the next look is compared with; null at the start and after a gap. */
  readonly last: Look | null;
}

export const NO_HISTORY: History = { points: [], last: null };

/** Five minutes. */
const MAX_POINTS = 300;

/** With another look. The first one after a gap says nothing a second, and is the gap in the plot. */
export function withLook(history: History, look: Look): History {
  const rates = history.last === null ? new Map<string, Rates>() : ratesOf(history.last, look);
  const points = [...history.points, { timeS: look.timeS, rates }].slice(-MAX_POINTS);
  return { points, last: look };
}

/** While nobody looked or nobody answered, nothing is known. */
export function withGap(history: History): History {
  return { points: history.points, last: null };
}

/** One column of a plot. */
export function column(history: History, domain: string, rate: RateName): (number | null)[] {
  return history.points.map(({ rates }) => rates.get(domain)?.[rate] ?? null);
}

export function latest(history: History, domain: string): Rates {
  return history.points.at(-1)?.rates.get(domain) ?? UNKNOWN;
}

function ratesOf(before: Look, after: Look): ReadonlyMap<string, Rates> {
  const seconds = after.uptimeSeconds - before.uptimeSeconds;
  // Another process counts from 0, and the same moment twice says nothing.
  if (before.pid !== after.pid || seconds <= 0) return new Map();
  const old = new Map(before.domains.map((domain) => [domain.name, domain]));
  return new Map(
    after.domains.flatMap((domain): (readonly [string, Rates])[] => {
      const was = old.get(domain.name);
      return was === undefined ? [] : [[domain.name, domainRates(was, domain, seconds)]];
    }),
  );
}

function domainRates(was: DomainStatistics, is: DomainStatistics, seconds: number): Rates {
  // A domain that was made anew counts from 0, too.
  const rate = (of: (domain: DomainStatistics) => number): number | null => {
    const difference = of(is) - of(was);
    return difference < 0 ? null : difference / seconds;
  };
  return {
    bitsToIpv6: rate(({ bytes }) => bytes.in.ipv4 * 8),
    bitsToIpv4: rate(({ bytes }) => bytes.in.ipv6 * 8),
    packetsToIpv6: rate(({ packets }) => packets.in.ipv4),
    packetsToIpv4: rate(({ packets }) => packets.in.ipv6),
    dropsOfIpv4: rate((domain) => dropsOf(domain, "ipv4")),
    dropsOfIpv6: rate((domain) => dropsOf(domain, "ipv6")),
  };
}

function dropsOf({ drops }: DomainStatistics, family: "ipv4" | "ipv6"): number {
  return Object.values(drops).reduce((sum, row) => sum + row[family], 0);
}
