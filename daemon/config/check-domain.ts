/** What a domain's keys mean together, and the settings that follow from them. */
import { ceFromEndUserPrefix } from "../../src/map/ce.js";
import {
  checkDmr,
  checkDomainRules,
  checkEndUserPrefix,
  checkRuleSet,
  selectBmr,
} from "../../src/map/check.js";
import { Dmr } from "../../src/map/dmr.js";
import type { Findings } from "../../src/map/findings.js";
import { coversIpv6Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Ipv6Prefix, Rule, Words6 } from "../../src/map/types.js";
import {
  type CeSettings,
  type CommonSettings,
  type DomainSettings,
  DUMMY_IPV4,
  type MtuSettings,
} from "../../src/pipeline/settings.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { didYouMean } from "../suggest.js";
import { checkNat44, type Nat44Result } from "./check-nat44.js";
import type { DomainDocument } from "./schema.js";
import { valueAt } from "./schema-walk.js";

/** IPv6 takes this much more than IPv4: a header for a header (RFC 7599), or one more (RFC 7597). */
const OVERHEAD = { "map-t": 20, "map-e": 40 } as const;
const BR_IPV4_MTU = 1500;

export interface DomainInput {
  readonly document: DomainDocument;
  /** As written, to tell a key that was set from one that has its default. */
  readonly raw: unknown;
  /** `domains[0]` */
  readonly path: string;
  /** All rules of the configuration by name; null where one is faulty. */
  readonly rules: ReadonlyMap<string, Rule | null>;
  /** The address that the TUN device gets if NAT44 is on. */
  readonly tunAddress: number;
}

/** Settings, as far as the domain is sound; every problem is in `findings`. */
export function checkDomain(input: DomainInput, findings: Findings): DomainSettings | null {
  const { document } = input;
  const rules = resolveRules(input, findings);
  const dmr = resolveDmr(input, findings);
  const brAddresses = resolveBrAddresses(input, findings);
  findings.add(
    ...checkDomainRules(rules.found, document.mode, dmr, `${input.path}.dmr-ipv6-prefix`),
  );
  checkInsideRules(input, rules.found, dmr, brAddresses, findings);
  checkIdleKeys(input, findings);
  const mtu = resolveMtu(input, findings);
  const common: CommonSettings = {
    name: document.name,
    mode: document.mode,
    rules: rules.found,
    dmr,
    brAddresses,
    mtu,
    mssClamp: document["mss-clamp"],
    udpZeroChecksum: document["udp-zero-checksum"] ?? (document.role === "ce" ? "compute" : "drop"),
    trafficClass: document["traffic-class"] === "copy" ? -1 : document["traffic-class"],
    decrementTtl: document["decrement-ttl"],
    icmp: {
      ipv4Sources: document.icmp["ipv4-sources"],
      rateLimit: document.icmp["rate-limit"],
      unreachables: document.icmp.unreachables,
    },
    fragmentation: document.fragmentation,
  };
  if (document.role === "br") {
    refuseOnBr(input, findings);
    checkErrorSource(input, dmr, findings);
    return { ...common, role: "br", hairpin: document.hairpin };
  }
  const edge = resolveEdge(input, rules, findings);
  if (edge === null) return null;
  refuseOwnAddress(input, edge, brAddresses, findings);
  const nat = checkNat44({ ...input, rule: edge.rule, endUserPrefix: edge.prefix }, findings);
  return { ...ceSettings(common, edge, nat), rules: rules.found };
}

function ceSettings(
  common: CommonSettings,
  edge: Edge,
  nat: Nat44Result,
): Omit<CeSettings, "rules"> {
  return {
    ...common,
    role: "ce",
    bmr: edge.bmr,
    endUserPrefix: edge.prefix,
    localPrefixes: nat.localPrefixes,
    nat44: nat.settings,
  };
}

interface Rules {
  readonly found: readonly Rule[];
  /** False where a rule is unknown or faulty, so that conclusions about the set would mislead. */
  readonly complete: boolean;
}

function resolveRules({ document, path, rules }: DomainInput, findings: Findings): Rules {
  checkRuleNames(document.rules, `${path}.rules`, rules, findings);
  const named = [...new Set(document.rules)].map((name) => rules.get(name) ?? null);
  const found = named.filter((rule) => rule !== null);
  findings.add(...checkRuleSet(found));
  return { found, complete: found.length === named.length };
}

