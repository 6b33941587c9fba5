/** Who a CE is, and when a changed configuration leaves its NAT44 sessions alone. */
import { type Ce, ceFromEndUserPrefix } from "../../src/map/ce.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { MapdError } from "../errors.js";

/** Identity of a CE domain; null for a BR. */
export function ceOf(settings: DomainSettings): Ce | null {
  if (settings.role !== "ce") return null;
  const rule = settings.rules[settings.bmr];
  if (rule === undefined) throw new MapdError("invalid", `${settings.name}: no basic mapping rule`);
  const ce = ceFromEndUserPrefix(rule, settings.endUserPrefix);
  if (!ce.ok) {
    throw new MapdError("invalid", `${settings.name}: end-user-ipv6-prefix does not fit its rule`, {
      diagnostics: ce.diagnostics,
    });
  }
  return ce.value;
}

/**
 * True where both settings are of one CE with the same IPv4 address, port set and NAT44 settings:
 * then its sessions stay valid. Everything else (MTU, forwarding rules, hairpin, ...) may differ.
 */
export function sameNat44Identity(before: DomainSettings, after: DomainSettings): boolean {
  const key = nat44Key(before);
  return key !== null && key === nat44Key(after);
}

function nat44Key(settings: DomainSettings): string | null {
  if (settings.role !== "ce" || settings.nat44 === null) return null;
  const ce = ceOf(settings);
  const rule = settings.rules[settings.bmr];
  if (ce === null || rule === undefined) return null;
  return JSON.stringify([ce.ipv4, ce.psid, rule.psidOffset, rule.psidLen, settings.nat44]);
}
