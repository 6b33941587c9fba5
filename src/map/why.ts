/**
 * Why each number of a rule, and of one of its CEs, is what it is: the formula, the formula with the values in it, and
 * the section that says so. Command line and page show these rows as they are. Letters as in rule.ts.
 */
import { type RuleDesign, ruleDesign } from "./design.js";
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
import type { Rule } from "./types.js";

export type { Reason } from "./reason.js";
export { ceReasons } from "./why-ce.js";

type Row = ReasonRow<RuleDesign>;

const isShared = ({ k }: RuleDesign): boolean => k > 0;
const isUnshared = ({ k }: RuleDesign): boolean => k === 0;
const isProvisioned = ({ k, q }: RuleDesign): boolean => k !== q;

const GIVEN: readonly Row[] = [
  {
    key: "ipv6Len",
    symbol: "n",
    label: "rule IPv6 prefix length",
    value: ({ n }) => n,
    rfc: LENGTHS,
  },
  {
    key: "ipv4Len",
    symbol: "r",
    label: "rule IPv4 prefix length",
    value: ({ r }) => r,
    rfc: LENGTHS,
  },
  { key: "eaLen", symbol: "o", label: "EA length, bits", value: ({ o }) => o, rfc: LENGTHS },
  {
    key: "psidOffset",
    symbol: "a",
    label: "PSID offset, bits",
    value: ({ a }) => a,
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "psidOffset",
    symbol: "a",
    label: "PSID offset, bits",
    value: () => "n/a",
    rfc: "RFC 7599 App. A",
    when: isUnshared,
  },
];

const LENGTH_ROWS: readonly Row[] = [
  { key: "mode", label: "mode", formula: "o + r", value: modeText, rfc: LENGTHS },
  {
    key: "suffixLen",
    symbol: "p",
    label: "IPv4 suffix bits in the EA bits",
    formula: "min(o, 32 - r)",
    value: ({ p }) => p,
    rfc: LENGTHS,
  },
  {
    key: "psidBits",
    symbol: "q",
    label: "PSID bits in the EA bits",
    formula: "o - p",
    value: ({ q }) => q,
    rfc: LENGTHS,
  },
  {
    key: "psidLen",
    symbol: "k",
    label: "PSID length, bits",
    formula: "q",
    value: ({ k }) => k,
    rfc: LENGTHS,
    when: (design) => !isProvisioned(design),
  },
  {
    key: "psidLen",
    symbol: "k",
    label: "PSID length, bits, provisioned",
    value: ({ k }) => k,
    rfc: LENGTHS,
    when: isProvisioned,
  },
  {
    key: "endUserPrefixLen",
    label: "end-user IPv6 prefix length",
    formula: "n + o",
    value: (design) => `/${design.endUserPrefixLen}`,
    rfc: LENGTHS,
  },
  {
    key: "subnetBits",
    symbol: "s",
    label: "subnet bits of a CE",
    formula: "64 - (n + o)",
    value: ({ s }) => s,
    rfc: LENGTHS,
    when: ({ overwrittenBits }) => overwrittenBits === 0,
  },
  {
    key: "overwrittenBits",
    label: "interface identifier bits overwritten",
    formula: "n + o - 64",
    value: ({ overwrittenBits }) => overwrittenBits,
    rfc: IDENTIFIER,
    when: ({ overwrittenBits }) => overwrittenBits > 0,
  },
  {
    key: "contiguousBits",
    symbol: "m",
    label: "bits of a contiguous range",
    formula: "16 - a - k",
    value: ({ m }) => m,
    rfc: PORTS,
    when: isShared,
  },
];

const COUNT_ROWS: readonly Row[] = [
  { key: "ceCount", label: "CEs", formula: "2^o", value: ({ ceCount }) => ceCount, rfc: LENGTHS },
  {
    key: "addressCount",
    label: "IPv4 addresses",
    formula: "2^(32 - r)",
    value: ({ addressCount }) => addressCount,
    rfc: LENGTHS,
  },
  {
    key: "addressesPerCe",
    label: "IPv4 addresses of a CE",
    formula: "2^(32 - r - p)",
    value: ({ addressesPerCe }) => addressesPerCe,
    rfc: LENGTHS,
    when: ({ kind }) => kind === "prefix",
  },
  {
    key: "sharingRatio",
    symbol: "R",
    label: "sharing ratio: CEs on an address",
    formula: "2^k",
    value: ({ sharingRatio }) => `${sharingRatio} : 1`,
    rfc: PORTS,
  },
  {
    key: "ipv4Share",
    label: "share of the IPv4 space",
    formula: "2^-r",
    value: ({ ipv4Share }) => percent(ipv4Share),
    rfc: LENGTHS,
  },
  {
    key: "ipv6Share",
    label: "share of the IPv6 space",
    formula: "2^-n",
    value: ({ ipv6Share }) => percent(ipv6Share),
    rfc: LENGTHS,
  },
  {
    key: "delegate",
    label: "prefixes that the DHCPv6 server delegates",
    formula: "2^o x /(n + o)",
    value: ({ delegate }) =>
      `${delegate.count} x /${delegate.len} out of ${formatIpv6Prefix(delegate.from)}`,
    rfc: LENGTHS,
  },
];

