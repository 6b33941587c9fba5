/** One CE of a rule, found from whatever is known of it (RFC 7597 §5.2, §6). Cold code. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import { mapAddressOf, readEa } from "./ce-address.js";
import { checkEndUserPrefix } from "./check.js";
import { error, hasError } from "./diagnostic.js";
import { isExcludedPort, psidOfPort } from "./port-set.js";
import {
  canonicalIpv4,
  canonicalIpv6,
  containsIpv4,
  containsIpv6,
  formatIpv4Prefix,
  formatIpv6Prefix,
  IPV4_BITS,
} from "./prefix.js";
import { ruleFacts } from "./rule.js";
import type { Checked, Diagnostic, Ipv4Prefix, Ipv6Prefix, Rule, Words6 } from "./types.js";

export { portSetOf } from "./rule.js";

export interface Ce {
  /** The n + o bits that MAP uses; the delegated prefix may be longer. */
  readonly endUserPrefix: Ipv6Prefix;
  /** Length 32, or the length of the CE's own prefix. */
  readonly ipv4: Ipv4Prefix;
  /** null where the address is not shared. */
  readonly psid: number | null;
  readonly mapIpv6: Words6;
}

/** The CE that was delegated `prefix`; warnings of `checkEndUserPrefix()` come along. */
export function ceFromEndUserPrefix(rule: Rule, prefix: Ipv6Prefix): Checked<Ce> {
  const diagnostics = checkEndUserPrefix(rule, prefix, "end-user-ipv6-prefix");
  if (hasError(diagnostics)) return { ok: false, diagnostics };
  return { ok: true, value: ceAt(rule, prefix.address), diagnostics };
}

/** The CE whose EA bits, as a number, are `index`: 0..2^o - 1. */
export function ceFromIndex(rule: Rule, index: number): Checked<Ce> {
  const { ceCount, q } = ruleFacts(rule);
  if (!Number.isInteger(index) || index < 0 || index >= ceCount) {
    const message = `index ${index} is not in 0..${ceCount - 1}; the rule has ${ceCount} CEs`;
    return refuse(error("index-range", "index", message, "RFC 7597 §5.2"));
  }
  // The index has up to 48 bits: arithmetic, as bit operators have 32.
  const suffix = Math.floor(index / 2 ** q);
  const psid = rule.psid ?? index % 2 ** q;
  const hostLen = IPV4_BITS - rule.ipv4.len - ruleFacts(rule).p;
  return accept(ceOf(rule, rule.ipv4.address + suffix * 2 ** hostLen, psid));
}

/** The CE that owns the address and, where addresses are shared, the PSID; null where they are not. */
export function ceFromIpv4Psid(rule: Rule, addr4: number, psid: number | null): Checked<Ce> {
  const found: Diagnostic[] = [];
  if (!containsIpv4(rule.ipv4, addr4)) found.push(outsideIpv4(rule, addr4));
  const most = 2 ** rule.psidLen - 1;
  if (rule.psidLen === 0 && psid !== null && psid !== 0) {
    const message = `PSID ${psid} was given, but the rule shares no addresses; leave it out`;
    found.push(error("psid-not-shared", "psid", message, "RFC 7597 §5.2"));
  } else if (rule.psidLen > 0 && psid === null) {
    const message = `the rule shares each address among ${most + 1} CEs; give a PSID in 0..${most}`;
    found.push(error("psid-required", "psid", message, "RFC 7597 §5.2"));
  } else if (psid !== null && !(Number.isInteger(psid) && psid >= 0 && psid <= most)) {
    found.push(error("psid-range", "psid", `PSID ${psid} is not in 0..${most}`, "RFC 7597 §5.1"));
  } else if (rule.psid !== null && psid !== rule.psid) {
    const message = `PSID ${psid} has no CE here: the 1:1 rule is for PSID ${rule.psid}`;
    found.push(error("psid-not-provisioned", "psid", message, "RFC 7597 §5.2"));
  }
  if (found.length > 0) return { ok: false, diagnostics: found };
  return accept(ceOf(rule, addr4, psid ?? 0));
}

/**
 * The CE that gets packets to the address and port (RFC 7597 §5.3); `port` null where it is not known. The error
 * `port-excluded` means that nobody does.
 */
export function ceFromIpv4Port(rule: Rule, addr4: number, port: number | null): Checked<Ce> {
  const { psidOffset: a, psidLen: k } = rule;
  if (k === 0) return ceFromIpv4Psid(rule, addr4, null);
  if (port === null) {
    const message = `${formatIpv4(addr4)} is shared; give a port, too`;
    return refuse(error("port-required", "port", message, "RFC 7597 §5.3"));
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    return refuse(error("port-range", "port", `port ${port} is not in 0..65535`));
  }
  if (isExcludedPort(port, a, k) && containsIpv4(rule.ipv4, addr4)) {
    const message = `port ${port} is below ${2 ** (16 - a)} and belongs to no CE with psid-offset ${a}`;
    return refuse(error("port-excluded", "port", message, "RFC 7597 §5.1"));
  }
  return ceFromIpv4Psid(rule, addr4, psidOfPort(port, a, k));
}

/** The CE whose end-user prefix holds the address; only the EA bits are read. */
export function ceFromIpv6(rule: Rule, address: Words6): Checked<Ce> {
  if (containsIpv6(rule.ipv6, address)) return accept(ceAt(rule, address));
  const message = `${formatIpv6(address)} is outside the rule's ${formatIpv6Prefix(rule.ipv6)}`;
  return refuse(error("ipv6-outside-rule", "ipv6", message, "RFC 7597 §5.2"));
}

function ceAt(rule: Rule, address: Words6): Ce {
  const { addr4, psid } = readEa(rule, address);
  return ceOf(rule, addr4, psid);
}

/** Both lie inside the rule; `psid` is 0 where the address is not shared. */
function ceOf(rule: Rule, addr4: number, psid: number): Ce {
  const { p, endUserPrefixLen } = ruleFacts(rule);
  const mapIpv6 = mapAddressOf(rule, addr4, psid);
  return {
    endUserPrefix: canonicalIpv6({ address: mapIpv6, len: endUserPrefixLen }),
    ipv4: canonicalIpv4({ address: addr4, len: rule.ipv4.len + p }),
    psid: rule.psidLen > 0 ? psid : null,
    mapIpv6,
  };
}

function outsideIpv4(rule: Rule, addr4: number): Diagnostic {
  const message = `${formatIpv4(addr4)} is outside the rule's ${formatIpv4Prefix(rule.ipv4)}`;
  return error("ipv4-outside-rule", "ipv4", message, "RFC 7597 §5.2");
}

function accept(ce: Ce): Checked<Ce> {
  return { ok: true, value: ce, diagnostics: [] };
}

function refuse(diagnostic: Diagnostic): Checked<never> {
  return { ok: false, diagnostics: [diagnostic] };
}
