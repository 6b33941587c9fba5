/**
 * Judges rules, DMRs and end-user prefixes that somebody typed: all problems at once, each with what to do about it.
 * Letters as in rule.ts. Rule sets are judged in check-set.ts.
 */
import { formatIpv6 } from "../wire/address.js";
import { ceAddressOf } from "./ce-address.js";
import { error, hasError, pathOf, warning } from "./diagnostic.js";
import { DMR_LENGTHS } from "./dmr.js";
import {
  canonicalIpv4,
  containsIpv6,
  coversIpv6Prefix,
  formatIpv4Prefix,
  formatIpv6Prefix,
  IPV4_BITS,
  IPV6_BITS,
  ipv4HostBits,
  ipv6HostBits,
} from "./prefix.js";
import type { Checked, Diagnostic, Iid, Ipv4Prefix, Ipv6Prefix, Rule } from "./types.js";

export { checkDomainRules, checkRuleSet } from "./check-set.js";

/** A rule as configured or provisioned; nothing in it has been checked. */
export interface RuleInput {
  readonly name: string;
  readonly ipv6: Ipv6Prefix;
  readonly ipv4: Ipv4Prefix;
  readonly eaLen: number;
  /** Default 6. */
  readonly psidOffset?: number | undefined;
  /** Derived where left out, and refused where it contradicts the EA length. */
  readonly psidLen?: number | undefined;
  /** Only with EA length 0. */
  readonly psid?: number | undefined;
  /** Default `rfc7597`. */
  readonly iid?: Iid | undefined;
  /** Default false. */
  readonly forwarding?: boolean | undefined;
}

export const DEFAULT_PSID_OFFSET = 6;
const MAX_EA_LEN = 48;
const PORT_BITS = 16;
const SYSTEM_PORTS = 1024;

/** `path` names the rule (`rules.metro`), or is empty; findings name the parameter below it. */
export function checkRule(input: RuleInput, path: string): Checked<Rule> {
  const found = [
    ...checkPrefixes(input, path),
    ...checkEaLen(input, path),
    ...checkPsidParameters(input, path),
  ];
  if (hasError(found)) return { ok: false, diagnostics: found };
  const psidLen = derivedPsidLen(input);
  const rule: Rule = {
    name: input.name,
    // Without errors there are no bits behind their ends.
    ipv6: input.ipv6,
    ipv4: input.ipv4,
    eaLen: input.eaLen,
    psidOffset: input.psidOffset ?? DEFAULT_PSID_OFFSET,
    psidLen,
    psid: psidLen > 0 && input.eaLen === 0 ? (input.psid ?? 0) : null,
    iid: input.iid ?? "rfc7597",
    forwarding: input.forwarding ?? false,
  };
  return { ok: true, value: rule, diagnostics: [...found, ...adviseRule(rule, input, path)] };
}

/** k as the lengths give it; with EA length 0 it is provisioned. */
function derivedPsidLen({ eaLen, ipv4, psidLen }: RuleInput): number {
  return eaLen === 0 ? (psidLen ?? 0) : Math.max(0, eaLen + ipv4.len - IPV4_BITS);
}

function checkPrefixes({ ipv6, ipv4 }: RuleInput, path: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const at6 = pathOf(path, "rule-ipv6-prefix");
  const at4 = pathOf(path, "rule-ipv4-prefix");
  if (!isWithin(ipv6.len, IPV6_BITS)) {
    found.push(error("ipv6-prefix-len", at6, `IPv6 prefix length ${ipv6.len} is not in 0..128`));
  } else {
    const hostBits = ipv6HostBits(ipv6, at6);
    if (hostBits !== null) found.push(hostBits);
  }
  if (!isWithin(ipv4.len, IPV4_BITS)) {
    found.push(error("ipv4-prefix-len", at4, `IPv4 prefix length ${ipv4.len} is not in 0..32`));
  } else {
    const hostBits = ipv4HostBits(ipv4, at4);
    if (hostBits !== null) found.push(hostBits);
  }
  return found;
}

