/** What `mapctl calc` says of a rule and of a CE, as documents and as text. */
import type { Ce } from "../../src/map/ce.js";
import { type RuleDesign, ruleDesign } from "../../src/map/design.js";
import { eaOfCe } from "../../src/map/ea.js";
import { addressForms } from "../../src/map/iid.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { portSetOf } from "../../src/map/rule.js";
import { formatSavedRule } from "../../src/map/rule-text.js";
import type { Rule } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { derivedFacts, ruleValues } from "../control/show/rules.js";
import type { FoundCe } from "./ce-query.js";
import { type CliContext, writeFields } from "./command.js";
import { type Column, writeTable } from "./table.js";

/** The keys that every document with a rule has, and what else follows from it under `derived`. */
export function ruleDocument(rule: Rule): object {
  const design = ruleDesign(rule);
  const { delegate } = design;
  const derived = {
    ruleString: formatSavedRule(rule),
    addressCount: design.addressCount,
    addressesPerCe: design.addressesPerCe,
    rangesPerCe: design.rangesPerCe,
    rangeLen: design.rangeLen,
    excludedRanges: design.excludedRanges,
    usablePorts: design.usablePorts,
    subnetBits: design.s,
    overwrittenBits: design.overwrittenBits,
    ipv4Share: design.ipv4Share,
    ipv6Share: design.ipv6Share,
    delegate: { ...delegate, from: formatIpv6Prefix(delegate.from) },
  };
  return { rule: ruleValues(rule), ...derivedFacts(rule), derived };
}

export function ceDocument(rule: Rule, { ce, port, place, step }: FoundCe): object {
  const ports = portSetOf(rule, ce.psid);
  const forms = addressForms(rule, ce);
  const { ea, host } = eaOfCe(rule, ce);
  const { mapIpv6, ...values } = ceValues(ce);
  return {
    ...values,
    portRanges: ports.ranges(),
    mapIpv6,
    index: ea,
    host,
    portCount: ports.count,
    usablePorts: ports.count - (ports.contains(0) ? 1 : 0),
    port,
    portIndex: place.portIndex,
    addresses: { rfc7597: formatIpv6(forms.rfc7597), draft03: formatIpv6(forms.draft03) },
    ...(step === null
      ? {}
      : { step: { axis: step.axis, carried: step.carried, wrapped: step.wrapped } }),
  };
}

interface CeValues {
  readonly endUserIpv6Prefix: string;
  readonly ipv4: string;
  readonly ipv4PrefixLen: number;
  readonly psid: number | null;
  readonly mapIpv6: string;
}

/** What a CE is, in short. */
export function ceValues(ce: Ce): CeValues {
  return {
    endUserIpv6Prefix: formatIpv6Prefix(ce.endUserPrefix),
    ipv4: formatIpv4(ce.ipv4.address),
    ipv4PrefixLen: ce.ipv4.len,
    psid: ce.psid,
    mapIpv6: formatIpv6(ce.mapIpv6),
  };
}

const MODE_TEXT = {
  shared: "shared address",
  address: "whole address",
  prefix: "IPv4 prefix",
} as const;

export function writeRule(context: CliContext, rule: Rule): void {
  const design = ruleDesign(rule);
  const { kind, s, overwrittenBits, delegate } = design;
  writeFields(context, [
    ["rule IPv6 prefix", formatIpv6Prefix(rule.ipv6)],
    ["rule IPv4 prefix", formatIpv4Prefix(rule.ipv4)],
    ["EA length", String(rule.eaLen)],
    ["PSID offset", kind === "shared" ? String(rule.psidOffset) : "n/a"],
    ["PSID length", String(rule.psidLen)],
    ["interface id", rule.iid],
    ["mode", MODE_TEXT[kind] + (design.isOneToOne ? ", 1:1" : "")],
    ["end-user prefix length", `/${design.endUserPrefixLen}`],
    ["subnet bits", overwrittenBits > 0 ? `none; ${overwrittenBits} bits into the id` : String(s)],
    ["CEs", String(design.ceCount)],
    ["IPv4 addresses", String(design.addressCount)],
    ["sharing ratio", `${design.sharingRatio} : 1`],
    ["ports per CE", portsText(design)],
    ["excluded ports", excludedText(design)],
    ["share of IPv4, IPv6", `${percent(design.ipv4Share)}, ${percent(design.ipv6Share)}`],
    [
      "to delegate",
      `${delegate.count} x /${delegate.len}, from ${formatIpv6Prefix(delegate.from)}`,
    ],
    ["rule string", formatSavedRule(rule)],
  ]);
}

