/** What the workers of a domain look packets up in, and count them by: compiled for each configuration, in memory of a pool. */
import { compileRules } from "../../src/pipeline/compile-rules.js";
import { withoutRules } from "../../src/pipeline/settings.js";
import type { NativeTun } from "../../src/tun/native.js";
import type { DomainConfig } from "../config/types.js";
import { RulesInForce } from "../trace/rules-in-force.js";
import { allocateHuge } from "./huge-memory.js";
import { RuleHitCounts, type RuleHits } from "./rule-hits.js";
import { SharedPool } from "./shared-pool.js";
import type { WorkerDomain } from "./worker-protocol.js";

export class DomainRules {
  readonly #memory: SharedPool;
  readonly #hits: RuleHitCounts;
  #inForce: RulesInForce | null = null;

  constructor(native: Pick<NativeTun, "releasePages" | "askHugePages">) {
    this.#memory = new SharedPool(native, allocateHuge(native));
    this.#hits = new RuleHitCounts(this.#memory.take);
  }

  /** As compiled last; null before the first time. */
  get inForce(): RulesInForce | null {
    return this.#inForce;
  }

  /** For the workers; from now on it is what they have, or are about to get. */
  compile(config: DomainConfig): WorkerDomain {
    const { settings } = config;
    const compiled = {
      settings: withoutRules(settings),
      revision: (this.#inForce?.revision ?? 0) + 1,
      table: compileRules(settings, this.#memory.take).buffer,
      hits: this.#hits.prepare(config),
    };
    this.#inForce = new RulesInForce(config, compiled);
    return compiled;
  }

  /** All workers have taken these: nobody uses what was before. */
  settle({ table, hits }: WorkerDomain): void {
    this.#hits.settle(hits);
    this.#memory.keepOnly([table, hits]);
  }

  /** Packets of the rules from index `from` up to `to`; null where they are not counted. */
  hits(from: number, to: number): ReadonlyMap<string, RuleHits> | null {
    return this.#hits.read(from, to);
  }

  /** The workers have ended. */
  release(): void {
    this.#memory.keepOnly([]);
  }
}
