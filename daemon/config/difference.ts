/** What differs between two configurations in force, key by key. */

import type { PackedRules } from "../../src/map/packed-rules.js";
import type { Rule } from "../../src/map/types.js";
import { effectiveWithoutRules, ruleDocument } from "./effective.js";
import { canonicalJson } from "./hash.js";
import { changesNeedingRestart } from "./restart.js";
import { formatPath, type Path } from "./schema-walk.js";
import { isMapping } from "./shape.js";
import type { Config } from "./types.js";

export interface KeyChange {
  /** Domains are named: `domains.metro-br.mtu.ipv6`. */
  readonly path: string;
  /** In the words of the file; left out where the key was not there. */
  readonly before?: unknown;
  /** Left out where the key is not there any more. */
  readonly after?: unknown;
  /** True: not while mapd runs. */
  readonly restart: boolean;
}

/** In the order of the keys. Domains that come or go are no changed keys. */
export function differences(before: Config, after: Config): readonly KeyChange[] {
  const restart = new Set(changesNeedingRestart(before, after));
  const kept = namesOf(before).filter((name) => namesOf(after).includes(name));
  const changes = [
    ...compare(named(before, kept), named(after, kept), []),
    ...ruleChanges(before.rules, after.rules),
  ];
  return changes.map((change) => {
    return { ...change, restart: [...restart].some((path) => isWithin(change.path, path)) };
  });
}

function namesOf({ domains }: Config): readonly string[] {
  return domains.map(({ settings }) => settings.name);
}

/** The document with its domains by name. */
function named(config: Config, names: readonly string[]): object {
  const document = effectiveWithoutRules(config);
  const list: readonly unknown[] = Array.isArray(document.domains) ? document.domains : [];
  const domains = list.flatMap((domain): (readonly [string, unknown])[] => {
    const name = isMapping(domain) ? String(domain.name) : "";
    return names.includes(name) ? [[name, domain]] : [];
  });
  return { ...document, domains: Object.fromEntries(domains) };
}

/** Rules are matched by name; those that are the same, mostly nearly all, are not written out. */
function ruleChanges(before: PackedRules, after: PackedRules): Change[] {
  if (after.equals(before)) return [];
  const old = new Map(before.names.map((name, index) => [name, index]));
  const pairs: { name: string; one: Rule | undefined; other: Rule | undefined }[] = [];
  for (const [index, name] of after.names.entries()) {
    const was = old.get(name);
    if (was !== undefined) old.delete(name);
    if (was !== undefined && after.isSame(index, before, was)) continue;
    const one = was === undefined ? undefined : before.at(was);
    pairs.push({ name, one, other: after.at(index) });
  }
  for (const [name, index] of old) pairs.push({ name, one: before.at(index), other: undefined });
  return pairs.flatMap(({ name, one, other }) =>
    compare(one && ruleDocument(one), other && ruleDocument(other), ["rules", name]),
  );
}

type Change = Omit<KeyChange, "restart">;

/** Lists are compared as a whole: what matters in them is often their order. */
function compare(before: unknown, after: unknown, path: Path): Change[] {
  if (isMapping(before) && isMapping(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => compare(before[key], after[key], [...path, key]));
  }
  const same = before === after || (both(before, after) && isSame(before, after));
  if (same) return [];
  return [
    {
      path: formatPath(path),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

function both(before: unknown, after: unknown): boolean {
  return before !== undefined && after !== undefined;
}

function isSame(before: unknown, after: unknown): boolean {
  return canonicalJson(before) === canonicalJson(after);
}

/** A key that needs a restart may be a whole block, and one that differs may be a block that came. */
function isWithin(path: string, marked: string): boolean {
  return path === marked || path.startsWith(`${marked}.`) || marked.startsWith(`${path}.`);
}