/** Every name in the list at `path` is a rule's, and stands there once. */
export function checkRuleNames(
  names: readonly string[],
  path: string,
  rules: ReadonlyMap<string, Rule | null>,
  findings: Findings,
): void {
  const seen = new Set<string>();
  names.forEach((name, i) => {
    const at = `${path}[${i}]`;
    if (!rules.has(name)) {
      const hint = didYouMean(name, [...rules.keys()]);
      findings.error("unknown-rule", at, `no rule is named "${name}"${hint}`);
    } else if (seen.has(name)) {
      findings.error("duplicate-rule", at, `the rule "${name}" is listed twice`);
    }
    seen.add(name);
  });
}

function resolveDmr({ document, path }: DomainInput, findings: Findings): Ipv6Prefix | null {
  const at = `${path}.dmr-ipv6-prefix`;
  const prefix = document["dmr-ipv6-prefix"];
  if (document.mode === "map-e") {
    if (prefix !== undefined) {
      findings.error("not-allowed", at, "belongs to map-t; map-e has br-ipv6-addr", "RFC 7597 §5");
    }
    return null;
  }
  if (prefix === undefined) {
    findings.error("missing-key", at, "is required with mode map-t", "RFC 7599 §5.1");
    return null;
  }
  const checked = checkDmr(prefix, at);
  findings.add(...checked.diagnostics);
  return checked.ok ? checked.value : null;
}

function resolveBrAddresses({ document, path }: DomainInput, findings: Findings): Words6[] {
  const at = `${path}.br-ipv6-addr`;
  const value = document["br-ipv6-addr"];
  if (document.mode === "map-t") {
    if (value !== undefined) {
      findings.error(
        "not-allowed",
        at,
        "belongs to map-e; map-t has dmr-ipv6-prefix",
        "RFC 7599 §5.1",
      );
    }
    return [];
  }
  if (value === undefined) {
    findings.error("missing-key", at, "is required with mode map-e", "RFC 7597 §7");
    return [];
  }
  const list = isAddressList(value) ? value : [value];
  list.forEach((address, i) => {
    const where = isAddressList(value) ? `${at}[${i}]` : at;
    if (!isGlobalUnicast(address)) {
      findings.error(
        "not-unicast",
        where,
        `${formatIpv6(address)} cannot be the address of a BR; it must be a routable unicast address`,
        "RFC 7597 §7",
      );
    }
    const text = formatIpv6(address);
    if (list.findIndex((other) => formatIpv6(other) === text) < i) {
      findings.error("duplicate-address", where, `${text} is listed twice`);
    }
  });
  return list;
}

function isAddressList(value: Words6 | Words6[]): value is Words6[] {
  return Array.isArray(value[0]);
}

/** Neither ::/96 (with ::1), nor link-local, nor multicast. */
function isGlobalUnicast([a, b, c]: Words6): boolean {
  if (a === 0 && b === 0 && c === 0) return false;
  return a >>> 22 !== 0xfe80 >>> 6 && a >>> 24 !== 0xff;
}

/** The provider's own prefixes inside a rule are also some customer's, who then loses them. */
function checkInsideRules(
  { path }: DomainInput,
  rules: readonly Rule[],
  dmr: Ipv6Prefix | null,
  brAddresses: readonly Words6[],
  findings: Findings,
): void {
  const own: { at: string; prefix: Ipv6Prefix }[] = brAddresses.map((address) => {
    return { at: `${path}.br-ipv6-addr`, prefix: { address, len: 128 } };
  });
  if (dmr !== null) own.push({ at: `${path}.dmr-ipv6-prefix`, prefix: dmr });
  for (const rule of rules) {
    for (const { at, prefix } of own) {
      if (!coversIpv6Prefix(rule.ipv6, prefix)) continue;
      const text = prefix.len === 128 ? formatIpv6(prefix.address) : formatIpv6Prefix(prefix);
      findings.warning(
        "inside-rule-prefix",
        at,
        `${text} lies inside the IPv6 prefix ${formatIpv6Prefix(rule.ipv6)} of rule "${rule.name}", where it may be a customer's`,
        "RFC 7597 §5",
      );
    }
  }
}

