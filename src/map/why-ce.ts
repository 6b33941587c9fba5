/** Why each number of a CE is what it is. Letters as in rule.ts. */
import { formatIpv4, formatIpv6 } from "../wire/address.js";
import type { Ce } from "./ce.js";
import { type RuleDesign, ruleDesign } from "./design.js";
import { type EaValue, eaOfCe } from "./ea.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "./prefix.js";
import {
  IDENTIFIER,
  LENGTHS,
  PORTS,
  type Reason,
  type ReasonRow,
  reasonsOf,
  UNSHARED,
} from "./reason.js";
import { portSetOf } from "./rule.js";
import type { Rule } from "./types.js";

interface Subject {
  readonly rule: Rule;
  readonly ce: Ce;
  readonly design: RuleDesign;
  readonly ea: EaValue;
  /** Both ends inclusive. */
  readonly ranges: readonly (readonly [number, number])[];
}

type Row = ReasonRow<Subject>;

const hasEa = ({ design }: Subject): boolean => design.o > 0;
const isEmbedded = ({ design }: Subject): boolean => design.q > 0;
const isShared = ({ ce }: Subject): boolean => ce.psid !== null;

const EA_ROWS: readonly Row[] = [
  {
    key: "ea",
    symbol: "EA",
    label: "EA bits of the end-user prefix",
    formula: "bits n..(n + o - 1) of prefix",
    value: ({ ea }) => hex(ea.ea),
    rfc: LENGTHS,
    when: hasEa,
  },
  {
    key: "ea",
    symbol: "EA",
    label: "EA bits of the end-user prefix",
    value: () => "none",
    rfc: LENGTHS,
    when: (subject) => !hasEa(subject),
  },
  {
    key: "host",
    label: "IPv4 suffix",
    formula: "EA >> q",
    value: ({ ea }) => hex(ea.host),
    rfc: LENGTHS,
    when: hasEa,
  },
  {
    key: "psid",
    symbol: "PSID",
    label: "PSID",
    formula: "EA mod 2^q",
    value: ({ ce }) => hex(ce.psid ?? 0),
    rfc: LENGTHS,
    when: isEmbedded,
  },
  {
    key: "psid",
    symbol: "PSID",
    label: "PSID, provisioned",
    value: ({ ce }) => hex(ce.psid ?? 0),
    rfc: LENGTHS,
    when: (subject) => isShared(subject) && !isEmbedded(subject),
  },
  {
    key: "psid",
    symbol: "PSID",
    label: "PSID",
    value: () => "none",
    rfc: LENGTHS,
    when: (subject) => !isShared(subject),
  },
  {
    key: "ipv4",
    label: "IPv4",
    formula: "rule4 | suffix << (32 - r - p)",
    value: ({ ce }) => formatIpv4Prefix(ce.ipv4),
    rfc: LENGTHS,
  },
  {
    key: "endUserPrefix",
    label: "end-user IPv6 prefix",
    formula: "rule6 | EA << (128 - n - o)",
    value: ({ ce }) => formatIpv6Prefix(ce.endUserPrefix),
    rfc: LENGTHS,
  },
];

const PORT_ROWS: readonly Row[] = [
  {
    key: "firstRange",
    label: "first range of ports",
    formula: "Amin << (16 - a) | PSID << m",
    value: ({ ranges }) => rangeText(ranges[0]),
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "lastRange",
    label: "last range of ports",
    formula: "Amax << (16 - a) | PSID << m",
    value: ({ ranges }) => rangeText(ranges.at(-1)),
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "ports",
    label: "ports",
    formula: "ranges x 2^m",
    value: ({ design }) => design.portsPerCe,
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "ports",
    label: "ports, as the address is not shared",
    value: ({ ranges }) => rangeText(ranges[0]),
    rfc: UNSHARED,
    when: (subject) => !isShared(subject),
  },
];

const ADDRESS_ROWS: readonly Row[] = [
  {
    key: "iid",
    label: "interface identifier",
    formula: "0 (16 bits) | IPv4 (32) | PSID (16)",
    value: iidText,
    rfc: IDENTIFIER,
    when: ({ rule }) => rule.iid === "rfc7597",
  },
  {
    key: "iid",
    label: "interface identifier, draft-03",
    formula: "0 (8 bits) | IPv4 (32) | PSID (16) | 0 (8)",
    value: iidText,
    rfc: "",
    when: ({ rule }) => rule.iid === "draft-03",
  },
  {
    key: "mapIpv6",
    label: "MAP address",
    formula: "prefix | zeros up to bit 64 | interface identifier",
    value: ({ ce }) => formatIpv6(ce.mapIpv6),
    rfc: IDENTIFIER,
    when: ({ design }) => design.overwrittenBits === 0,
  },
  {
    key: "mapIpv6",
    label: "MAP address",
    formula: "prefix over the first (n + o - 64) bits of the identifier",
    value: ({ ce }) => formatIpv6(ce.mapIpv6),
    rfc: IDENTIFIER,
    when: ({ design }) => design.overwrittenBits > 0,
  },
];

const ROWS = [...EA_ROWS, ...PORT_ROWS, ...ADDRESS_ROWS];

export function ceReasons(rule: Rule, ce: Ce): readonly Reason[] {
  const design = ruleDesign(rule);
  const ea = eaOfCe(rule, ce);
  const ranges = portSetOf(rule, ce.psid).ranges();
  const { n, r, o, a, p, q, k, m } = design;
  const AMAX = k > 0 && a > 0 ? 2 ** a - 1 : 0;
  const values = {
    ...{ n, r, o, a, p, q, k, m, Amax: AMAX },
    Amin: Math.min(1, AMAX),
    ranges: ranges.length,
    EA: `0x${ea.ea.toString(16)}`,
    suffix: `0x${ea.host.toString(16)}`,
    PSID: ce.psid ?? 0,
    IPv4: formatIpv4(ce.ipv4.address),
    prefix: formatIpv6Prefix(ce.endUserPrefix),
    rule4: formatIpv4(rule.ipv4.address),
    rule6: formatIpv6(rule.ipv6.address),
  };
  return reasonsOf(ROWS, { rule, ce, design, ea, ranges }, values);
}

function hex(value: number): string {
  return `0x${value.toString(16)} (${value})`;
}

function rangeText(range: readonly [number, number] | undefined): string {
  const [first, last] = range ?? [0, 0];
  return first === last ? `${first}` : `${first}-${last}`;
}

/** The identifier as it should be, whatever the prefix overwrites of it. */
function iidText({ rule, ce }: Subject): string {
  const addr4 = BigInt(ce.ipv4.address);
  const psid = BigInt(ce.psid ?? 0);
  const value = rule.iid === "draft-03" ? (addr4 << 24n) | (psid << 8n) : (addr4 << 16n) | psid;
  return value.toString(16).padStart(16, "0");
}
