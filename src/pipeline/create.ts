/** From a domain's settings to its packet path. */
import { Dmr } from "../map/dmr.js";
import { RuleTable } from "../map/rule-table.js";
import { Nat44 } from "../nat44/nat44.js";
import { Ipv6ToIpv4 } from "../translate/ipv6-to-ipv4.js";
import type { Limits } from "../translate/limits.js";
import { BrMapE } from "./br-map-e.js";
import { BrMapT } from "./br-map-t.js";
import { CeMapE } from "./ce-map-e.js";
import { CeMapT } from "./ce-map-t.js";
import { CeSelf } from "./ce-self.js";
import { Hairpin } from "./hairpin.js";
import type { PacketIo, Pipeline } from "./packet-io.js";
import type { BrSettings, CeSettings, CommonSettings, DomainSettings } from "./settings.js";

/** IPv6 and TCP header; what MAP-E adds before them is the IPv6 header again, less the difference to IPv4. */
const MAP_T_MSS_OVERHEAD = 60;
const MAP_E_MSS_OVERHEAD = 80;

/** Compiles the rules that a domain forwards by: all of a BR's, the forwarding ones of a CE. */
export function compileRules(settings: DomainSettings): RuleTable {
  const rules =
    settings.role === "br" ? settings.rules : settings.rules.filter((rule) => rule.forwarding);
  return RuleTable.compile(rules, settings.mode);
}

/** Makes the CE's NAT44, or null where it is off. `random` gives unsigned 32-bit numbers. */
export function createNat44(settings: CeSettings, random: () => number): Nat44 | null {
  if (settings.nat44 === null) return null;
  return new Nat44(settings.nat44, new CeSelf(settings).ports, random);
}

/**
 * Makes a domain's packet path over what outlives it: the compiled rules, NAT44's state (null on a BR and
 * where NAT44 is off), the arena and the worker's counters. Throws on settings that were not checked.
 */
export function createPipeline(
  settings: DomainSettings,
  table: RuleTable,
  nat44: Nat44 | null,
  io: PacketIo,
  counters: Float64Array,
  random: () => number,
): Pipeline {
  const limits = limitsOf(settings);
  if (settings.role === "br") return createBr(settings, limits, table, io, counters, random);
  const self = new CeSelf(settings);
  if (settings.mode === "map-e") {
    return new CeMapE(limits, io, self, nat44, counters, table, brAddressesOf(settings));
  }
  const toIpv4 = new Ipv6ToIpv4(limits, random());
  return new CeMapT(limits, io, self, nat44, counters, table, dmrOf(settings), toIpv4);
}

function createBr(
  settings: BrSettings,
  limits: Limits,
  table: RuleTable,
  io: PacketIo,
  counters: Float64Array,
  random: () => number,
): Pipeline {
  const hairpin = new Hairpin(settings.hairpin, counters);
  if (settings.mode === "map-e") {
    return new BrMapE(limits, io, table, brAddressesOf(settings)[0]!, hairpin);
  }
  const toIpv4 = new Ipv6ToIpv4(limits, random());
  return new BrMapT(limits, io, table, dmrOf(settings), toIpv4, hairpin);
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
