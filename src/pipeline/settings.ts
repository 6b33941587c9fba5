/**
 * What the packet path knows of a domain: checked, immutable, structured-cloneable (it crosses to
 * worker threads). The daemon makes it from the configuration; src/ never sees a file.
 */
import type { Ipv4Prefix, Ipv6Prefix, Rule, RuleList, Words6 } from "../map/types.js";
import type { Nat44Settings } from "../nat44/settings.js";

export type Mode = "map-t" | "map-e";
export type Role = "ce" | "br";

/** What a UDP datagram with checksum zero gets on its way to IPv6 (RFC 7915 §4.5). */
export type UdpZeroChecksum = "compute" | "drop";

export interface MtuSettings {
  /** Largest IPv6 packet towards the provider's network, bytes. */
  readonly ipv6: number;
  /** Largest IPv4 packet on the IPv4 side, bytes. */
  readonly ipv4: number;
  /** Size up to which an IPv4 packet without DF goes out unfragmented as IPv6 (RFC 7915 §4.1). */
  readonly lowestIpv6: number;
}

/** ICMP errors that the domain sends itself. */
export interface IcmpSettings {
  /** Sources of ICMPv4 errors from nodes without an IPv4 address (RFC 6791 §3); empty: 192.0.0.8 (RFC 7600 §4.8). */
  readonly ipv4Sources: readonly number[];
  /** Errors a second, of both families. */
  readonly rateLimit: number;
  /** False: only time exceeded and too big. */
  readonly unreachables: boolean;
}

/** 192.0.0.8, the source of ICMPv4 errors of a node that has no IPv4 address (RFC 7600 §4.8). */
export const DUMMY_IPV4 = 0xc0000008;

/** Settings that both roles have. */
export interface CommonSettings {
  readonly name: string;
  readonly mode: Mode;
  /** Rules of the domain; on a BR all of them, on a CE the BMR and the FMRs. */
  readonly rules: RuleList;
  /** DMR prefix, MAP-T only (RFC 7599 §5.1). */
  readonly dmr: Ipv6Prefix | null;
  /** BR addresses, MAP-E only; both ends take all, a BR sends from the first, a CE sends to the first. */
  readonly brAddresses: readonly Words6[];
  readonly mtu: MtuSettings;
  /** "auto", "off" or the MSS itself. */
  readonly mssClamp: "auto" | "off" | number;
  readonly udpZeroChecksum: UdpZeroChecksum;
  /** -1 copies TOS and traffic class, 0..255 is written instead. */
  readonly trafficClass: number;
  readonly decrementTtl: boolean;
  readonly icmp: IcmpSettings;
  /** MAP-E: where a packet without DF that is too long for the tunnel is cut (RFC 7597 §8.3). */
  readonly fragmentation: "outer" | "inner";
}

export interface BrSettings extends CommonSettings {
  readonly role: "br";
  readonly hairpin: boolean;
}

export interface CeSettings extends CommonSettings {
  readonly role: "ce";
  readonly rules: readonly Rule[];
  /** Index into `rules` of the basic mapping rule. */
  readonly bmr: number;
  readonly endUserPrefix: Ipv6Prefix;
  /** IPv4 sources that NAT44 takes; includes the address that the TUN device itself carries. */
  readonly localPrefixes: readonly Ipv4Prefix[];
  /** null: NAT44 is off and the LAN uses the CE's own IPv4 address or prefix. */
  readonly nat44: Nat44Settings | null;
}

export type DomainSettings = BrSettings | CeSettings;

/** What a packet path needs beside the compiled rules: of the rules themselves only a CE's own. */
export function withoutRules(settings: DomainSettings): DomainSettings {
  if (settings.role === "br") return { ...settings, rules: [] };
  const own = settings.rules[settings.bmr];
  return { ...settings, rules: own === undefined ? [] : [own], bmr: 0 };
}
