/** Judges rules against each other and against the rest of their domain. Letters as in rule.ts. */
import { formatIpv4 } from "../wire/address.js";
import { error } from "./diagnostic.js";
import { coversIpv6Prefix, formatIpv4Prefix, formatIpv6Prefix, sameWords } from "./prefix.js";
import { ruleKind } from "./rule.js";
import { hashIpv6 } from "./table-layout.js";
import type { Diagnostic, Ipv6Prefix, Rule } from "./types.js";

/**
 * Rules that contradict each other. Overlaps are legal, the longest match decides; equals are not. Findings name
 * the later rule, as `rules.NAME.KEY`.
 */
export function checkRuleSet(rules: readonly Rule[]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const names = new Map<string, Rule>();
  const ipv6Prefixes = new Map<number, Rule>();
  const ipv4Owners = new Map<number, Rule>();
  const psids = new Map<string, Rule>();
  for (const rule of rules) {
    const sameName = claim(names, rule.name, rule);
    if (sameName !== null) {
      const message = `two rules are named "${rule.name}"; rename one`;
      found.push(error("duplicate-name", `rules.${rule.name}`, message));
    }
    const sameIpv6 = claimIpv6(ipv6Prefixes, rule);
    if (sameIpv6 !== null) {
      const message = `${formatIpv6Prefix(rule.ipv6)} is also the IPv6 prefix of rule "${sameIpv6.name}", so an IPv6 address would have two meanings; change or remove one`;
      const at = `rules.${rule.name}.rule-ipv6-prefix`;
      found.push(error("duplicate-ipv6-prefix", at, message, "RFC 7597 §5"));
    }
    found.push(...checkIpv4Owner(rule, ipv4Owners, psids));
  }
  return found;
}

function checkIpv4Owner(
  rule: Rule,
  owners: Map<number, Rule>,
  psids: Map<string, Rule>,
): Diagnostic[] {
  // One number for prefix and length; both fit in 38 bits.
  const owner = claim(owners, rule.ipv4.address * 64 + rule.ipv4.len, rule);
  if (owner === null) {
    if (rule.psid !== null) psids.set(psidKey(rule), rule);
    return [];
  }
  if (owner.psid === null || rule.psid === null) {
    const text = formatIpv4Prefix(rule.ipv4);
    const at = `rules.${rule.name}.rule-ipv4-prefix`;
    const message = `${text} is also the IPv4 prefix of rule "${owner.name}"; only 1:1 rules (ea-len 0) with different PSIDs may share an address`;
    return [error("duplicate-ipv4-prefix", at, message, "RFC 7597 §5")];
  }
  if (owner.psidOffset !== rule.psidOffset || owner.psidLen !== rule.psidLen) {
    const message = `psid-offset ${rule.psidOffset} and psid-len ${rule.psidLen} differ from rule "${owner.name}" (${owner.psidOffset} and ${owner.psidLen}), but both share ${formatIpv4(rule.ipv4.address)}; make them equal`;
    return [
      error("shared-address-parameters", `rules.${rule.name}.psid-len`, message, "RFC 7597 §5.1"),
    ];
  }
  const twin = claim(psids, psidKey(rule), rule);
  if (twin === null) return [];
  const message = `psid ${rule.psid} of ${formatIpv4(rule.ipv4.address)} is also that of rule "${twin.name}"; give each CE its own`;
  return [error("duplicate-psid", `rules.${rule.name}.psid`, message, "RFC 7597 §5.1")];
}

function psidKey(rule: Rule): string {
  return `${rule.ipv4.address}/${rule.psid}`;
}

/** Holder of the key before, or null, and then `rule` holds it. */
function claim<K>(holders: Map<K, Rule>, key: K, rule: Rule): Rule | null {
  const holder = holders.get(key);
  if (holder !== undefined) return holder;
  holders.set(key, rule);
  return null;
}

/** The same by IPv6 prefix. Numbers make better keys than texts: a prefix has that of its hash, or the next that is free. */
function claimIpv6(holders: Map<number, Rule>, rule: Rule): Rule | null {
  const { address, len } = rule.ipv6;
  for (let key = hashIpv6(...address, len); ; key++) {
    const holder = holders.get(key);
    if (holder === undefined) {
      holders.set(key, rule);
      return null;
    }
    if (holder.ipv6.len === len && sameWords(holder.ipv6.address, address)) return holder;
  }
}

/** What a domain's mode and DMR forbid its rules; `dmrPath` is the path of the DMR parameter. */
export function checkDomainRules(
  rules: readonly Rule[],
  mode: "map-t" | "map-e",
  dmr: Ipv6Prefix | null,
  dmrPath: string,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const rule of rules) {
    if (mode === "map-t" && losesHostBits(rule)) {
      const at = `rules.${rule.name}.rule-ipv6-prefix`;
      const message = `in map-t the host bits of a /${rule.ipv4.len + rule.eaLen} travel in the interface identifier, where a /${rule.ipv6.len + rule.eaLen} overwrites them; shorten the IPv6 prefix, or use map-e`;
      found.push(error("host-bits-overwritten", at, message, "RFC 7599 §6"));
    }
    if (dmr !== null && coversIpv6Prefix(dmr, rule.ipv6)) {
      const message = `${formatIpv6Prefix(dmr)} covers the IPv6 prefix ${formatIpv6Prefix(rule.ipv6)} of rule "${rule.name}", whose CEs would be taken for IPv4 addresses; use prefixes apart from each other`;
      found.push(error("dmr-covers-rule", dmrPath, message, "RFC 7599 §5.1"));
    }
  }
  return found;
}

/** True where n + o bits reach into the part of the IID that holds the CE's own host bits. */
function losesHostBits(rule: Rule): boolean {
  if (ruleKind(rule) !== "prefix") return false;
  const ipv4FieldAt = rule.iid === "draft-03" ? 72 : 80;
  return rule.ipv6.len + rule.eaLen > ipv4FieldAt + rule.ipv4.len + rule.eaLen;
}
