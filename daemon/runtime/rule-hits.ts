/** Packets by rule, counted by the workers of a BR in shared memory that a reload replaces; no number is lost by that. */
import type { Allocate } from "../../src/map/compile-table.js";
import { HIT_FROM_CE, HIT_TO_CE, HITS_A_RULE } from "../../src/pipeline/rule-hits.js";
import type { DomainConfig } from "../config/types.js";

/** Packets that a rule let pass. A super-packet is one packet. */
export interface RuleHits {
  readonly toCe: number;
  readonly fromCe: number;
}

interface Counted {
  readonly names: readonly string[];
  readonly workers: number;
  readonly buffer: SharedArrayBuffer;
  readonly counts: Float64Array;
}

export class RuleHitCounts {
  /** What workers write to; the first, after `settle()` the only one, is that of the configuration in force. */
  #live: Counted[] = [];
  readonly #former = new Map<string, RuleHits>();
  readonly #allocate: Allocate;

  constructor(allocate: Allocate) {
    this.#allocate = allocate;
  }

  /** Memory for a configuration that workers are about to take: one part a worker. null where nothing is counted. */
  prepare({ ruleCounters, settings, tun }: DomainConfig): SharedArrayBuffer | null {
    if (!ruleCounters) return null;
    const names = settings.rules.map((rule) => rule.name);
    const size = tun.queues * names.length * HITS_A_RULE * Float64Array.BYTES_PER_ELEMENT;
    const buffer = this.#allocate(size);
    this.#live.push({ names, workers: tun.queues, buffer, counts: new Float64Array(buffer) });
    return buffer;
  }

  /** All workers have taken the configuration prepared last, or one without counters (null). */
  settle(current: SharedArrayBuffer | null): void {
    const past = this.#live.filter(({ buffer }) => buffer !== current);
    this.#live = this.#live.filter(({ buffer }) => buffer === current);
    for (const counted of past) addTo(this.#former, counted);
  }

  /**
   * By the names of the rules in force, those from index `from` up to `to`; null where they are not counted. Costs what
   * is asked for: a BR may have a million.
   */
  read(from = 0, to = Number.POSITIVE_INFINITY): ReadonlyMap<string, RuleHits> | null {
    const [current, ...next] = this.#live;
    if (current === undefined) return null;
    const names = current.names.slice(from, to);
    const wanted = new Set(next.length === 0 ? [] : names);
    const sums = new Map(names.map((name) => [name, this.#former.get(name) ?? NONE]));
    names.forEach((name, place) => {
      sums.set(name, plus(sums.get(name), current, from + place));
    });
    for (const counted of next) addTo(sums, counted, (name) => wanted.has(name));
    return sums;
  }
}

const NONE: RuleHits = { toCe: 0, fromCe: 0 };

function addTo(
  sums: Map<string, RuleHits>,
  counted: Counted,
  isWanted: (name: string) => boolean = () => true,
): void {
  counted.names.forEach((name, rule) => {
    if (isWanted(name)) sums.set(name, plus(sums.get(name), counted, rule));
  });
}

/** With what all workers have counted for one rule. */
function plus(
  sum: RuleHits | undefined,
  { names, workers, counts }: Counted,
  rule: number,
): RuleHits {
  let { toCe, fromCe } = sum ?? NONE;
  for (let worker = 0; worker < workers; worker++) {
    const at = (worker * names.length + rule) * HITS_A_RULE;
    toCe += counts[at + HIT_TO_CE]!;
    fromCe += counts[at + HIT_FROM_CE]!;
  }
  return { toCe, fromCe };
}
