/**
 * Reads a large configuration in a thread of its own. What reading leaves behind, many times the size of the file,
 * goes away with the thread's heap; only records and names of the rules come back.
 */
import { type PackedForm, PackedRules } from "../../src/map/packed-rules.js";
import type { Checked, Diagnostic, RuleList } from "../../src/map/types.js";
import { startBriefThread } from "../heap.js";
import { deepFreeze } from "./hash.js";
import type { Config, DomainConfig } from "./types.js";

/** A checked configuration on its way between threads. */
export interface Parcel {
  readonly diagnostics: readonly Diagnostic[];
  /** Without the rules of border relays; null where the configuration is not sound. */
  readonly config: Omit<Config, "rules"> | null;
  readonly rules: PackedForm | null;
  /** In the order of the domains; null for a CE. */
  readonly ofDomains: readonly (PackedForm | null)[];
}

export function loadApart(path: string): Promise<Checked<Config>> {
  const thread = startBriefThread(new URL("./load-worker.js", import.meta.url), {
    workerData: path,
    name: "configuration",
  });
  return new Promise((resolve, reject) => {
    let parcel: Parcel | null = null;
    thread.on("message", (message: Parcel) => {
      parcel = message;
    });
    thread.on("error", reject);
    // Not before the thread's memory is free again: what comes next needs some.
    thread.on("exit", (code) => {
      if (parcel === null) reject(new Error(`reading ${path} ended with exit code ${code}`));
      else resolve(unpacked(parcel));
    });
  });
}

export function packed(checked: Checked<Config>): Parcel {
  const { diagnostics } = checked;
  if (!checked.ok) return { diagnostics, config: null, rules: null, ofDomains: [] };
  const { rules, domains, ...rest } = checked.value;
  return {
    diagnostics,
    config: { ...rest, domains: domains.map((domain) => withRules(domain, [])) },
    rules: rules.packed(),
    ofDomains: domains.map(({ settings }) =>
      settings.role === "br" ? PackedRules.of(settings.rules).packed() : null,
    ),
  };
}

function unpacked({ diagnostics, config, rules, ofDomains }: Parcel): Checked<Config> {
  if (config === null || rules === null) return { ok: false, diagnostics };
  const domains = config.domains.map((domain, index) => {
    const own = ofDomains[index] ?? null;
    return own === null ? domain : withRules(domain, PackedRules.unpacked(own));
  });
  const value = { ...config, domains, rules: PackedRules.unpacked(rules) };
  return { ok: true, value: deepFreeze(value), diagnostics };
}

function withRules(domain: DomainConfig, rules: RuleList): DomainConfig {
  const { settings } = domain;
  return settings.role === "ce" ? domain : { ...domain, settings: { ...settings, rules } };
}
