/** From what a reader found to the rules and domains of a configuration of ours, and what is wrong with them. */
import { selectBmr } from "../map/check.js";
import type { Findings } from "../map/findings.js";
import { formatIpv6Prefix, IPV4_BITS, parseIpv4Prefix, parseIpv6Prefix } from "../map/prefix.js";
import type { Rule } from "../map/types.js";
import type { ImportFormat } from "./detect.js";
import type { ForeignDomain, ForeignRule, Mode, Role } from "./model.js";
import { NameTable } from "./names.js";

export interface ImportOptions {
  readonly role?: Role | undefined;
  /** Texts; the configuration's own check judges them. */
  readonly endUserPrefix?: string | undefined;
  readonly dmr?: string | undefined;
  readonly brAddress?: string | undefined;
  /** True where mode, role and peer do not matter: nobody needs to give what the source lacks. */
  readonly rulesOnly?: boolean | undefined;
}

/** A part of a configuration as its file has it. */
export type Block = Readonly<Record<string, unknown>>;

export interface NotedRule {
  readonly name: string;
  readonly place: string;
  readonly block: Block;
}

export interface NotedDomain {
  readonly place: string;
  readonly block: Block;
}

export interface Draft {
  readonly rules: readonly NotedRule[];
  readonly domains: readonly NotedDomain[];
}

/** Reads a text; what could not be taken over goes to `findings`, with its place in the source. */
export function assemble(
  text: string,
  format: ImportFormat,
  options: ImportOptions,
  findings: Findings,
): Draft {
  const { endUserPrefix } = options;
  const domains = readDomains(text, format, options, findings);
  const names = new NameTable();
  const rules = nameRules(domains, names, endUserPrefix, findings);
  const blocks = domains.map((domain, index) => domainBlock(domain, index, rules, names));
  return { rules: [...rules.values()], domains: blocks };
}

/** The domains of a text that have rules, completed by the options. */
export function readDomains(
  text: string,
  format: ImportFormat,
  options: ImportOptions,
  findings: Findings,
): readonly ForeignDomain[] {
  const { endUserPrefix } = options;
  const read = format.read(text, findings, { endUserPrefix });
  if (read.every(({ rules }) => rules.length === 0) && !findings.failed) {
    findings.error("nothing-to-import", "", `there is no MAP rule in this ${format.title} text`);
  }
  const domains = read
    .filter(({ rules }) => rules.length > 0)
    .map((domain, index) => complete(domain, index, options, findings));
  sayUnused(domains, options, findings);
  return domains;
}

/** The options fill what the source leaves open; a role that is asked for wins. */
function complete(
  domain: ForeignDomain,
  index: number,
  options: ImportOptions,
  findings: Findings,
): ForeignDomain {
  const { dmr, brAddress } = options;
  const asked = dmr === undefined ? (brAddress === undefined ? null : "map-e") : "map-t";
  const mode: Mode | null = domain.mode ?? asked;
  if (mode === null && options.rulesOnly !== true) {
    const message =
      "the source does not say whether this is MAP-E or MAP-T; give --br ADDRESS or --dmr PREFIX";
    findings.error("mode-unknown", domain.place, message);
  }
  const hasPrefix = (domain.endUserPrefix ?? options.endUserPrefix) !== undefined;
  const role = options.role ?? domain.role ?? (hasPrefix ? "ce" : "br");
  if (domain.role !== null && domain.role !== role) {
    const message = `"${domain.name}" is a ${domain.role.toUpperCase()} in the source, and becomes a ${role.toUpperCase()}`;
    findings.warning("role-changed", domain.place, message);
  }
  const name = domain.name === "" ? `imported-${index + 1}` : domain.name;
  const own = { ...domain, name, mode, role };
  const peer = {
    dmr: domain.dmr ?? (mode === "map-t" ? dmr : undefined),
    brAddresses: domain.brAddresses ?? (mode === "map-e" && brAddress ? [brAddress] : undefined),
  };
  if (role === "br") return withoutEdge({ ...own, ...peer }, findings);
  const endUserPrefix = domain.endUserPrefix ?? prefixFor(domain, options.endUserPrefix);
  if (endUserPrefix === undefined && options.rulesOnly !== true) {
    const message = `the source does not hold the prefix that the provider delegates to "${name}"; give --end-user-prefix`;
    findings.warning("end-user-prefix-unknown", domain.place, message, "RFC 7597 §5");
  }
  return { ...own, ...peer, endUserPrefix };
}

