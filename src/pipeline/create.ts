/** From a domain's settings to its packet path. */
import { Dmr } from "../map/dmr.js";
import type { RuleTable } from "../map/rule-table.js";
import { Nat44 } from "../nat44/nat44.js";
import { ErrorSender } from "../translate/error-sender.js";
import { PortSetIdentifications } from "../translate/fragment/port-set-identifications.js";
import type { Limits } from "../translate/limits.js";
import { TokenBucket } from "../translate/token-bucket.js";
import { BrMapE } from "./br-map-e.js";
import { BrMapT } from "./br-map-t.js";
import { CeMapE } from "./ce-map-e.js";
import { CeMapT } from "./ce-map-t.js";
import { CeSelf } from "./ce-self.js";
import { Hairpin } from "./hairpin.js";
import { LanSide } from "./lan-side.js";
import { MovedConnections } from "./moved-connections.js";
import type { Output, Pipeline } from "./packet-io.js";
import type { Parts } from "./parts.js";
import { RuleHits } from "./rule-hits.js";
import {
  type BrSettings,
  type CeSettings,
  type CommonSettings,
  type DomainSettings,
  DUMMY_IPV4,
} from "./settings.js";

export { compileRules } from "./compile-rules.js";

/** Identifications that a CE of a shared address must have before it rewrites those of tunnelled packets. */
const MIN_IDENTIFICATIONS = 256;

/** IPv6 and TCP header; what MAP-E adds before them is the IPv6 header again, less the difference to IPv4. */
const MAP_T_MSS_OVERHEAD = 60;
const MAP_E_MSS_OVERHEAD = 80;

/** Makes the CE's NAT44, or null where it is off. `random` gives unsigned 32-bit numbers. */
export function createNat44(settings: CeSettings, random: () => number): Nat44 | null {
  if (settings.nat44 === null) return null;
  return new Nat44(settings.nat44, new CeSelf(settings).ports, random);
}

/**
 * Makes a domain's packet path over what outlives it: the compiled rules, NAT44's state (null on a BR and
 * where NAT44 is off), the arena and the worker's counters. `random` gives unsigned 32-bit numbers that nobody
 * can foresee. `retired`: NAT44 of the CE's former address, whose TCP connections are reset where the LAN still uses
 * them. `hits` has a BR's packets by rule, HITS_A_RULE elements each; null: they are not counted. Throws on settings
 * that were not checked.
 */
export function createPipeline(
  settings: DomainSettings,
  table: RuleTable,
  nat44: Nat44 | null,
  io: Output,
  counters: Float64Array,
  random: () => number,
  retired: Nat44 | null = null,
  hits: Float64Array | null = null,
): Pipeline {
  if (settings.role === "br") {
    return createBr(settings, table, io, counters, random, new RuleHits(table, hits));
  }
  const moved =
    retired === null || nat44 === null
      ? null
      : new MovedConnections(retired, nat44, io, counters, random);
  return createCe(settings, table, nat44, io, counters, random, moved);
}

function createBr(
  settings: BrSettings,
  table: RuleTable,
  io: Output,
  counters: Float64Array,
  random: () => number,
  hits: RuleHits,
): Pipeline {
  const hairpin = new Hairpin(settings.hairpin, counters);
  if (settings.mode === "map-e") {
    const addresses = brAddressesOf(settings);
    const parts = partsOf(settings, addresses[0]!, io, counters, random);
    return new BrMapE(parts, settings, table, addresses, hairpin, hits);
  }
  const dmr = dmrOf(settings);
  const source6 = new Uint32Array(4);
  // A BR of MAP-T has no IPv6 address of its own but those that stand for IPv4 addresses; behind 64:ff9b::/96 that is
  // none where the operator has named no global one (RFC 6052 §3.1).
  const isNamed = errorSourcesOf(settings).some((source) => dmr.embed(source, source6) === 0);
  const parts = partsOf(settings, isNamed ? source6 : null, io, counters, random);
  return new BrMapT(parts, table, dmr, hairpin, hits);
}

