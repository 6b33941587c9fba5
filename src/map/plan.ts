/**
 * Address plans: from subscribers, ports, IPv4 pools and an IPv6 block to the rules that serve them, every feasible
 * choice of k, a and end-user prefix length with its price, best first. Letters as in rule.ts. Cold code.
 */
import { error } from "./diagnostic.js";
import { allocateIpv4, allocateRules, type PlannedRule } from "./plan-space.js";
import { portCounts } from "./port-set.js";
import { IPV4_BITS } from "./prefix.js";
import type { Checked, Diagnostic, Ipv4Prefix, Ipv6Prefix } from "./types.js";

export interface PlanInput {
  readonly subscribers: number;
  /** Wanted for each CE, at least. */
  readonly ports: number;
  /** Apart from each other. */
  readonly ipv4Pools: readonly Ipv4Prefix[];
  /** All rule prefixes come out of it. */
  readonly ipv6Block: Ipv6Prefix;
  /** Lengths of the prefixes that the server may delegate; each is a choice. */
  readonly delegatedLens: readonly number[];
  /** Ports of each range, at least; 1 if left out. */
  readonly contiguousPorts?: number | undefined;
}

export interface PlanChoice {
  /** Bits k of the PSID. */
  readonly psidLen: number;
  /** Bits a of the PSID offset. */
  readonly psidOffset: number;
  readonly endUserPrefixLen: number;
  readonly sharingRatio: number;
  readonly portsPerCe: number;
  /** Ports of one range. */
  readonly rangeLen: number;
  readonly rangesPerCe: number;
  /** Of each address. */
  readonly excludedPorts: number;
  /** True where a CE gets ports below 1024. */
  readonly givesSystemPorts: boolean;
  /** Bits that a CE has left to number its LANs. */
  readonly subnetBits: number;
  /** One for each part of a pool that is used. */
  readonly rules: readonly PlannedRule[];
  readonly addressesUsed: number;
  /** CEs that the rules can serve, at least the subscribers. */
  readonly capacity: number;
  /** Share of the block that the rules take. */
  readonly ipv6Share: number;
  /** Why it stands where it stands: what is good about it, and what it costs. */
  readonly reasons: readonly string[];
}

export interface Plan {
  /** Best first. */
  readonly choices: readonly PlanChoice[];
  /** IPv4 addresses in the pools. */
  readonly addresses: number;
}

const PORT_BITS = 16;
const SYSTEM_PORTS = 1024;
const LARGEST_EA_LEN = 48;

export function planRules(input: PlanInput): Checked<Plan> {
  const faults = inputFaults(input);
  if (faults.length > 0) return { ok: false, diagnostics: faults };
  const choices: PlanChoice[] = [];
  for (const { k, a } of portShapes(input)) {
    for (const len of input.delegatedLens) {
      const choice = choiceOf(input, k, a, len);
      if (choice !== null) choices.push(choice);
    }
  }
  if (choices.length === 0) return { ok: false, diagnostics: [whyNone(input)] };
  choices.sort(compareChoices);
  const fewest = Math.min(...choices.map(({ addressesUsed }) => addressesUsed));
  const ranked = choices.map((choice) => ({ ...choice, reasons: reasonsFor(choice, fewest) }));
  const value = { choices: ranked, addresses: poolSize(input.ipv4Pools) };
  return { ok: true, value, diagnostics: [] };
}

function inputFaults(input: PlanInput): Diagnostic[] {
  const { subscribers, ports, contiguousPorts = 1, delegatedLens, ipv6Block, ipv4Pools } = input;
  const found: Diagnostic[] = [];
  const whole = (path: string, value: number, least: number, most: number): void => {
    if (Number.isInteger(value) && value >= least && value <= most) return;
    found.push(error("plan-range", path, `${path} ${value} is not in ${least}..${most}`));
  };
  whole("subscribers", subscribers, 1, 2 ** LARGEST_EA_LEN);
  whole("ports", ports, 1, 2 ** PORT_BITS);
  whole("contiguous", contiguousPorts, 1, 2 ** PORT_BITS);
  for (const len of delegatedLens) whole("delegated", len, 1, 64);
  if (delegatedLens.every((len) => len < ipv6Block.len)) {
    const message = `no delegated length is longer than the block's /${ipv6Block.len}; delegate at least a /${ipv6Block.len}`;
    found.push(error("plan-block", "delegated", message, "RFC 7597 §5.2"));
  }
  if (ipv4Pools.length === 0) found.push(error("plan-pools", "ipv4", "give an IPv4 pool"));
  return [...found, ...overlaps(ipv4Pools)];
}

function overlaps(pools: readonly Ipv4Prefix[]): Diagnostic[] {
  const sorted = [...pools].sort((one, other) => one.address - other.address);
  return sorted.slice(1).flatMap((pool, index) => {
    const before = sorted[index]!;
    if (pool.address >= before.address + 2 ** (IPV4_BITS - before.len)) return [];
    return [error("plan-pools", "ipv4", "two IPv4 pools overlap; give each address once")];
  });
}