/** An option that changed nothing was meant for something else. */
function sayUnused(
  domains: readonly ForeignDomain[],
  { endUserPrefix, dmr, brAddress }: ImportOptions,
  findings: Findings,
): void {
  if (domains.length === 0) return;
  const options: readonly (readonly [string, string | undefined, boolean])[] = [
    [
      "--end-user-prefix",
      endUserPrefix,
      domains.some((one) => one.endUserPrefix === endUserPrefix),
    ],
    ["--dmr", dmr, domains.some((one) => one.dmr === dmr)],
    ["--br", brAddress, domains.some(({ brAddresses = [] }) => brAddresses[0] === brAddress)],
  ];
  for (const [option, value, isUsed] of options) {
    if (value === undefined || isUsed) continue;
    const message = `${option} ${value} is not used: no domain lacks it, or has use for it`;
    findings.warning("option-unused", "", message);
  }
}

/** What is a CE's alone is said before it is left out. */
function withoutEdge(domain: ForeignDomain, findings: Findings): ForeignDomain {
  const { endUserPrefix, localPrefixes, place } = domain;
  if (endUserPrefix !== undefined || localPrefixes !== undefined) {
    const message = "end-user prefix and local IPv4 prefixes are a CE's; this domain becomes a BR";
    findings.warning("not-imported", place, message);
  }
  return { ...domain, endUserPrefix: undefined, localPrefixes: undefined };
}

/** The given prefix, unless it is in none of the domain's rules and so meant for another domain. */
function prefixFor({ rules }: ForeignDomain, text: string | undefined): string | undefined {
  const prefix = text === undefined ? null : parseIpv6Prefix(text);
  if (prefix === null) return text;
  const known = rules.flatMap(({ ipv6 }) => {
    const parsed = parseIpv6Prefix(ipv6);
    return parsed === null ? [] : [{ ipv6: parsed } as Rule];
  });
  return known.length === 0 || selectBmr(known, prefix) >= 0 ? text : undefined;
}

/** Every rule under a name of its own; equal ones of several domains are one. */
function nameRules(
  domains: readonly ForeignDomain[],
  names: NameTable,
  endUserPrefix: string | undefined,
  findings: Findings,
): ReadonlyMap<string, NotedRule> {
  const rules = new Map<string, NotedRule>();
  for (const rule of domains.flatMap((domain) => domain.rules)) {
    const key = keyOf(rule);
    if (rules.has(key)) continue;
    if (rule.eaLen === null && endUserPrefix === undefined) {
      const message =
        "without an EA length it follows from the delegated prefix; give --end-user-prefix";
      findings.error("ea-len-unknown", rule.place, message, "RFC 7597 §5.2");
    }
    const name = names.take("rule", rule.name);
    if (name !== rule.name) {
      findings.warning("renamed", rule.place, `the rule "${rule.name}" is named "${name}" here`);
    }
    rules.set(key, { name, place: rule.place, block: ruleBlock(rule) });
  }
  return rules;
}

function keyOf(rule: ForeignRule): string {
  return JSON.stringify({ ...rule, place: "" });
}

/** Without the keys that have no value. */
function blockOf(entries: Block): Block {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

function ruleBlock(rule: ForeignRule): Block {
  return blockOf({
    "rule-ipv6-prefix": canonical(rule.ipv6),
    "rule-ipv4-prefix": rule.ipv4,
    "ea-len": rule.eaLen ?? undefined,
    "psid-offset": isUnsharedZero(rule) ? undefined : rule.psidOffset,
    "psid-len": rule.psidLen,
    psid: rule.psid,
    iid: rule.iid,
    forwarding: rule.forwarding,
  });
}

/** Programs that always have an offset write 0 where no address is shared and it means nothing. */
function isUnsharedZero({ ipv4, eaLen, psidLen = 0, psidOffset }: ForeignRule): boolean {
  const prefix = parseIpv4Prefix(ipv4);
  if (prefix === null || eaLen === null || psidLen > 0) return false;
  return psidOffset === 0 && eaLen + prefix.len <= IPV4_BITS;
}

/** `2001:DB8::/46` as we write it; what is no prefix stays for the configuration's check. */
function canonical(text: string): string {
  const prefix = parseIpv6Prefix(text);
  return prefix === null ? text : formatIpv6Prefix(prefix);
}

function domainBlock(
  domain: ForeignDomain,
  index: number,
  rules: ReadonlyMap<string, NotedRule>,
  names: NameTable,
): NotedDomain {
  const { mode, role, brAddresses } = domain;
  const own = domain.rules.map((rule) => rules.get(keyOf(rule))?.name ?? rule.name);
  const [first, ...others] = brAddresses ?? [];
  const block = blockOf({
    name: names.take("domain", domain.name),
    mode: mode ?? undefined,
    role: role ?? undefined,
    tun: { name: `${mode === "map-e" ? "mape" : "mapt"}${index}` },
    rules: [...new Set(own)],
    "dmr-ipv6-prefix": domain.dmr,
    "br-ipv6-addr": others.length === 0 ? first : brAddresses,
    "end-user-ipv6-prefix": domain.endUserPrefix,
    "local-ipv4-prefixes": domain.localPrefixes,
    ...domain.settings,
  });
  return { place: domain.place, block };
}
