/** A CE and its BR from one rule, with every default of the configuration: what a walk goes through. */
import type { Ce } from "../map/ce.js";
import { checkDmr } from "../map/check.js";
import { checkDomainRules } from "../map/check-set.js";
import { portSetOf, ruleKind } from "../map/rule.js";
import type { Diagnostic, Ipv4Prefix, Ipv6Prefix, Rule, Words6 } from "../map/types.js";
import type { Nat44Settings } from "../nat44/settings.js";
import type { BrSettings, CeSettings, CommonSettings } from "../pipeline/settings.js";

/** How the rule's packets cross the provider's network. */
export type Transport =
  | { readonly mode: "map-t"; readonly dmr: Ipv6Prefix }
  | { readonly mode: "map-e"; readonly brAddress: Words6 };

export interface OneRuleInput {
  readonly rule: Rule;
  readonly ce: Ce;
  readonly transport: Transport;
  /** What NAT44 takes. */
  readonly lan: Ipv4Prefix;
  /** Of the provider's network. */
  readonly mtu6: number;
}

const INTERNET_MTU = 1500;
const LOWEST_IPV6_MTU = 1280;
const ERRORS_A_SECOND = 1000;
/** An IPv6 header instead of an IPv4 one, or before it. */
const OVERHEAD = { "map-t": 20, "map-e": 40 } as const;

export function brOf(input: OneRuleInput): BrSettings {
  const mtu = { ipv6: input.mtu6, ipv4: INTERNET_MTU, lowestIpv6: LOWEST_IPV6_MTU };
  return { ...common(input, "br"), role: "br", mtu, udpZeroChecksum: "drop", hairpin: true };
}

export function ceOf(input: OneRuleInput): CeSettings {
  const { ce, rule, transport, mtu6, lan } = input;
  const hasNat44 = ruleKind(rule) !== "prefix";
  return {
    ...common(input, "ce"),
    role: "ce",
    rules: [rule],
    bmr: 0,
    endUserPrefix: ce.endUserPrefix,
    mtu: { ipv6: mtu6, ipv4: mtu6 - OVERHEAD[transport.mode], lowestIpv6: LOWEST_IPV6_MTU },
    udpZeroChecksum: "compute",
    localPrefixes: hasNat44 ? [lan] : [],
    nat44: hasNat44 ? nat44Of(rule, ce) : null,
  };
}

/** Why rule and transport make no domain, or a doubtful one. */
export function misfitsOf(rule: Rule, transport: Transport): readonly Diagnostic[] {
  if (transport.mode === "map-e") return checkDomainRules([rule], "map-e", null, "dmr");
  const { dmr } = transport;
  return [...checkDmr(dmr, "dmr").diagnostics, ...checkDomainRules([rule], "map-t", dmr, "dmr")];
}

type Shared = Omit<CommonSettings, "mtu" | "udpZeroChecksum">;

function common({ rule, transport }: OneRuleInput, name: string): Shared {
  return {
    name,
    mode: transport.mode,
    rules: [rule],
    dmr: transport.mode === "map-t" ? transport.dmr : null,
    brAddresses: transport.mode === "map-e" ? [transport.brAddress] : [],
    mssClamp: "auto",
    trafficClass: -1,
    decrementTtl: true,
    icmp: { ipv4Sources: [], rateLimit: ERRORS_A_SECOND, unreachables: true },
    fragmentation: "outer",
  };
}

const MS = 1000;
/** TCP, UDP and ICMP each have the whole port set. */
const PROTOCOLS = 3;
/** The daemon has room for very many; a walk opens one. */
const MAX_SESSIONS = 16;

function nat44Of(rule: Rule, ce: Ce): Nat44Settings {
  return {
    filtering: ruleKind(rule) === "shared" ? "address-dependent" : "endpoint-independent",
    tcpPortReuse: "when-exhausted",
    maxPortsPerHost: null,
    maxSessionsPerHost: null,
    reserve: [],
    forwards: [],
    timeoutsMs: {
      udp: 300 * MS,
      tcpEstablished: 7440 * MS,
      tcpOpening: 240 * MS,
      tcpClosing: 240 * MS,
      icmp: 60 * MS,
    },
    maxMappings: PROTOCOLS * portSetOf(rule, ce.psid).count + MAX_SESSIONS,
    maxSessions: MAX_SESSIONS,
  };
}
