/** The rules that a domain's workers judge by, as those who trace need them. */
import { RuleTable } from "../../src/map/rule-table.js";
import type { DomainConfig } from "../config/types.js";
import type { WorkerDomain } from "../runtime/worker-protocol.js";

export class RulesInForce {
  /** What workers call them by. */
  readonly revision: number;
  readonly #config: DomainConfig;
  readonly #table: SharedArrayBuffer;
  #forwarding: readonly string[] | null = null;

  constructor(config: DomainConfig, { revision, table }: WorkerDomain) {
    this.revision = revision;
    this.#config = config;
    this.#table = table;
  }

  get table(): RuleTable {
    return RuleTable.fromBuffer(this.#table);
  }

  /** Names of the rules that a packet was judged by: of the CEs that it comes from and goes to, -1: none. */
  namesOf(from: number, to: number): readonly string[] {
    const { settings } = this.#config;
    const named = [from, to].filter((index) => index >= 0).map((index) => this.#nameOf(index));
    // At one end of every packet of a CE is the CE itself.
    if (settings.role === "ce") named.push(settings.rules[settings.bmr]?.name ?? null);
    return [...new Set(named.filter((name) => name !== null))];
  }

  #nameOf(index: number): string | null {
    const { settings } = this.#config;
    if (settings.role === "br") return settings.rules.at(index)?.name ?? null;
    this.#forwarding ??= settings.rules.filter((rule) => rule.forwarding).map(({ name }) => name);
    return this.#forwarding[index] ?? null;
  }
}
