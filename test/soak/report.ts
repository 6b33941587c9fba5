/** What a soak has found, and whether that is good. */
import type { DaemonName, LabMode } from "../../lab/plan.js";
import type { Disturbed } from "./disturbances.js";
import type { Numbered } from "./numbered-program.js";
import type { Scraped } from "./scraper-program.js";

export interface Transfers {
  readonly done: number;
  readonly bytes: number;
  readonly failures: readonly string[];
}

export interface SoakReport {
  readonly mode: LabMode;
  readonly seconds: number;
  readonly udp: Readonly<Record<"lan1" | "lan2", Numbered>>;
  readonly tcp: Transfers;
  readonly scrapes: Readonly<Record<DaemonName, Scraped>>;
  readonly reloads: Readonly<Record<DaemonName, Disturbed>>;
  readonly calls: Disturbed;
  /** Packets dropped meanwhile, by "daemon reason", and by "node what" where it was a kernel. */
  readonly drops: Readonly<Record<string, number>>;
}

/** Resident memory may grow by this share between the first quarter after warm-up and the last one. */
const FLAT = 0.05;
/** Until compilers and caches are full: a fifth of the run, but no less than two minutes. Seconds. */
const WARM_UP_SECONDS = 120;
/** Shorter than this after the warm-up says nothing about memory. */
const LEAST_SECONDS = 120;

export interface Memory {
  readonly startBytes: number;
  readonly endBytes: number;
  /** Of the first quarter after warm-up to the last one; null where the run is too short to say. */
  readonly growth: number | null;
}

/** `residentBytes` has a sample a second. */
export function memoryOf(residentBytes: readonly number[]): Memory {
  const warm = residentBytes.slice(Math.max(WARM_UP_SECONDS, residentBytes.length / 5));
  const startBytes = residentBytes[0] ?? 0;
  const endBytes = residentBytes.at(-1) ?? 0;
  if (warm.length < LEAST_SECONDS) return { startBytes, endBytes, growth: null };
  const quarter = Math.floor(warm.length / 4);
  const growth = median(warm.slice(-quarter)) / median(warm.slice(0, quarter)) - 1;
  return { startBytes, endBytes, growth };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;
}

/** What is not as it should be; empty where all is well. */
export function faultsOf(report: SoakReport): readonly string[] {
  const { udp, tcp, scrapes, reloads, calls } = report;
  return [
    ...Object.entries(udp).flatMap(([name, { lost, duplicates, sent, lostAtSeconds }]) => [
      ...(lost === 0
        ? []
        : [`${name}: ${lost} of ${sent} datagrams lost, sent at ${lostAtSeconds.join(", ")} s`]),
      ...(duplicates === 0 ? [] : [`${name}: ${duplicates} datagrams came twice`]),
      ...(sent > 0 ? [] : [`${name}: nothing was sent`]),
    ]),
    ...tcp.failures,
    ...Object.entries(scrapes).flatMap(([name, scraped]) => scrapeFaults(name, scraped)),
    ...Object.entries(reloads).flatMap(([name, { failures }]) =>
      failures.map((failure) => `reload of ${name}: ${failure}`),
    ),
    ...calls.failures,
  ];
}

function scrapeFaults(name: string, scraped: Scraped): readonly string[] {
  const { failed, backward, failures, residentBytes } = scraped;
  const { growth } = memoryOf(residentBytes);
  return [
    ...(failed === 0 ? [] : [`${name}: ${failed} scrapes failed`]),
    ...(backward.length === 0 ? [] : [`${name}: counters ran backward: ${backward.join(", ")}`]),
    ...failures.map((failure) => `${name}: ${failure}`),
    ...(growth === null || Math.abs(growth) <= FLAT
      ? []
      : [`${name}: resident memory changed by ${percent(growth)}`]),
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const MIB = 2 ** 20;

/** For people. */
export function textOf(report: SoakReport): string {
  const { mode, seconds, udp, tcp, scrapes, reloads, calls, drops } = report;
  const lines = [
    `${mode}, ${seconds} s`,
    ...Object.entries(udp).map(
      ([name, one]) =>
        `  ${name}: ${one.sent} datagrams, ${one.lost} lost, longest way ${one.longestMs.toFixed(0)} ms`,
    ),
    `  TCP: ${tcp.done} transfers, ${(tcp.bytes / MIB).toFixed(0)} MiB, ${tcp.failures.length} failed`,
    ...Object.entries(scrapes).map(([name, one]) => scrapeLine(name, one, seconds)),
    ...Object.entries(reloads).map(
      ([name, { done, failures }]) => `  ${name}: ${done} reloads, ${failures.length} failed`,
    ),
    `  mapctl: ${calls.done} calls, ${calls.failures.length} failed`,
    ...Object.entries(drops).map(([name, count]) => `  dropped: ${count} ${name}`),
  ];
  return lines.join("\n");
}

function scrapeLine(name: string, scraped: Scraped, seconds: number): string {
  const { startBytes, endBytes, growth } = memoryOf(scraped.residentBytes);
  const memory =
    `resident memory ${(startBytes / MIB).toFixed(1)} to ${(endBytes / MIB).toFixed(1)} MiB` +
    (growth === null ? ", too short to say more" : `, after warm-up ${percent(growth)}`);
  const times = `median ${scraped.medianMs.toFixed(1)} ms, longest ${scraped.longestMs.toFixed(0)} ms`;
  const lag = `lag ${scraped.longestLagMs.toFixed(0)} ms`;
  const cpu = `${percent(scraped.cpuSeconds / seconds)} of a core`;
  return [
    `  ${name}: ${scraped.scrapes} scrapes, ${scraped.failed} failed, ${times}`,
    `    ${memory}; ${lag}; ${cpu}`,
  ].join("\n");
}
