/** What all writers share: a domain as they see it, and what gets lost on the way. */
import { Findings } from "../../map/findings.js";
import type { Ipv4Prefix, Ipv6Prefix, Rule, RuleList, Words6 } from "../../map/types.js";
import type { Mode, Role } from "../model.js";

export interface ExportedDomain extends RuleHolder {
  readonly mode: Mode;
}

/** A domain as formats see it that hold rules alone. */
export interface RuleHolder {
  /** `domains[0]` */
  readonly path: string;
  readonly name: string;
  /** null: nobody said. */
  readonly mode: Mode | null;
  readonly role: Role;
  /** Name of the TUN device. */
  readonly device: string;
  readonly rules: RuleList;
  /** A CE's own rule; null on a BR, and where its prefix is not known and it has several. */
  readonly basicRule: Rule | null;
  readonly dmr: Ipv6Prefix | null;
  readonly brAddresses: readonly Words6[];
  /** null on a BR, and where it is not known. */
  readonly endUserPrefix: Ipv6Prefix | null;
  /** As they were written; null where they were not. */
  readonly localPrefixes: readonly Ipv4Prefix[] | null;
  readonly settings: ExportedSettings;
  /** Keys of the domain whose values are not the defaults, dotted: `mtu.ipv6`. */
  readonly changed: readonly string[];
}

/** Settings for which some other program has words; as in the domain's own settings. */
export interface ExportedSettings {
  readonly mtu: { readonly ipv6: number; readonly ipv4: number; readonly lowestIpv6: number };
  readonly mssClamp: "auto" | "off" | number;
  readonly udpZeroChecksum: "compute" | "drop";
  /** -1 copies. */
  readonly trafficClass: number;
  readonly fragmentation: "outer" | "inner";
  readonly ipv4Sources: readonly number[];
  readonly unreachables: boolean;
}

/** Writes domains in its format; what that cannot say goes to `findings`. */
export type Writer = (domains: readonly ExportedDomain[], findings: Findings) => string;

/** The same for a format to which it does not matter who is at the other end. */
export type RuleWriter = (domains: readonly RuleHolder[], findings: Findings) => string;

/** The text; an error goes to `findings` where it holds nothing of the domains, as the format has no words for any of them. */
export function written<D extends RuleHolder>(
  write: (domains: readonly D[], findings: Findings) => string,
  domains: readonly D[],
  findings: Findings,
): string {
  const text = write(domains, findings);
  if (domains.length === 0 || text !== write([], new Findings())) return text;
  const message = "nothing of it can be written in this format; the warnings say why: name another";
  findings.error("nothing-exported", "", message);
  return "";
}

/** The rules of all domains, each once. */
export function rulesOf(domains: readonly RuleHolder[]): readonly Rule[] {
  const rules = domains.flatMap((domain) => [...domain.rules]);
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

/** Keys that every format has in a form of its own. */
const PEERS: readonly string[] = ["dmr-ipv6-prefix", "br-ipv6-addr"];

/** Says which keys of the domain differ from their defaults and are not among `spoken`. */
export function sayDomainLosses(
  { path, changed }: RuleHolder,
  spoken: readonly string[],
  findings: Findings,
): void {
  for (const key of changed) {
    if (PEERS.includes(key) || spoken.includes(key)) continue;
    lost(findings, `${path}.${key}`, "has no counterpart there");
  }
}

/** True where the format does this mode; said otherwise. */
export function hasMode(domain: ExportedDomain, mode: Mode, findings: Findings): boolean {
  if (domain.mode === mode) return true;
  const { path, name, rules } = domain;
  lost(findings, path, `"${name}" is ${domain.mode}, and that program does ${mode} only`);
  for (const rule of rules) {
    lost(findings, `rules.${rule.name}`, `not written: "${name}" is left out`);
  }
  return false;
}

/** Several BR addresses, where the format has room for one. */
export function sayOtherBrs({ path, brAddresses }: RuleHolder, findings: Findings): void {
  if (brAddresses.length < 2) return;
  lost(findings, `${path}.br-ipv6-addr`, "the first address is written, the others are not");
}

/** What the file is for, where the domain plays the other end. */
export function sayOtherEnd(
  { path, name, role: own }: ExportedDomain,
  role: Role,
  findings: Findings,
): void {
  if (own === role) return;
  const message = `"${name}" is a ${own.toUpperCase()}; what is written is the ${role.toUpperCase()} at its other end`;
  findings.warning("other-end", path, message);
}