function resolveMtu({ document, path }: DomainInput, findings: Findings): MtuSettings {
  const { ipv6, "lowest-ipv6": lowestIpv6 } = document.mtu;
  const fits = ipv6 - OVERHEAD[document.mode];
  const ipv4 = document.mtu.ipv4 ?? (document.role === "ce" ? fits : BR_IPV4_MTU);
  if (lowestIpv6 > ipv6) {
    findings.error(
      "mtu-contradiction",
      `${path}.mtu.lowest-ipv6`,
      `${lowestIpv6} is above mtu.ipv6, which is ${ipv6}`,
      "RFC 7915 §4.1",
    );
  }
  if (document.role === "ce" && ipv4 > fits) {
    findings.warning(
      "mtu-above-path",
      `${path}.mtu.ipv4`,
      `IPv4 packets above ${fits} bytes do not fit into mtu.ipv6 ${ipv6} and will need fragmentation`,
      document.mode === "map-t" ? "RFC 7599 §10.1" : "RFC 7597 §8.3.1",
    );
  }
  return { ipv6, ipv4, lowestIpv6 };
}

/** Keys that do nothing in this mode and role. */
function checkIdleKeys(input: DomainInput, findings: Findings): void {
  const { document, raw, path } = input;
  const warn = (key: string, message: string): void => {
    if (valueAt(raw, key.split(".")) === undefined) return;
    findings.warning("no-effect", `${path}.${key}`, message);
  };
  if (document.mode === "map-t") warn("fragmentation", "no effect: only map-e encapsulates");
  if (document.mode === "map-e") {
    warn("udp-zero-checksum", "no effect: map-e carries IPv4 packets as they are");
  }
  if (document.role === "ce") {
    warn("hairpin", "no effect: hairpinning is the BR's");
    warn("rule-counters", "no effect: a BR counts by rule");
  } else warn("nat44", "no effect: NAT44 is the CE's");
}

function refuseOnBr({ document, path }: DomainInput, findings: Findings): void {
  for (const key of ["end-user-ipv6-prefix", "local-ipv4-prefixes"] as const) {
    if (document[key] === undefined) continue;
    findings.error("not-allowed", `${path}.${key}`, "belongs to a CE; this domain has role br");
  }
}

/** A BR of MAP-T speaks from an IPv4 address behind its DMR prefix; not every one may stand there. */
function checkErrorSource(
  { document, path }: DomainInput,
  prefix: Ipv6Prefix | null,
  findings: Findings,
): void {
  if (prefix === null) return;
  const dmr = new Dmr(prefix);
  const given = document.icmp["ipv4-sources"];
  const sources = given.length > 0 ? given : [DUMMY_IPV4];
  if (sources.some((address) => dmr.admits(address))) return;
  findings.warning(
    "no-error-source",
    `${path}.icmp.ipv4-sources`,
    `mapd will send no ICMPv6 errors: behind ${formatIpv6Prefix(prefix)} they need a global IPv4 address; add one`,
    "RFC 6052 §3.1",
  );
}

/** A tunnel to ourselves would never end (RFC 2473 §4.1.2). */
function refuseOwnAddress(
  { path }: DomainInput,
  { rule, prefix }: Edge,
  brAddresses: readonly Words6[],
  findings: Findings,
): void {
  const ce = ceFromEndUserPrefix(rule, prefix);
  if (!ce.ok) return;
  const own = formatIpv6(ce.value.mapIpv6);
  if (!brAddresses.some((address) => formatIpv6(address) === own)) return;
  const text = `${own} is this CE's own MAP address; packets for the BR would come back`;
  findings.error("tunnel-to-self", `${path}.br-ipv6-addr`, text, "RFC 2473 §4.1.2");
}

interface Edge {
  readonly prefix: Ipv6Prefix;
  readonly bmr: number;
  readonly rule: Rule;
}

/** The CE's end-user prefix and the rule that it falls under. */
function resolveEdge(input: DomainInput, rules: Rules, findings: Findings): Edge | null {
  const at = `${input.path}.end-user-ipv6-prefix`;
  const prefix = input.document["end-user-ipv6-prefix"];
  if (prefix === undefined) {
    findings.error("missing-key", at, "is required with role ce", "RFC 7597 §5");
    return null;
  }
  const bmr = selectBmr(rules.found, prefix);
  const rule = rules.found[bmr];
  if (rule === undefined) {
    if (rules.complete) {
      const names = rules.found
        .map((one) => `"${one.name}" ${formatIpv6Prefix(one.ipv6)}`)
        .join(", ");
      const text = `${formatIpv6Prefix(prefix)} is in none of the rules: ${names}`;
      findings.error("no-matching-rule", at, text, "RFC 7597 §5");
    }
    return null;
  }
  const diagnostics = checkEndUserPrefix(rule, prefix, at);
  findings.add(...diagnostics);
  if (diagnostics.some((diagnostic) => diagnostic.severity === "error")) return null;
  return { prefix, bmr, rule };
}
