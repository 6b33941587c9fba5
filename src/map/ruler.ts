/**
 * Where each bit of a MAP address, of an IPv4 address and of a port comes from, for rulers that show and flip bits.
 * Letters as in rule.ts. Every bit is a copy of one bit of the rule or of the CE's EA bits, or it is fixed.
 */
import { ruleFacts } from "./rule.js";
import type { Rule, Words6 } from "./types.js";

/**
 * What a bit belongs to. `rule6`, `rule4`: the rule's prefixes; `host`: the IPv4 suffix; `psid`; `subnet`: between end-user
 * prefix and /64; `zero`: padding; `offset`, `index`: A and j of a port.
 */
export type BitField = "rule6" | "rule4" | "host" | "psid" | "subnet" | "zero" | "offset" | "index";

/** The bit that is copied: its number from the first of the rule's prefix, of the EA bits, or of the PSID or the port. */
export interface BitSource {
  readonly field: BitField;
  readonly of: "ipv6" | "ipv4" | "ea" | "psid" | "port" | "fixed";
  readonly bit: number;
}

export interface FieldRun {
  readonly field: BitField;
  /** Bits [from, to). */
  readonly from: number;
  readonly to: number;
}

const ADDRESS_BITS = 128;
const PREFIX_BITS = 64;
const IPV4_BITS = 32;
const PORT_BITS = 16;

/** First bit of the IPv4 address in an interface identifier (RFC 7597 §6; draft-03 begins eight bits earlier). */
const IPV4_AT = { rfc7597: 80, "draft-03": 72 } as const;

/** The 128 bits of a MAP address. */
export function mapAddressBits(rule: Rule): readonly BitSource[] {
  const end = rule.ipv6.len + rule.eaLen;
  const { p } = ruleFacts(rule);
  return bits(ADDRESS_BITS, (at) => {
    if (at < rule.ipv6.len) return { field: "rule6", of: "ipv6", bit: at };
    if (at < end) return eaBit(at - rule.ipv6.len, p);
    if (at < PREFIX_BITS) return { field: "subnet", of: "fixed", bit: at };
    return identifierBit(rule, at);
  });
}

/** The 32 bits of a CE's IPv4 address; those behind a CE's prefix are its own and zero here. */
export function ipv4Bits(rule: Rule): readonly BitSource[] {
  return bits(IPV4_BITS, (at) => ipv4Bit(rule, at));
}

/** The 16 bits of a port: A, PSID, j (RFC 7597 §5.1). Where the address is not shared all of them are the port's own. */
export function portBits(rule: Rule): readonly BitSource[] {
  const { psidOffset: a, psidLen: k } = rule;
  return bits(PORT_BITS, (at) => {
    if (k > 0 && at < a) return { field: "offset", of: "port", bit: at };
    if (k > 0 && at < a + k) return psidBit(rule, at - a);
    return { field: "index", of: "port", bit: at };
  });
}

/** Neighbouring bits of one field as one run. */
export function fieldRuns(sources: readonly BitSource[]): readonly FieldRun[] {
  const runs: FieldRun[] = [];
  for (const [at, { field }] of sources.entries()) {
    const last = runs.at(-1);
    if (last?.field === field) runs[runs.length - 1] = { ...last, to: at + 1 };
    else runs.push({ field, from: at, to: at + 1 });
  }
  return runs;
}

/** Bit `at` of an IPv6 address, from the first. */
export function addressBit(address: Words6, at: number): 0 | 1 {
  const word = address[at >>> 5] ?? 0;
  return ((word >>> (31 - (at & 31))) & 1) === 1 ? 1 : 0;
}

/** The address with bit `at` turned. */
export function flipAddressBit(address: Words6, at: number): Words6 {
  const turned = (word: number, index: number): number =>
    index === at >>> 5 ? (word ^ (1 << (31 - (at & 31)))) >>> 0 : word;
  const [first, second, third, fourth] = address;
  return [turned(first, 0), turned(second, 1), turned(third, 2), turned(fourth, 3)];
}

function bits(count: number, of: (at: number) => BitSource): readonly BitSource[] {
  return Array.from({ length: count }, (_, at) => of(at));
}

function eaBit(bit: number, p: number): BitSource {
  return { field: bit < p ? "host" : "psid", of: "ea", bit };
}

function identifierBit(rule: Rule, at: number): BitSource {
  const ipv4At = IPV4_AT[rule.iid];
  const psidEnd = ipv4At + IPV4_BITS + PORT_BITS;
  if (at >= ipv4At && at < ipv4At + IPV4_BITS) return ipv4Bit(rule, at - ipv4At);
  // The PSID stands at the right end of its field: RFC 7597 §6 pads it on the left.
  const psidAt = psidEnd - rule.psidLen;
  if (at >= psidAt && at < psidEnd) return psidBit(rule, at - psidAt);
  return { field: "zero", of: "fixed", bit: at };
}

function ipv4Bit(rule: Rule, at: number): BitSource {
  const { p } = ruleFacts(rule);
  if (at < rule.ipv4.len) return { field: "rule4", of: "ipv4", bit: at };
  if (at < rule.ipv4.len + p) return eaBit(at - rule.ipv4.len, p);
  return { field: "zero", of: "fixed", bit: at };
}

/** Of a 1:1 rule the PSID is provisioned and no part of the EA bits. */
function psidBit(rule: Rule, bit: number): BitSource {
  if (rule.psid !== null) return { field: "psid", of: "psid", bit };
  return eaBit(ruleFacts(rule).p + bit, ruleFacts(rule).p);
}
