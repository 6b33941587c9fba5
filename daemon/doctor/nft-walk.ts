/** What a ruleset of nftables does to a packet that is forwarded. */
import { keyMeets, type Met, meets } from "./nft-match.js";
import {
  keyOf,
  listOf,
  type NftChain,
  type NftRule,
  type NftRuleset,
  textOf,
} from "./nft-ruleset.js";
import type { Witness } from "./witness.js";

/** A packet that does not pass unchanged. */
export interface Obstacle {
  readonly kind: "drop" | "rewrite";
  /** False where it depends on what is not known of the packet. */
  readonly certain: boolean;
  /** Where the packet came into the ruleset: a rule before it there decides. */
  readonly base: NftChain;
  readonly chain: NftChain;
  /** null: the policy of the chain. */
  readonly handle: number | null;
}

/** In the order in which a forwarded packet meets them. */
const HOOKS = ["prerouting", "forward", "postrouting"];

/** Deeper than nftables allows. */
const MOST_JUMPS = 16;

/** The first obstacle that is certain, else the first possible one, else null. */
export function obstacleFor(packet: Witness, ruleset: NftRuleset): Obstacle | null {
  const families = ["inet", packet.family];
  const chains = ruleset.chains
    .filter(({ family, hook }) => families.includes(family) && HOOKS.includes(hook ?? ""))
    .sort((one, other) => rank(one) - rank(other) || one.priority - other.priority);
  const found = chains.flatMap((chain) => new Walk(packet, ruleset, chain).obstacles());
  return found.find(({ certain }) => certain) ?? found[0] ?? null;
}

function rank({ hook }: NftChain): number {
  return HOOKS.indexOf(hook ?? "");
}

type Ending = "accepted" | "stopped" | "through";

/** One packet through one base chain. */
class Walk {
  readonly #packet: Witness;
  readonly #ruleset: NftRuleset;
  readonly #base: NftChain;
  readonly #found: Obstacle[] = [];
  /** Some rule may have accepted the packet already. */
  #perhapsAccepted = false;

  constructor(packet: Witness, ruleset: NftRuleset, base: NftChain) {
    this.#packet = packet;
    this.#ruleset = ruleset;
    this.#base = base;
  }

  obstacles(): readonly Obstacle[] {
    const ending = this.#chain(this.#base, "yes", MOST_JUMPS);
    if (ending === "through" && this.#base.policy === "drop") {
      this.#add("drop", this.#base, null, "yes");
    }
    return this.#found;
  }

  #add(kind: Obstacle["kind"], chain: NftChain, handle: number | null, met: Met): void {
    const certain = met === "yes" && !this.#perhapsAccepted;
    this.#found.push({ kind, certain, base: this.#base, chain, handle });
  }

  /** `reached` says how sure it is that the packet comes here at all. */
  #chain(chain: NftChain, reached: Met, jumps: number): Ending {
    let met = reached;
    for (const rule of chain.rules) {
      const ending = this.#rule(chain, rule, met, jumps);
      if (ending === "returned") return "through";
      if (ending === "perhaps-returned") met = "maybe";
      else if (ending !== "through") return ending;
    }
    return "through";
  }

  #rule(
    chain: NftChain,
    rule: NftRule,
    reached: Met,
    jumps: number,
  ): Ending | "returned" | "perhaps-returned" {
    let met: Met = reached;
    for (const statement of rule.statements) {
      met = both(met, this.#condition(chain, statement));
      if (met === "no") return "through";
      const verdict = this.#verdictOf(chain, statement);
      if (verdict === null) continue;
      return this.#follow(chain, rule, verdict.statement, both(met, verdict.met), jumps);
    }
    return "through";
  }

  /** Whether the rest of the rule applies after this statement. */
  #condition(chain: NftChain, statement: unknown): Met {
    const match = keyOf(statement, "match");
    if (match !== undefined) return meets(match, this.#packet, this.#ruleset, placeOf(chain));
    const unsure = ["limit", "quota", "xt", "connlimit", "ct count"];
    return unsure.some((key) => keyOf(statement, key) !== undefined) ? "maybe" : "yes";
  }

  #verdictOf(chain: NftChain, statement: unknown): { statement: unknown; met: Met } | null {
    const map = keyOf(statement, "vmap");
    if (map === undefined) return isVerdict(statement) ? { statement, met: "yes" } : null;
    let perhaps: unknown = null;
    for (const row of listOf(keyOf(keyOf(map, "data"), "set"))) {
      const [key, verdict] = listOf(row);
      const place = placeOf(chain);
      const met = keyMeets(keyOf(map, "key"), key, this.#packet, this.#ruleset, place);
      if (met === "yes") return { statement: verdict, met };
      if (met === "maybe" && (perhaps === null || isStop(verdict))) perhaps = verdict;
    }
    return perhaps === null ? null : { statement: perhaps, met: "maybe" };
  }

  #follow(
    chain: NftChain,
    { handle }: NftRule,
    verdict: unknown,
    met: Met,
    jumps: number,
  ): Ending | "returned" | "perhaps-returned" {
    const sure = met === "yes";
    if (isStop(verdict)) {
      this.#add("drop", chain, handle, met);
      return sure ? "stopped" : "through";
    }
    if (isRewrite(verdict)) {
      this.#add("rewrite", chain, handle, met);
      return sure ? "stopped" : "through";
    }
    if (has(verdict, "accept")) {
      if (sure) return "accepted";
      this.#perhapsAccepted = true;
      return "through";
    }
    if (has(verdict, "return")) return sure ? "returned" : "perhaps-returned";
    const target = keyOf(keyOf(verdict, "jump") ?? keyOf(verdict, "goto"), "target");
    const next = this.#ruleset.chains.find(
      (other) => placeOf(other) === placeOf(chain) && other.name === textOf(target),
    );
    if (next === undefined || jumps === 0) return "through";
    const ending = this.#chain(next, met, jumps - 1);
    if (ending === "through") return has(verdict, "goto") && sure ? "returned" : "through";
    if (sure) return ending;
    if (ending === "accepted") this.#perhapsAccepted = true;
    return "through";
  }
}

function placeOf({ family, table }: NftChain): string {
  return `${family} ${table}`;
}

function both(one: Met, other: Met): Met {
  if (one === "no" || other === "no") return "no";
  return one === "maybe" || other === "maybe" ? "maybe" : "yes";
}

function has(statement: unknown, key: string): boolean {
  return keyOf(statement, key) !== undefined;
}

function isStop(statement: unknown): boolean {
  return has(statement, "drop") || has(statement, "reject");
}

function isRewrite(statement: unknown): boolean {
  return ["masquerade", "snat", "dnat", "redirect"].some((key) => has(statement, key));
}

function isVerdict(statement: unknown): boolean {
  const others = ["accept", "return", "jump", "goto"];
  return isStop(statement) || isRewrite(statement) || others.some((key) => has(statement, key));
}