/** Every k and a that give the ports; where an address is not shared the offset means nothing, and one stands for all. */
function portShapes({ ports, contiguousPorts = 1 }: PlanInput): { k: number; a: number }[] {
  const found = [{ k: 0, a: 0 }];
  for (let k = 1; k <= PORT_BITS; k++) {
    for (let a = 0; a < PORT_BITS && a + k <= PORT_BITS; a++) {
      const run = 2 ** (PORT_BITS - a - k);
      if (portCounts(a, k).perCe >= ports && run >= contiguousPorts) found.push({ k, a });
    }
  }
  return found;
}

function choiceOf(input: PlanInput, k: number, a: number, len: number): PlanChoice | null {
  const { subscribers, ipv4Pools, ipv6Block } = input;
  const parts = allocateIpv4(ipv4Pools, Math.ceil(subscribers / 2 ** k));
  if (parts === null) return null;
  const rules = allocateRules(parts, ipv6Block, k, len);
  if (rules === null || rules.some(({ eaLen }) => eaLen > LARGEST_EA_LEN)) return null;
  const { perCe, excluded } = portCounts(a, k);
  const rangeLen = k === 0 ? perCe : 2 ** (PORT_BITS - a - k);
  const capacity = rules.reduce((sum, { eaLen }) => sum + 2 ** eaLen, 0);
  return {
    psidLen: k,
    psidOffset: a,
    endUserPrefixLen: len,
    sharingRatio: 2 ** k,
    portsPerCe: perCe,
    rangeLen,
    rangesPerCe: perCe / rangeLen,
    excludedPorts: excluded,
    givesSystemPorts: k > 0 && excluded < SYSTEM_PORTS,
    subnetBits: 64 - len,
    rules,
    addressesUsed: poolSize(parts),
    capacity,
    ipv6Share: capacity / 2 ** (len - ipv6Block.len),
    reasons: [],
  };
}

function poolSize(pools: readonly Ipv4Prefix[]): number {
  return pools.reduce((sum, { len }) => sum + 2 ** (IPV4_BITS - len), 0);
}

/** What counts, most important first: smaller is better. */
const CRITERIA: readonly ((choice: PlanChoice) => number)[] = [
  ({ givesSystemPorts }) => (givesSystemPorts ? 1 : 0),
  ({ subnetBits }) => (subnetBits === 0 ? 1 : 0),
  ({ addressesUsed }) => addressesUsed,
  ({ excludedPorts }) => excludedPorts,
  ({ rangeLen }) => -rangeLen,
  ({ sharingRatio }) => sharingRatio,
  ({ subnetBits }) => -subnetBits,
];

function compareChoices(one: PlanChoice, other: PlanChoice): number {
  for (const criterion of CRITERIA) {
    const difference = criterion(one) - criterion(other);
    if (difference !== 0) return difference;
  }
  return 0;
}

function reasonsFor(choice: PlanChoice, fewest: number): readonly string[] {
  const { addressesUsed, excludedPorts, psidLen, subnetBits, rules, givesSystemPorts } = choice;
  const { ipv6Share } = choice;
  const times = addressesUsed / fewest;
  const addresses =
    times === 1
      ? "fewest IPv4 addresses of all choices"
      : `${Number(times.toPrecision(3))} times the fewest IPv4 addresses`;
  const withheld =
    excludedPorts === SYSTEM_PORTS
      ? "keeps just the system ports 0..1023 back"
      : `keeps ${excludedPorts} ports of each address back`;
  return [
    givesSystemPorts ? "gives system ports to CEs" : "",
    subnetBits === 0 ? "one /64 for each CE, no subnet of its own" : `${subnetBits} subnet bits`,
    addresses,
    psidLen === 0 ? "addresses are not shared" : givesSystemPorts ? "" : withheld,
    rules.length > 1 ? `${rules.length} rules` : "",
    `${Number((ipv6Share * 100).toPrecision(3))} % of the IPv6 block`,
  ].filter((reason) => reason !== "");
}

/** The nearest obstacle: too few addresses for the ports, or too small a block. */
function whyNone(input: PlanInput): Diagnostic {
  const { subscribers, ipv4Pools, ipv6Block, delegatedLens, ports } = input;
  const most = Math.max(...portShapes(input).map(({ k }) => k));
  const needed = Math.ceil(subscribers / 2 ** most);
  const have = poolSize(ipv4Pools);
  if (allocateIpv4(ipv4Pools, needed) === null) {
    const message = `${subscribers} subscribers with ${ports} ports each share an address among ${2 ** most} at most: that needs ${needed} addresses, and the pools have ${have}; add addresses, or give fewer ports`;
    return error("plan-addresses", "ipv4", message, "RFC 7597 §5.1");
  }
  const longest = Math.max(...delegatedLens);
  const room = 2 ** (longest - ipv6Block.len);
  const message = `a /${ipv6Block.len} has ${room} prefixes of length ${longest}, too few for ${subscribers} subscribers in rules of whole powers of two; use a shorter block, or delegate longer prefixes`;
  return error("plan-block", "ipv6", message, "RFC 7597 §5.2");
}
