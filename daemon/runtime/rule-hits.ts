/** Packets by rule, counted by the workers of a BR in shared memory that a reload replaces; no number is lost by that. */
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
}

export class RuleHitCounts {
  /** What workers write to; the first, after `settle()` the only one, is that of the configuration in force. */
  #live: Counted[] = [];
  readonly #former = new Map<string, RuleHits>();

  /** Memory for a configuration that workers are about to take: one part a worker. null where nothing is counted. */
  prepare({ ruleCounters, settings, tun }: DomainConfig): SharedArrayBuffer | null {
    if (!ruleCounters) return null;
    const names = settings.rules.map((rule) => rule.name);
    const size = tun.queues * names.length * HITS_A_RULE * Float64Array.BYTES_PER_ELEMENT;
    const buffer = new SharedArrayBuffer(size);
    this.#live.push({ names, workers: tun.queues, buffer });
    return buffer;
  }

  /** All workers have taken the configuration prepared last, or one without counters (null). */
  settle(current: SharedArrayBuffer | null): void {
    const past = this.#live.filter(({ buffer }) => buffer !== current);
    this.#live = this.#live.filter(({ buffer }) => buffer === current);
    for (const counted of past) addTo(this.#former, counted);
  }

  /** By the names of the rules in force; null where they are not counted. */
  read(): ReadonlyMap<string, RuleHits> | null {
    const [current] = this.#live;
    if (current === undefined) return null;
    const sums = new Map(this.#former);
    for (const counted of this.#live) addTo(sums, counted);
    return new Map(current.names.map((name) => [name, sums.get(name) ?? { toCe: 0, fromCe: 0 }]));
  }
}

function addTo(sums: Map<string, RuleHits>, { names, workers, buffer }: Counted): void {
  const counts = new Float64Array(buffer);
  names.forEach((name, rule) => {
    let { toCe, fromCe } = sums.get(name) ?? { toCe: 0, fromCe: 0 };
    for (let worker = 0; worker < workers; worker++) {
      const at = (worker * names.length + rule) * HITS_A_RULE;
      toCe += counts[at + HIT_TO_CE]!;
      fromCe += counts[at + HIT_FROM_CE]!;
    }
    sums.set(name, { toCe, fromCe });
  });
}
