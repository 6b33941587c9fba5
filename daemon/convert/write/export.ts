/** What all writers share: which domains are written, and what gets lost on the way. */
import type { Rule } from "../../../src/map/types.js";
import type { Findings } from "../../config/findings.js";
import { type DomainDocument, domainSchema } from "../../config/schema.js";
import type { Config, DomainConfig } from "../../config/types.js";

export interface ExportedDomain {
  /** `domains[0]` */
  readonly path: string;
  readonly config: DomainConfig;
  /** As the file has it, with fixed defaults. */
  readonly document: DomainDocument;
}

/** Writes domains in its format; what that cannot say goes to `findings`. */
export type Writer = (domains: readonly ExportedDomain[], findings: Findings) => string;

/** The domains of a configuration, or the one that is named. */
export function domainsOf(config: Config, name: string | undefined): readonly ExportedDomain[] {
  return config.domains.flatMap((domain, index): ExportedDomain[] => {
    const document = config.document.domains[index];
    if (document === undefined || (name !== undefined && domain.settings.name !== name)) return [];
    const rules = domain.settings.rules.map((rule) => rule.name);
    return [{ path: `domains[${index}]`, config: domain, document: { ...document, rules } }];
  });
}

/** The rules of all domains, each once. */
export function rulesOf(domains: readonly ExportedDomain[]): readonly Rule[] {
  const rules = domains.flatMap(({ config }) => [...config.settings.rules]);
  return [...new Map(rules.map((rule) => [rule.name, rule])).values()];
}

export function lost(findings: Findings, path: string, message: string): void {
  findings.warning("not-exported", path, message);
}

/** What a format has for a rule beside prefixes and EA length. */
export interface RuleWords {
  readonly offset?: boolean;
  /** The PSID of a 1:1 rule. */
  readonly psid?: boolean;
  readonly iid?: boolean;
  readonly forwarding?: boolean;
}

const DEFAULT_OFFSET = 6;

/** Says what of `rule` the format has no words for. */
export function sayRuleLosses(rule: Rule, words: RuleWords, findings: Findings): void {
  const path = `rules.${rule.name}`;
  if (!words.offset && rule.psidLen > 0 && rule.psidOffset !== DEFAULT_OFFSET) {
    const message = `psid-offset ${rule.psidOffset} cannot be written; the other side will take its default`;
    lost(findings, `${path}.psid-offset`, message);
  }
  if (!words.psid && rule.psid !== null) {
    lost(findings, `${path}.psid`, `the PSID ${rule.psid} of a 1:1 rule cannot be written`);
  }
  if (!words.iid && rule.iid !== "rfc7597") {
    lost(findings, `${path}.iid`, `the interface identifier of ${rule.iid} cannot be written`);
  }
  if (!words.forwarding && rule.forwarding) {
    lost(findings, `${path}.forwarding`, "that it is a forwarding rule cannot be written");
  }
}

/** Keys that name the domain or that every format has in a form of its own. */
const SPOKEN: readonly string[] = ["name", "mode", "role", "rules", "tun.name"];
const PEERS: readonly string[] = ["dmr-ipv6-prefix", "br-ipv6-addr"];

/** Says which keys of the domain differ from their defaults and are not among `spoken`. */
export function sayDomainLosses(
  { path, document }: ExportedDomain,
  spoken: readonly string[],
  findings: Findings,
): void {
  const { name, mode, role, rules, tun } = document;
  const defaults = leavesOf(
    domainSchema.parse({ name, mode, role, rules, tun: { name: tun.name } }),
  );
  const said = [...SPOKEN, ...PEERS, ...spoken];
  for (const [key, value] of leavesOf(document)) {
    if (defaults.get(key) === value || said.includes(key)) continue;
    lost(findings, `${path}.${key}`, "has no counterpart there");
  }
}

/** Values by their path; lists are values. */
function leavesOf(value: object, prefix = ""): ReadonlyMap<string, string> {
  const leaves = Object.entries(value).flatMap(([key, item]): (readonly [string, string])[] => {
    if (item === undefined) return [];
    const isBlock = typeof item === "object" && item !== null && !Array.isArray(item);
    // Prefixes are objects of numbers, and leaves to their readers.
    const isPrefix = isBlock && "address" in item;
    if (isBlock && !isPrefix) return [...leavesOf(item, `${prefix}${key}.`)];
    return [[`${prefix}${key}`, JSON.stringify(item)]];
  });
  return new Map(leaves);
}

/** True where the format does this mode; said otherwise. */
export function hasMode(
  { path, config }: ExportedDomain,
  mode: "map-e" | "map-t",
  findings: Findings,
): boolean {
  if (config.settings.mode === mode) return true;
  const message = `"${config.settings.name}" is ${config.settings.mode}, and that program does ${mode} only`;
  lost(findings, path, message);
  for (const rule of config.settings.rules) {
    lost(findings, `rules.${rule.name}`, `not written: "${config.settings.name}" is left out`);
  }
  return false;
}

/** Several BR addresses, where the format has room for one. */
export function sayOtherBrs({ path, config }: ExportedDomain, findings: Findings): void {
  if (config.settings.brAddresses.length < 2) return;
  lost(findings, `${path}.br-ipv6-addr`, "the first address is written, the others are not");
}

/** What the file is for, where the domain plays the other end. */
export function sayOtherEnd(
  { path, config }: ExportedDomain,
  role: "ce" | "br",
  findings: Findings,
): void {
  const { name, role: own } = config.settings;
  if (own === role) return;
  const message = `"${name}" is a ${own.toUpperCase()}; what is written is the ${role.toUpperCase()} at its other end`;
  findings.warning("other-end", path, message);
}
