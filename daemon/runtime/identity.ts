/** Who a CE is, and whose NAT44 sessions may go on under a changed configuration. */
import { type Ce, ceFromEndUserPrefix } from "../../src/map/ce.js";
import type { DomainSettings } from "../../src/pipeline/settings.js";
import { formatIpv4 } from "../../src/wire/address.js";
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

/** What sessions are bound to: the CE's IPv4 address and its port set, in either mode. */
export interface Nat44Identity {
  /** Unsigned 32-bit. */
  readonly address: number;
  /** null where the address is not shared; the other two are 0 then. */
  readonly psid: number | null;
  readonly psidOffset: number;
  readonly psidLen: number;
}

/** null on a BR and where NAT44 is off. */
export function nat44Identity(settings: DomainSettings): Nat44Identity | null {
  if (settings.role !== "ce" || settings.nat44 === null) return null;
  const ce = ceOf(settings);
  const rule = settings.rules[settings.bmr];
  if (ce === null || rule === undefined) return null;
  const isShared = rule.psidLen > 0;
  return {
    address: ce.ipv4.address,
    psid: isShared ? ce.psid : null,
    psidOffset: isShared ? rule.psidOffset : 0,
    psidLen: rule.psidLen,
  };
}

export function sameIdentity(one: Nat44Identity | null, other: Nat44Identity | null): boolean {
  return (
    one !== null &&
    other !== null &&
    one.address === other.address &&
    one.psid === other.psid &&
    one.psidOffset === other.psidOffset &&
    one.psidLen === other.psidLen
  );
}

/** `192.0.2.18 PSID 52 (offset 6, length 8)` */
export function formatIdentity({ address, psid, psidOffset, psidLen }: Nat44Identity): string {
  const ports = psid === null ? "" : ` PSID ${psid} (offset ${psidOffset}, length ${psidLen})`;
  return formatIpv4(address) + ports;
}