/** The number first, then what it is made of. */
function portsText(design: RuleDesign): string {
  const { portsPerCe, rangesPerCe, rangeLen, usablePorts, kind } = design;
  const { least, most } = usablePorts;
  const ranges = kind === "shared" ? ` = ${rangesPerCe} x ${rangeLen}` : "";
  const zero =
    least === portsPerCe ? "" : `; port 0 is not usable${least === most ? "" : " (PSID 0)"}`;
  return `${portsPerCe}${ranges}${zero}`;
}

function excludedText({ excludedPorts, excludedRanges }: RuleDesign): string {
  const [range] = excludedRanges;
  return range === undefined ? "0" : `${excludedPorts}: ${range[0]}-${range[1]}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

export function writeCe(context: CliContext, rule: Rule, { ce, port, place }: FoundCe): void {
  const { ea, host } = eaOfCe(rule, ce);
  const ports = portSetOf(rule, ce.psid);
  const forms = addressForms(rule, ce);
  writeFields(context, [
    ["end-user IPv6 prefix", formatIpv6Prefix(ce.endUserPrefix)],
    ["index (EA bits), host", `${ea} (0x${ea.toString(16)}), ${host}`],
    ["IPv4", formatIpv4Prefix(ce.ipv4)],
    ["PSID", psidText(rule, ce)],
    ["MAP address", formatIpv6(ce.mapIpv6)],
    ["with RFC 7597 id", formatIpv6(forms.rfc7597)],
    ["with draft-03 id", formatIpv6(forms.draft03)],
    ["port", `${port}, number ${place.portIndex} of 0..${ports.count - 1}`],
    ["port ranges", String(ports.ranges().length)],
  ]);
}

/** A step that did not end where a reader would look for it says so. */
export function writeStep(context: CliContext, { step }: FoundCe): void {
  if (step?.carried) context.stdout.write("the step led to another address\n");
  if (step?.wrapped) context.stdout.write("the step went past the end and on at the other one\n");
}

/** Decimal, hexadecimal and binary. */
function psidText(rule: Rule, { psid }: Ce): string {
  if (psid === null) return "none";
  const digits = Math.max(2, Math.ceil(rule.psidLen / 4));
  const binary = psid.toString(2).padStart(rule.psidLen, "0");
  return `${psid} (0x${psid.toString(16).padStart(digits, "0")}, ${binary})`;
}

const NEIGHBOUR_COLUMNS: readonly Column<Ce>[] = [
  { title: "PSID", right: true, text: ({ psid }) => String(psid) },
  { title: "end-user IPv6 prefix", text: ({ endUserPrefix }) => formatIpv6Prefix(endUserPrefix) },
  { title: "MAP address", text: ({ mapIpv6 }) => formatIpv6(mapIpv6) },
];

export function writeNeighbours(context: CliContext, neighbours: readonly Ce[]): void {
  writeTable(context, NEIGHBOUR_COLUMNS, neighbours);
}

const RANGES_A_LINE = 6;
/** `65535-65535` and two spaces. */
const RANGE_WIDTH = 13;

export function writeRanges(
  context: CliContext,
  ranges: readonly (readonly [number, number])[],
): void {
  for (let i = 0; i < ranges.length; i += RANGES_A_LINE) {
    const cells = ranges
      .slice(i, i + RANGES_A_LINE)
      .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
    const line = cells.map((cell) => cell.padEnd(RANGE_WIDTH)).join("");
    context.stdout.write(`  ${line.trimEnd()}\n`);
  }
}
