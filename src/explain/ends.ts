/** What is known of one end that a question names: the CE that it is, the IPv4 address that it stands for, its port. */

import { type Ce, ceFromIpv4Port, ceFromIpv4Psid, ceFromIpv6, portSetOf } from "../map/ce.js";
import { mapAddressOf } from "../map/ce-address.js";
import { readIid } from "../map/iid.js";
import { containsIpv4 } from "../map/prefix.js";
import type { Checked, Rule, Words6 } from "../map/types.js";
import type { Mode } from "../pipeline/settings.js";
import * as ipv4 from "../wire/ipv4.js";
import { formatAddress, type IpAddress } from "./addresses.js";
import type { Endpoint } from "./endpoint.js";
import type { RuleEnds, RuleUse } from "./rule-ends.js";

export interface KnownEnd {
  readonly given: IpAddress;
  /** The address itself, or the one that stands behind it; null where there is none. */
  readonly ipv4: number | null;
  /** The rule and its CE; null for whoever is in no rule. */
  readonly ce: { readonly rule: Rule; readonly use: RuleUse; readonly facts: Ce } | null;
  readonly port: number;
}

/** Of a server, where none is named. */
const SERVER_PORT = 443;

/**
 * Finds an end; what has to be assumed is added to `assumptions`. `otherwise`: the port of an end in no rule. Refuses a
 * shared address without a port, as several CEs have it.
 */
export function knownEnd(
  ends: RuleEnds,
  { address, port }: Endpoint,
  protocol: number,
  assumptions: string[],
  otherwise: number = SERVER_PORT,
): Checked<KnownEnd> {
  const found = ends.ruleOf(address, port);
  const text = formatAddress(address);
  if (found === null) {
    const behind = address.family === 4 ? address.ipv4 : ends.behindDmr(address);
    // The identifier of an echo message is the other end's.
    const isNeeded = protocol !== ipv4.PROTOCOL_ICMP || otherwise !== SERVER_PORT;
    if (port === null && isNeeded) assumePort(assumptions, otherwise, protocol, text);
    const end = { given: address, ipv4: behind, ce: null, port: port ?? otherwise };
    return { ok: true, value: end, diagnostics: [] };
  }
  const { rule, use } = found;
  const checked = ceOf(rule, address, port, protocol, assumptions);
  if (!checked.ok) return checked;
  const facts = checked.value;
  const set = portSetOf(rule, facts.psid);
  const first = rule.psidLen > 0 ? set.at(0) : otherwise;
  if (port === null) assumePort(assumptions, first, protocol, text);
  const own = address.family === 4 ? address.ipv4 : embeddedIpv4(rule, facts, address.ipv6);
  const end = { given: address, ipv4: own, ce: { rule, use, facts }, port: port ?? first };
  return { ok: true, value: end, diagnostics: [] };
}

/** Says what is assumed of whom; nothing for a protocol without ports. */
export function assumePort(
  assumptions: string[],
  port: number,
  protocol: number,
  whose: string,
): void {
  if (!hasPorts(protocol)) return;
  const what = protocol === ipv4.PROTOCOL_ICMP ? "identifier" : "port";
  assumptions.push(`${what} ${port} of ${whose}`);
}

function ceOf(
  rule: Rule,
  address: IpAddress,
  port: number | null,
  protocol: number,
  assumptions: string[],
): Checked<Ce> {
  if (address.family === 6) return ceFromIpv6(rule, address.ipv6);
  // Without ports nothing tells the CEs apart: any of them will do, as all are refused.
  const isAny = rule.psidLen > 0 && !hasPorts(protocol);
  if (isAny) return ceFromIpv4Psid(rule, address.ipv4, rule.psid ?? 0);
  const checked = ceFromIpv4Port(rule, address.ipv4, port);
  if (checked.ok || port === null) return checked;
  // An excluded port: the packet is to be seen dropped, whoever sends it.
  const psid = rule.psid ?? 0;
  assumptions.push(`the CE with PSID ${psid}, as port ${port} is nobody's`);
  return ceFromIpv4Psid(rule, address.ipv4, psid);
}

/** Of a CE's prefix the identifier may name one address (RFC 7599 §6). */
function embeddedIpv4(rule: Rule, { ipv4: prefix }: Ce, address: Words6): number {
  const { iidIpv4 } = readIid(rule.iid, address);
  return containsIpv4(prefix, iidIpv4) ? iidIpv4 : prefix.address;
}

/** The IPv6 address that the end has in the domain, or null where it is in no rule. */
export function mapAddressOfEnd({ given, ipv4: address, ce }: KnownEnd, mode: Mode): Words6 | null {
  if (given.family === 6) return given.ipv6;
  if (ce === null || address === null) return null;
  const isInside = containsIpv4(ce.facts.ipv4, address);
  const addr4 = isInside ? address : ce.facts.ipv4.address;
  return mapAddressOf(ce.rule, addr4, ce.facts.psid ?? 0, mode === "map-t");
}

/** True for the protocols whose packets have ports, or an identifier that stands for them. */
export function hasPorts(protocol: number): boolean {
  return (
    protocol === ipv4.PROTOCOL_TCP ||
    protocol === ipv4.PROTOCOL_UDP ||
    protocol === ipv4.PROTOCOL_ICMP
  );
}
