/** A configuration as the writers of other programs' formats see it. */
import { type ExportedDomain, lost, type Writer, written } from "../../src/convert/write/export.js";
import { Findings } from "../../src/map/findings.js";
import type { Diagnostic } from "../../src/map/types.js";
import { type DomainDocument, domainSchema } from "../config/schema.js";
import type { Config, DomainConfig } from "../config/types.js";

export interface ExportResult {
  readonly text: string;
  /** False where the format has words for none of it. */
  readonly ok: boolean;
  /** What the format cannot say. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ExportRequest {
  readonly write: Writer;
  /** undefined: all. */
  readonly domain: string | undefined;
}

export function exportConfig(config: Config, { write, domain }: ExportRequest): ExportResult {
  const findings = new Findings();
  const domains = domainsOf(config, domain);
  const used = new Set(domains.flatMap((one) => one.rules.map(({ name }) => name)));
  const text = written(write, domains, findings);
  if (domain === undefined) {
    for (const { name } of config.rules) {
      if (!used.has(name)) lost(findings, `rules.${name}`, "no domain uses it");
    }
  }
  return { text, ok: !findings.failed, diagnostics: findings.list };
}

/** The domains of a configuration, or the one that is named. */
function domainsOf(config: Config, name: string | undefined): readonly ExportedDomain[] {
  return config.domains.flatMap((domain, index): ExportedDomain[] => {
    const document = config.document.domains[index];
    if (document === undefined || (name !== undefined && domain.settings.name !== name)) return [];
    return [exportedDomain(domain, document, `domains[${index}]`)];
  });
}

function exportedDomain(
  { settings, tun }: DomainConfig,
  document: DomainDocument,
  path: string,
): ExportedDomain {
  const { name, mode, role, rules, dmr, brAddresses, mtu, icmp } = settings;
  const { mssClamp, udpZeroChecksum, trafficClass, fragmentation } = settings;
  const { ipv4Sources, unreachables } = icmp;
  return {
    path,
    name,
    mode,
    role,
    device: tun.name,
    rules,
    basicRule: settings.role === "ce" ? (settings.rules[settings.bmr] ?? null) : null,
    dmr,
    brAddresses,
    endUserPrefix: settings.role === "ce" ? settings.endUserPrefix : null,
    localPrefixes: document["local-ipv4-prefixes"] ?? null,
    settings: {
      mtu,
      mssClamp,
      udpZeroChecksum,
      trafficClass,
      fragmentation,
      ipv4Sources,
      unreachables,
    },
    changed: changedKeys(document),
  };
}

/** Keys that name the domain. */
const NAMING: ReadonlySet<string> = new Set(["name", "mode", "role", "rules", "tun.name"]);

function changedKeys(document: DomainDocument): readonly string[] {
  const { name, mode, role, tun } = document;
  const least = { name, mode, role, rules: ["any"], tun: { name: tun.name } };
  const defaults = leavesOf(domainSchema.parse(least));
  return [...leavesOf(document)].flatMap(([key, value]) => {
    return NAMING.has(key) || defaults.get(key) === value ? [] : [key];
  });
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
