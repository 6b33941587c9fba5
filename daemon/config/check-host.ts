/** What the domains of one host mean to each other. */

import type { Findings } from "../../src/map/findings.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv6 } from "../../src/wire/address.js";
import type { DomainConfig } from "./types.js";

/** 192.0.0.2 .. 192.0.0.6, the host addresses of 192.0.0.0/29 without the AFTR's (RFC 7335 §4). */
export const FIRST_TUN_ADDRESS = 0xc0000002;
const MAX_CE_DOMAINS = 5;

/** A domain and its place in the file. */
export interface PlacedDomain {
  readonly config: DomainConfig;
  readonly path: string;
}

interface Claim {
  readonly key: string;
  readonly what: string;
  readonly path: string;
}

export function checkHost(domains: readonly PlacedDomain[], findings: Findings): void {
  const owners = new Map<string, string>();
  // A domain alone takes nothing from itself, and may have a million rules.
  for (const domain of domains.length > 1 ? domains : []) {
    for (const claim of claimsOf(domain)) {
      const owner = owners.get(claim.key);
      if (owner === undefined) owners.set(claim.key, domain.path);
      else if (owner !== domain.path) {
        const text = `${claim.what} belongs to ${owner} already`;
        findings.error("taken-twice", claim.path, text);
      }
    }
  }
  const edges = domains.filter(({ config }) => config.tun.address !== null);
  const excess = edges[MAX_CE_DOMAINS];
  if (excess !== undefined) {
    const text = `one host has addresses for ${MAX_CE_DOMAINS} CE domains with NAT44, no more`;
    findings.error("too-many-ces", excess.path, text, "RFC 7335 §4");
  }
}

/** What a domain needs for itself alone. */
function claimsOf({ config, path }: PlacedDomain): Claim[] {
  const { settings, tun, routes } = config;
  const claim = (kind: string, value: string, key: string): Claim => {
    return { key: `${kind} ${value}`, what: `${kind} ${value}`, path: `${path}.${key}` };
  };
  const claims = [
    claim("the name", settings.name, "name"),
    claim("the device", tun.name, "tun.name"),
  ];
  if (settings.role === "ce") {
    const prefix = formatIpv6Prefix(settings.endUserPrefix);
    claims.push(claim("the end-user prefix", prefix, "end-user-ipv6-prefix"));
    return claims;
  }
  if (routes.mode === "off") return claims;
  // One destination has one route, so it leads into one device.
  for (const rule of settings.rules) {
    claims.push(claim("the route to", formatIpv4Prefix(rule.ipv4), "rules"));
  }
  if (settings.dmr !== null) {
    claims.push(claim("the route to", formatIpv6Prefix(settings.dmr), "dmr-ipv6-prefix"));
  }
  for (const address of settings.brAddresses) {
    claims.push(claim("the route to", formatIpv6(address), "br-ipv6-addr"));
  }
  return claims;
}
