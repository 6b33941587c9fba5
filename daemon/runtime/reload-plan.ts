/** What changes between two configurations, and what of it a running daemon cannot do. Pure. */
import { changesNeedingRestart } from "../config/restart.js";
import type { Config, DomainConfig } from "../config/types.js";

export interface ReloadPlan {
  /** Changes that need a restart, one sentence each that names the key; nothing is done while there are any. */
  readonly refusals: readonly string[];
  readonly added: readonly DomainConfig[];
  /** Names. */
  readonly removed: readonly string[];
  readonly changed: readonly DomainConfig[];
}

/** Domains are the same where their names are; a renamed domain is one removed and one added. */
export function planReload(before: Config, after: Config): ReloadPlan {
  const old = byName(before);
  const refusals = changesNeedingRestart(before, after).map(
    (key) => `${key} cannot change while mapd runs; restart mapd for it`,
  );
  const changed: DomainConfig[] = [];
  const added: DomainConfig[] = [];
  for (const domain of after.domains) {
    const { name } = domain.settings;
    const was = old.get(name);
    if (was === undefined) {
      added.push(domain);
      refusals.push(...deviceConflict(before, domain));
    } else if (!same(was, domain)) {
      changed.push(domain);
    }
  }
  const kept = byName(after);
  const removed = [...old.keys()].filter((name) => !kept.has(name));
  return { refusals, added, removed, changed };
}

/** A new domain cannot take a device that an old one still holds while both are there. */
function deviceConflict(before: Config, added: DomainConfig): readonly string[] {
  const holder = before.domains.find((domain) => domain.tun.name === added.tun.name);
  if (holder === undefined) return [];
  return [
    `domain ${added.settings.name}: tun.name ${added.tun.name} belongs to domain ${holder.settings.name} ` +
      "of the running configuration; restart mapd, or give the new domain another device",
  ];
}

/** Settings are plain data without cycles, made by one function, so their keys have one order. */
function same(x: unknown, y: unknown): boolean {
  return JSON.stringify(x) === JSON.stringify(y);
}

function byName(config: Config): ReadonlyMap<string, DomainConfig> {
  return new Map(config.domains.map((domain) => [domain.settings.name, domain]));
}
