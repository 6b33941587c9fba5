/** Takes any IPv6 address apart under a rule: what its prefix says, what its interface identifier says. Cold code. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { type Ce, ceFromIpv6, portSetOf } from "./ce.js";
import { error, warning } from "./diagnostic.js";
import { iidWords, readIid, rightPadded } from "./iid.js";
import { isExcludedPort, psidOfPort } from "./port-set.js";
import { containsIpv4, formatIpv4Prefix, IPV4_BITS, maskOf6 } from "./prefix.js";
import type { Checked, Diagnostic, Iid, Rule, Words6 } from "./types.js";

/**
 * `right-padded` is an oddity of one vendor's guide, which puts 0xac into the identifier as 0xac00. RFC 7597 §6 pads on
 * the left; mapd never writes the odd form and drops packets that bear it.
 */
export type IidStyle = Iid | "right-padded";

export interface Analysis {
  /** By the EA bits, which alone are authoritative. */
  readonly ce: Ce;
  /** The style in which the identifier says the same as the EA bits, or null. */
  readonly iid: IidStyle | null;
  /** IPv4 address in the identifier, read in the rule's own style. */
  readonly iidIpv4: number;
  /** PSID field of the identifier, read in the rule's own style. */
  readonly iidPsid: number;
  /** True where the identifier has a known style, the subnet id is zero, and the port, if any, is in the set. */
  readonly consistent: boolean;
  /** Findings are warnings, each one a reason why packets from the address are dropped. */
  readonly findings: readonly Diagnostic[];
}

/** Refuses only an address outside the rule. `port` is null where none was given. */
export function analyseAddress(
  rule: Rule,
  address: Words6,
  port: number | null,
): Checked<Analysis> {
  const checked = ceFromIpv6(rule, address);
  if (!checked.ok) return checked;
  if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65535)) {
    const diagnostics = [error("port-range", "port", `port ${port} is not in 0..65535`)];
    return { ok: false, diagnostics };
  }
  const ce = checked.value;
  const iid = styleOf(rule, ce, address);
  const style = styleFindings(rule, ce, address, iid);
  const misfits = [...subnetFindings(rule, address), ...portFindings(rule, ce, port)];
  const value: Analysis = {
    ce,
    iid,
    ...readIid(rule.iid, address),
    consistent: iid !== null && misfits.length === 0,
    findings: [...style, ...misfits],
  };
  return { ok: true, value, diagnostics: value.findings };
}

/** The rule's own style first, as several may fit: a PSID of 0 is padded alike on both sides. */
function styleOf(rule: Rule, ce: Ce, address: Words6): IidStyle | null {
  const other: Iid = rule.iid === "rfc7597" ? "draft-03" : "rfc7597";
  for (const iid of [rule.iid, other]) {
    if (hasIid(rule, ce, address, iid, ce.psid ?? 0)) return iid;
  }
  const padded = rightPadded(rule, ce.psid);
  for (const iid of [rule.iid, other]) {
    if (hasIid(rule, ce, address, iid, padded)) return "right-padded";
  }
  return null;
}

/** Compares the identifier alone: bits from 64, or from the end of the prefix where that is longer. */
function hasIid(rule: Rule, ce: Ce, address: Words6, iid: Iid, psidField: number): boolean {
  const { iidIpv4 } = readIid(iid, address);
  // Of a CE's prefix the identifier names the prefix, or in MAP-T one of its addresses.
  const isInside = ce.ipv4.len < IPV4_BITS && containsIpv4(ce.ipv4, iidIpv4);
  const [high, low] = iidWords(iid, isInside ? iidIpv4 : ce.ipv4.address, psidField);
  const [, , taken2, taken3] = maskOf6(Math.max(64, rule.ipv6.len + rule.eaLen));
  return ((address[2] ^ high) & ~taken2) === 0 && ((address[3] ^ low) & ~taken3) === 0;
}

function styleFindings(rule: Rule, ce: Ce, address: Words6, iid: IidStyle | null): Diagnostic[] {
  if (iid === rule.iid) return [];
  if (iid === null) {
    const { iidIpv4, iidPsid } = readIid(rule.iid, address);
    const message = `the interface identifier of ${formatIpv6(address)} does not say what its prefix says: ${formatIpv4Prefix(ce.ipv4)}${psidText(ce)}; read as ${rule.iid}, it says ${formatIpv4(iidIpv4)} and PSID ${iidPsid}`;
    return [warning("iid-mismatch", "ipv6", message, "RFC 7597 §6")];
  }
  const message =
    iid === "right-padded"
      ? `PSID ${ce.psid} is padded with zeros on the right, but belongs at the right end of its field: ${formatIpv6(ce.mapIpv6)}`
      : `the interface identifier is that of ${iid}, the rule has ${rule.iid}; set iid alike at both ends`;
  return [warning("iid-style", "ipv6", message, "RFC 7597 §6")];
}

function subnetFindings(rule: Rule, address: Words6): Diagnostic[] {
  const end = rule.ipv6.len + rule.eaLen;
  if (end >= 64) return [];
  const [taken0, taken1] = maskOf6(end);
  if ((address[0] & ~taken0) === 0 && (address[1] & ~taken1) === 0) return [];
  const message = `bits ${end}..63 (subnet id) of ${formatIpv6(address)} must be zero in a MAP address`;
  return [warning("subnet-id-set", "ipv6", message, "RFC 7597 §5.2")];
}

function portFindings(rule: Rule, ce: Ce, port: number | null): Diagnostic[] {
  if (port === null || portSetOf(rule, ce.psid).contains(port)) return [];
  const message = isExcludedPort(port, rule.psidOffset, rule.psidLen)
    ? `port ${port} belongs to no CE with psid-offset ${rule.psidOffset}`
    : `port ${port} belongs to PSID ${psidOfPort(port, rule.psidOffset, rule.psidLen)}, not to ${ce.psid}`;
  return [warning("port-not-in-set", "port", message, "RFC 7597 §8.1")];
}

function psidText(ce: Ce): string {
  return ce.psid === null ? "" : `, PSID ${ce.psid}`;
}
