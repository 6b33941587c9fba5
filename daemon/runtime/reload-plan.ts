/** What changes between two configurations, and what of it a running daemon cannot do. Pure. */
import { PackedRules } from "../../src/map/packed-rules.js";
import type { Diagnostic } from "../../src/map/types.js";
import { changesNeedingRestart } from "../config/restart.js";
import type { Config, DomainConfig } from "../config/types.js";

export interface ReloadPlan {
  /** Changes that need a restart; nothing is done while there are any. */
  readonly refusals: readonly Diagnostic[];
  readonly added: readonly DomainConfig[];
  /** Names. */
  readonly removed: readonly string[];
  readonly changed: readonly DomainConfig[];
}

/** Domains are the same where their names are; a renamed domain is one removed and one added. */
export function planReload(before: Config, after: Config): ReloadPlan {
  const old = byName(before);
  const refusals = changesNeedingRestart(before, after).map((key) =>
    needsRestart(key, "cannot change while mapd runs; restart mapd for it"),
  );
  const changed: DomainConfig[] = [];
  const added: DomainConfig[] = [];
  for (const domain of after.domains) {
    const { name } = domain.settings;
    const was = old.get(name);
    if (was === undefined) {
      added.push(domain);
      refusals.push(...deviceConflict(before, domain));
    } else if (!sameDomain(was, domain)) {
      changed.push(domain);
    }
  }
  const kept = byName(after);
  const removed = [...old.keys()].filter((name) => !kept.has(name));
  return { refusals, added, removed, changed };
}

/** A new domain cannot take a device that an old one still holds while both are there. */
function deviceConflict(before: Config, added: DomainConfig): readonly Diagnostic[] {
  const { name } = added.tun;
  const holder = before.domains.find((domain) => domain.tun.name === name);
  if (holder === undefined) return [];
  const text =
    `${name} belongs to domain ${holder.settings.name} of the running configuration; ` +
    "restart mapd, or give the new domain another device";
  return [needsRestart(`domains.${added.settings.name}.tun.name`, text)];
}

function needsRestart(path: string, message: string): Diagnostic {
  return { code: "needs-restart", severity: "error", path, message, rfc: "" };
}

/** Settings are plain data without cycles, made by one function, so their keys have one order. */
function sameDomain(one: DomainConfig, other: DomainConfig): boolean {
  const rest = (config: DomainConfig): string =>
    JSON.stringify({ ...config, settings: { ...config.settings, rules: null } });
  if (rest(one) !== rest(other)) return false;
  return PackedRules.of(one.settings.rules).equals(PackedRules.of(other.settings.rules));
}

function byName(config: Config): ReadonlyMap<string, DomainConfig> {
  return new Map(config.domains.map((domain) => [domain.settings.name, domain]));
}
