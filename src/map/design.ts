/** Everything that follows from a rule, for those who design address plans. Letters as in rule.ts. Cold code. */
import { PortSet } from "./port-set.js";
import { IPV4_BITS } from "./prefix.js";
import { type RuleFacts, ruleFacts } from "./rule.js";
import type { Ipv6Prefix, Rule } from "./types.js";

/** Where the interface identifier begins. */
const IID_AT = 64;

export interface RuleDesign extends RuleFacts {
  readonly n: number;
  readonly r: number;
  readonly o: number;
  readonly a: number;
  readonly k: number;
  /** Bits of the subnet id, between the end-user prefix and bit 64: what a CE has for its LANs. */
  readonly s: number;
  /** Bits of the interface identifier that rule prefix and EA bits take. */
  readonly overwrittenBits: number;
  /** One CE with a rule of its own: EA length 0. */
  readonly isOneToOne: boolean;
  /** 32, or the length of the prefix that each CE gets. */
  readonly ceIpv4Len: number;
  /** IPv4 addresses of one CE; a shared one counts as one. */
  readonly addressesPerCe: number;
  /** Of each address; 1 where it is not shared. */
  readonly rangesPerCe: number;
  /** Ports of one range, the contiguous run. */
  readonly rangeLen: number;
  /** Both ends inclusive, of each address; no CE has them. */
  readonly excludedRanges: readonly (readonly [number, number])[];
  /** Ports per CE without port 0, which no transport uses: of the CE that has the fewest, and of the others. */
  readonly usablePorts: { readonly least: number; readonly most: number };
  /** Share of all IPv4 addresses that the rule takes, 2^-r. */
  readonly ipv4Share: number;
  /** Share of all IPv6 addresses that the rule takes, 2^-n. */
  readonly ipv6Share: number;
  /** What a DHCPv6 server must delegate: prefixes of this length, out of this prefix, as many as there are CEs. */
  readonly delegate: { readonly len: number; readonly from: Ipv6Prefix; readonly count: number };
}

export function ruleDesign(rule: Rule): RuleDesign {
  const facts = ruleFacts(rule);
  const { psidOffset: a, psidLen: k } = rule;
  const end = facts.endUserPrefixLen;
  const isShared = facts.kind === "shared";
  const ceIpv4Len = rule.ipv4.len + facts.p;
  return {
    ...facts,
    n: rule.ipv6.len,
    r: rule.ipv4.len,
    o: rule.eaLen,
    a,
    k,
    s: Math.max(0, IID_AT - end),
    overwrittenBits: Math.max(0, end - IID_AT),
    isOneToOne: rule.eaLen === 0,
    ceIpv4Len,
    addressesPerCe: 2 ** (IPV4_BITS - ceIpv4Len),
    rangesPerCe: isShared && a > 0 ? 2 ** a - 1 : 1,
    rangeLen: isShared ? 2 ** facts.m : facts.portsPerCe,
    excludedRanges: facts.excludedPorts === 0 ? [] : [[0, facts.excludedPorts - 1]],
    usablePorts: usablePorts(rule, facts),
    ipv4Share: 2 ** -rule.ipv4.len,
    ipv6Share: 2 ** -rule.ipv6.len,
    delegate: { len: end, from: rule.ipv6, count: facts.ceCount },
  };
}

/** Port 0 belongs to PSID 0 of offset 0, and to whoever does not share. */
function usablePorts(rule: Rule, { portsPerCe }: RuleFacts): RuleDesign["usablePorts"] {
  const { psidOffset, psidLen, psid } = rule;
  const ofPsid = (value: number): number =>
    portsPerCe - (new PortSet(psidOffset, psidLen, value).contains(0) ? 1 : 0);
  if (psid !== null) return { least: ofPsid(psid), most: ofPsid(psid) };
  return { least: ofPsid(0), most: ofPsid(2 ** psidLen - 1) };
}