const PORT_ROWS: readonly Row[] = [
  {
    key: "rangesPerCe",
    label: "ranges of a CE",
    formula: "2^a - 1",
    value: ({ rangesPerCe }) => rangesPerCe,
    rfc: PORTS,
    when: ({ a, k }) => k > 0 && a > 0,
  },
  {
    key: "rangesPerCe",
    label: "ranges of a CE, as a = 0",
    value: ({ rangesPerCe }) => rangesPerCe,
    rfc: PORTS,
    when: ({ a, k }) => k > 0 && a === 0,
  },
  {
    key: "rangeLen",
    label: "ports of a range",
    formula: "2^m",
    value: ({ rangeLen }) => rangeLen,
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "portsPerCe",
    label: "ports of a CE",
    formula: "ranges x 2^m",
    value: ({ portsPerCe }) => portsPerCe,
    rfc: PORTS,
    when: isShared,
  },
  {
    key: "portsPerCe",
    label: "ports of an address, all its CE's",
    formula: "2^16",
    value: ({ portsPerCe }) => portsPerCe,
    rfc: UNSHARED,
    when: isUnshared,
  },
  {
    key: "excludedPorts",
    label: "excluded ports of an address",
    formula: "2^(16 - a)",
    value: ({ excludedPorts }) => excludedPorts,
    rfc: PORTS,
    when: ({ excludedPorts }) => excludedPorts > 0,
  },
  {
    key: "excludedPorts",
    label: "excluded ports of an address",
    value: ({ excludedPorts }) => excludedPorts,
    rfc: PORTS,
    when: ({ excludedPorts }) => excludedPorts === 0,
  },
  {
    key: "usablePorts",
    label: "ports of a CE without port 0",
    value: usableText,
    rfc: "RFC 768",
  },
  {
    key: "portSum",
    label: "all ports of an address",
    formula: "2^k x ports + excluded",
    value: ({ sharingRatio, portsPerCe, excludedPorts }) =>
      sharingRatio * portsPerCe + excludedPorts,
    rfc: PORTS,
    when: isShared,
  },
];

const ROWS = [...GIVEN, ...LENGTH_ROWS, ...COUNT_ROWS, ...PORT_ROWS];

export function ruleReasons(rule: Rule): readonly Reason[] {
  const design = ruleDesign(rule);
  const { n, r, o, a, p, q, k, m } = design;
  const { rangesPerCe: ranges, portsPerCe: ports, excludedPorts: excluded } = design;
  const values = { n, r, o, a, p, q, k, m, ranges, ports, excluded };
  return [...prefixes(rule), ...reasonsOf(ROWS, design, values)];
}

function prefixes(rule: Rule): Reason[] {
  const rows: readonly ReasonRow<Rule>[] = [
    {
      key: "ruleIpv6Prefix",
      label: "rule IPv6 prefix",
      value: ({ ipv6 }) => formatIpv6Prefix(ipv6),
      rfc: LENGTHS,
    },
    {
      key: "ruleIpv4Prefix",
      label: "rule IPv4 prefix",
      value: ({ ipv4 }) => formatIpv4Prefix(ipv4),
      rfc: LENGTHS,
    },
  ];
  return reasonsOf(rows, rule, {});
}

const MODES = {
  shared: "shared address",
  address: "whole address",
  prefix: "IPv4 prefix",
} as const;

/** The comparison with 32 that decides, and what follows; a provisioned PSID shares without EA bits. */
function modeText({ kind, o, r, k, isOneToOne }: RuleDesign): string {
  const sum = o + r;
  const sign = sum > 32 ? ">" : sum < 32 ? "<" : "=";
  const reason = o === 0 && k > 0 ? "provisioned PSID" : `${sum} ${sign} 32`;
  return `${reason}: ${MODES[kind]}${isOneToOne ? ", 1:1" : ""}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function usableText({ usablePorts: { least, most } }: RuleDesign): string {
  return least === most ? `${most}` : `${most}, and ${least} with PSID 0`;
}