function checkEaLen({ ipv6, eaLen }: RuleInput, path: string): Diagnostic[] {
  const at = pathOf(path, "ea-len");
  if (!isWithin(eaLen, MAX_EA_LEN)) {
    return [error("ea-len-range", at, `ea-len ${eaLen} is not in 0..48`, "RFC 7597 §5.2")];
  }
  if (!isWithin(ipv6.len, IPV6_BITS) || ipv6.len + eaLen <= IPV6_BITS) return [];
  const message = `rule-ipv6-prefix /${ipv6.len} and ea-len ${eaLen} need ${ipv6.len + eaLen} bits of 128; shorten one of them`;
  return [error("ea-past-128", at, message, "RFC 7597 §5.2")];
}

function checkPsidParameters(input: RuleInput, path: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { psidOffset = DEFAULT_PSID_OFFSET, psidLen, eaLen, ipv4 } = input;
  const offsetAt = pathOf(path, "psid-offset");
  const offsetFits = isWithin(psidOffset, PORT_BITS - 1);
  if (!offsetFits) {
    const message = `psid-offset ${psidOffset} is not in 0..15`;
    found.push(error("psid-offset-range", offsetAt, message, "RFC 7597 §5.1"));
  }
  const lengthFits = psidLen === undefined || isWithin(psidLen, PORT_BITS);
  if (!lengthFits) {
    const message = `psid-len ${psidLen} is not in 0..16`;
    found.push(error("psid-len-range", pathOf(path, "psid-len"), message, "RFC 7597 §5.1"));
  }
  // What k is can be said only where all that it follows from can be trusted.
  if (!lengthFits || !isWithin(eaLen, MAX_EA_LEN) || !isWithin(ipv4.len, IPV4_BITS)) return found;
  const k = derivedPsidLen(input);
  if (k > PORT_BITS) {
    const most = PORT_BITS + IPV4_BITS - ipv4.len;
    const message = `ea-len ${eaLen} leaves ${k} bits for the PSID behind a /${ipv4.len}; ports have 16: use ea-len at most ${most}`;
    found.push(error("psid-len-range", pathOf(path, "ea-len"), message, "RFC 7597 §5.2"));
  } else if (offsetFits && k > 0 && psidOffset + k > PORT_BITS) {
    const message = `psid-offset ${psidOffset} and PSID length ${k} need ${psidOffset + k} bits of 16; use psid-offset at most ${PORT_BITS - k}`;
    found.push(error("offset-plus-psid-len", offsetAt, message, "RFC 7597 §5.1"));
  }
  found.push(...(eaLen > 0 ? checkEmbeddedPsid(input, k, path) : checkProvisioned(input, k, path)));
  return found;
}

/** EA length above 0: PSID and its length follow from the EA bits, and nothing may say otherwise. */
function checkEmbeddedPsid(input: RuleInput, k: number, path: string): Diagnostic[] {
  const { eaLen, ipv4, psidLen, psid } = input;
  const found: Diagnostic[] = [];
  if (eaLen + ipv4.len < IPV4_BITS) {
    return checkPrefixWithoutPsid(input, path);
  }
  if (psidLen !== undefined && psidLen !== k) {
    const message = `psid-len ${psidLen} contradicts ea-len ${eaLen}, which leaves ${k} bits behind a /${ipv4.len}; leave psid-len out, or make ea-len ${psidLen + IPV4_BITS - ipv4.len}`;
    found.push(error("psid-len-mismatch", pathOf(path, "psid-len"), message, "RFC 7597 §5.2"));
  }
  if (psid !== undefined) {
    const message = `psid ${psid} is fixed, but with ea-len ${eaLen} each CE has its own from its EA bits; remove psid, or make a 1:1 rule with ea-len 0`;
    found.push(error("psid-with-ea", pathOf(path, "psid"), message, "RFC 7598 §4.5"));
  }
  return found;
}