function createCe(
  settings: CeSettings,
  table: RuleTable,
  nat44: Nat44 | null,
  io: Output,
  counters: Float64Array,
  random: () => number,
  moved: MovedConnections | null,
): Pipeline {
  const self = new CeSelf(settings);
  const lan = new LanSide(self, nat44, counters, moved, settings.icmp.unreachables);
  const parts = partsOf(
    settings,
    self.mapIpv6,
    io,
    counters,
    random,
    identificationsOf(settings, self, random),
  );
  if (settings.mode === "map-e") {
    return new CeMapE(parts, settings, lan, table, brAddressesOf(settings));
  }
  return new CeMapT(parts, lan, table, dmrOf(settings));
}

function partsOf(
  settings: DomainSettings,
  errorSource6: Uint32Array | null,
  output: Output,
  counters: Float64Array,
  random: () => number,
  identifications: PortSetIdentifications | null = null,
): Parts {
  const errorSources4 = errorSourcesOf(settings);
  const errors = new ErrorSender(
    output,
    { ipv4: errorSources4, ipv6: errorSource6 },
    {
      isMapT: settings.mode === "map-t",
      isBr: settings.role === "br",
      unreachables: settings.icmp.unreachables,
    },
    new TokenBucket(settings.icmp.rateLimit),
    random,
  );
  const limits = limitsOf(settings);
  const reassembleUnchecked = settings.mode === "map-t" && limits.computeUdpChecksum;
  const fragments = { identifications, reassembleUnchecked };
  return { limits, output, counters, errors, errorSources4, fragments, random };
}

/**
 * NAT44 makes hosts that know nothing of each other one source, and so does a shared address of its CEs: fragments get
 * identifications of ours (RFC 7599 §10.3, RFC 7857 §10). Not in MAP-E from a small set: it would come round sooner than
 * the hosts' own meet (RFC 7597 §8.3.3).
 */
function identificationsOf(
  settings: CeSettings,
  self: CeSelf,
  random: () => number,
): PortSetIdentifications | null {
  const isWanted =
    settings.nat44 !== null &&
    (settings.mode === "map-t" || self.ports.count >= MIN_IDENTIFICATIONS);
  return isWanted ? new PortSetIdentifications(self.ports, random) : null;
}

function errorSourcesOf(settings: CommonSettings): readonly number[] {
  const sources = settings.icmp.ipv4Sources;
  return sources.length > 0 ? sources : [DUMMY_IPV4];
}

function limitsOf(settings: CommonSettings): Limits {
  return {
    mtu6: settings.mtu.ipv6,
    mtu4: settings.mtu.ipv4,
    lowestIpv6Mtu: settings.mtu.lowestIpv6,
    mss: mssOf(settings),
    trafficClass: settings.trafficClass,
    ttlStep: settings.decrementTtl ? 1 : 0,
    computeUdpChecksum: settings.udpZeroChecksum === "compute",
  };
}

function mssOf(settings: CommonSettings): number {
  if (settings.mssClamp === "off") return 0;
  if (settings.mssClamp !== "auto") return settings.mssClamp;
  return settings.mtu.ipv6 - (settings.mode === "map-t" ? MAP_T_MSS_OVERHEAD : MAP_E_MSS_OVERHEAD);
}

function dmrOf(settings: CommonSettings): Dmr {
  if (settings.dmr === null) throw new Error(`domain ${settings.name}: MAP-T without a DMR prefix`);
  return new Dmr(settings.dmr);
}

function brAddressesOf(settings: CommonSettings): readonly Uint32Array[] {
  if (settings.brAddresses.length === 0) {
    throw new Error(`domain ${settings.name}: MAP-E without a BR address`);
  }
  return settings.brAddresses.map((address) => Uint32Array.from(address));
}
