/** The document of `nft -j list ruleset`: chains with their rules, sets by name. Nothing in it is taken for granted. */

export interface NftRule {
  readonly handle: number;
  /** Statements, as nft writes them. */
  readonly statements: readonly unknown[];
}

export interface NftChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
  /** null: reached by jumps alone. */
  readonly hook: string | null;
  readonly priority: number;
  readonly policy: string;
  readonly rules: NftRule[];
}

export interface NftRuleset {
  readonly chains: readonly NftChain[];
  /** Elements by `FAMILY TABLE NAME`. */
  readonly sets: ReadonlyMap<string, readonly unknown[]>;
}

/** A key of an object, or undefined. */
export function keyOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** null where the text is not such a document. */
export function parseRuleset(text: string): NftRuleset | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const objects = keyOf(document, "nftables");
  if (!Array.isArray(objects)) return null;
  const chains = new Map<string, NftChain>();
  const sets = new Map<string, readonly unknown[]>();
  for (const object of objects) {
    const chain = keyOf(object, "chain");
    const set = keyOf(object, "set");
    const rule = keyOf(object, "rule");
    if (chain !== undefined) chains.set(placeOf(chain, "name"), chainOf(chain));
    else if (set !== undefined) sets.set(placeOf(set, "name"), listOf(keyOf(set, "elem")));
    else if (rule !== undefined) {
      const statements = listOf(keyOf(rule, "expr"));
      chains
        .get(placeOf(rule, "chain"))
        ?.rules.push({ handle: Number(keyOf(rule, "handle")), statements });
    }
  }
  return { chains: [...chains.values()], sets };
}

/** The key of `NftRuleset.sets`, and of chains. */
function placeOf(object: unknown, name: "name" | "chain"): string {
  return [keyOf(object, "family"), keyOf(object, "table"), keyOf(object, name)].join(" ");
}

function chainOf(chain: unknown): NftChain {
  const hook = keyOf(chain, "hook");
  return {
    family: textOf(keyOf(chain, "family")),
    table: textOf(keyOf(chain, "table")),
    name: textOf(keyOf(chain, "name")),
    hook: typeof hook === "string" ? hook : null,
    priority: Number(keyOf(chain, "prio") ?? 0),
    policy: textOf(keyOf(chain, "policy")) || "accept",
    rules: [],
  };
}

/** The line of `nft -a list ruleset` that shows a rule, or the chain itself where `handle` is null. */
export function lineOf(listing: string, chain: NftChain, handle: number | null): string | null {
  let table = "";
  let name = "";
  for (const raw of listing.split("\n")) {
    const line = raw.trim();
    const [, family, tableName] = /^table (\S+) (\S+) \{/.exec(line) ?? [];
    const [, chainName] = /^chain (\S+) \{/.exec(line) ?? [];
    if (tableName !== undefined) table = `${family} ${tableName}`;
    if (chainName !== undefined) name = chainName;
    // Chains have handles, too.
    if (tableName !== undefined || chainName !== undefined) continue;
    if (table !== `${chain.family} ${chain.table}` || name !== chain.name) continue;
    if (handle === null ? line.startsWith("type ") : line.endsWith(`# handle ${handle}`))
      return line;
  }
  return null;
}