/** EA length 0: a 1:1 rule whose PSID, if any, is given. */
function checkProvisioned(input: RuleInput, k: number, path: string): Diagnostic[] {
  const { ipv4, psid } = input;
  if (ipv4.len < IPV4_BITS) return checkPrefixWithoutPsid(input, path);
  const at = pathOf(path, "psid");
  if (k === 0) {
    if (psid === undefined) return [];
    const message = `psid ${psid} has no length; add psid-len, or remove psid for an address that is not shared`;
    return [error("psid-without-len", at, message, "RFC 7598 §4.5")];
  }
  const most = 2 ** k - 1;
  if (psid === undefined) {
    const message = `ea-len 0 with psid-len ${k} is a 1:1 rule and needs its psid, 0..${most}`;
    return [error("psid-required", at, message, "RFC 7597 §5.2")];
  }
  if (isWithin(psid, most)) return [];
  return [error("psid-range", at, `psid ${psid} is not in 0..${most}`, "RFC 7597 §5.1")];
}

/** The CE gets an IPv4 prefix: there are no ports to divide. */
function checkPrefixWithoutPsid(input: RuleInput, path: string): Diagnostic[] {
  const { eaLen, ipv4, psidLen = 0, psid } = input;
  if (psidLen === 0 && psid === undefined) return [];
  const message = `a PSID needs a full IPv4 address, but /${ipv4.len} and ea-len ${eaLen} give each CE a /${ipv4.len + eaLen}; remove psid and psid-len, or lengthen ea-len`;
  const at = pathOf(path, psid === undefined ? "psid-len" : "psid");
  return [error("psid-without-full-address", at, message, "RFC 7598 §4.5")];
}

/** What works but is probably not meant. */
function adviseRule(rule: Rule, input: RuleInput, path: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  const end = rule.ipv6.len + rule.eaLen;
  if (rule.psidLen === 0 && input.psidOffset !== undefined) {
    const message = `psid-offset ${rule.psidOffset} is ignored: the address is not shared, every port belongs to its CE`;
    found.push(warning("offset-ignored", pathOf(path, "psid-offset"), message, "RFC 7597 §4"));
  }
  const lowest = lowestPort(rule);
  if (lowest < SYSTEM_PORTS) {
    const message = `psid-offset ${rule.psidOffset} gives port ${lowest} and other system ports to CEs; offset 1..6 keeps 0..1023 back`;
    found.push(warning("system-ports", pathOf(path, "psid-offset"), message, "RFC 7597 §5.1"));
  }
  if (end > 64) {
    const message = `rule prefix and EA bits take ${end} bits: they overwrite ${end - 64} bits of the interface identifier, and a CE has no /64 for its LAN`;
    found.push(warning("iid-overwritten", pathOf(path, "ea-len"), message, "RFC 7597 §6"));
  }
  const block = RESERVED_IPV4.find(
    ([, address, len]) =>
      rule.ipv4.len >= len && canonicalIpv4({ ...rule.ipv4, len }).address === address,
  );
  if (block !== undefined) {
    const message = `${formatIpv4Prefix(rule.ipv4)} lies in ${block[0]}, which is never forwarded; use unicast addresses`;
    found.push(
      warning("ipv4-not-unicast", pathOf(path, "rule-ipv4-prefix"), message, "RFC 1812 §5.3.7"),
    );
  }
  if (rule.ipv6.len >= 8 && rule.ipv6.address[0] >>> 24 === 0xff) {
    const message = `${formatIpv6Prefix(rule.ipv6)} is multicast; a CE prefix must be unicast`;
    found.push(
      warning("ipv6-not-unicast", pathOf(path, "rule-ipv6-prefix"), message, "RFC 4291 §2.7"),
    );
  }
  return found;
}

/** Lowest port that a CE of a sharing rule gets; 65536 where the address is not shared. */
function lowestPort({ psidOffset, psidLen, psid }: Rule): number {
  if (psidLen === 0) return 2 ** PORT_BITS;
  const first = psidOffset === 0 ? 0 : 2 ** (PORT_BITS - psidOffset);
  return first + (psid ?? 0) * 2 ** (PORT_BITS - psidOffset - psidLen);
}

/** Blocks whose packets are dropped as martians. */
const RESERVED_IPV4: readonly (readonly [string, number, number])[] = [
  ["0.0.0.0/8", 0, 8],
  ["127.0.0.0/8", 0x7f000000, 8],
  ["224.0.0.0/4", 0xe0000000, 4],
  ["240.0.0.0/4", 0xf0000000, 4],
];

/** A default mapping rule's prefix (RFC 7599 §5.1); `path` is the parameter itself. */
export function checkDmr(prefix: Ipv6Prefix, path: string): Checked<Ipv6Prefix> {
  if (!isWithin(prefix.len, IPV6_BITS)) {
    const message = `IPv6 prefix length ${prefix.len} is not in 0..128`;
    return { ok: false, diagnostics: [error("ipv6-prefix-len", path, message)] };
  }
  const found: Diagnostic[] = [];
  const lengths = DMR_LENGTHS.join(", ");
  if (prefix.len > 96) {
    const message = `a DMR prefix of length ${prefix.len} leaves no room for an IPv4 address; use one of ${lengths}`;
    found.push(error("dmr-too-long", path, message, "RFC 7599 §5.1"));
  } else if (!DMR_LENGTHS.includes(prefix.len)) {
    const message = `IPv4 addresses have no place behind a prefix of length ${prefix.len}; use one of ${lengths}`;
    found.push(error("dmr-length", path, message, "RFC 6052 §2.2"));
  }
  const hostBits = ipv6HostBits(prefix, path);
  if (hostBits !== null) found.push(hostBits);
  if (prefix.len >= 72 && prefix.address[2] >>> 24 !== 0) {
    const message = `bits 64..71 of ${formatIpv6Prefix(prefix)} must be zero; choose a prefix with 0 there`;
    found.push(error("dmr-u-octet", path, message, "RFC 6052 §2.2"));
  }
  if (hasError(found)) return { ok: false, diagnostics: found };
  if (prefix.len !== 64) {
    const message = `the DMR prefix should have length 64, not ${prefix.len}; both ends must agree`;
    found.push(warning("dmr-not-64", path, message, "RFC 7599 §5.1"));
  }
  return { ok: true, value: prefix, diagnostics: found };
}

/** Whether a CE with this delegated prefix can work under the rule; `path` is the parameter itself. */
export function checkEndUserPrefix(rule: Rule, prefix: Ipv6Prefix, path: string): Diagnostic[] {
  if (!isWithin(prefix.len, IPV6_BITS)) {
    return [error("ipv6-prefix-len", path, `IPv6 prefix length ${prefix.len} is not in 0..128`)];
  }
  const found: Diagnostic[] = [];
  const text = formatIpv6Prefix(prefix);
  const hostBits = ipv6HostBits(prefix, path);
  if (hostBits !== null) found.push(hostBits);
  if (!containsIpv6({ ...rule.ipv6, len: Math.min(rule.ipv6.len, prefix.len) }, prefix.address)) {
    const message = `${text} is outside the rule's ${formatIpv6Prefix(rule.ipv6)}; correct it, or add the rule that covers it`;
    found.push(error("end-user-prefix-outside-rule", path, message, "RFC 7597 §5.2"));
  }
  const needed = rule.ipv6.len + rule.eaLen;
  if (prefix.len < needed) {
    const message = `${text} is shorter than the /${needed} that rule prefix and EA bits need; the server must delegate a /${needed}`;
    found.push(error("end-user-prefix-too-short", path, message, "RFC 7597 §5.2"));
  }
  if (hasError(found)) return found;
  const mapIpv6 = ceAddressOf(rule, prefix.address);
  if (!coversIpv6Prefix(prefix, { address: mapIpv6, len: IPV6_BITS })) {
    const message = `${text} has bits set after the first ${needed}, so the MAP address ${formatIpv6(mapIpv6)} lies outside it and the BR's packets go elsewhere; delegate the /${needed}, or its first /${prefix.len}`;
    found.push(warning("delegated-bits-set", path, message, "RFC 7597 §5.2"));
  }
  return found;
}

/** Index of the basic mapping rule: the longest IPv6 prefix that covers the end-user prefix, or -1 (RFC 7597 §5). */
export function selectBmr(rules: readonly Rule[], endUserPrefix: Ipv6Prefix): number {
  let best = -1;
  let bestLen = -1;
  for (const [index, rule] of rules.entries()) {
    if (rule.ipv6.len <= bestLen || !coversIpv6Prefix(rule.ipv6, endUserPrefix)) continue;
    best = index;
    bestLen = rule.ipv6.len;
  }
  return best;
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}
