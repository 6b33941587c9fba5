/** `mapctl calc`: everything that follows from a rule, and from one of its CEs. */
import {
  type Ce,
  ceFromEndUserPrefix,
  ceFromIndex,
  ceFromIpv4Psid,
  portSetOf,
} from "../../src/map/ce.js";
import { formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import { type RuleFacts, ruleFacts } from "../../src/map/rule.js";
import type { Checked, Diagnostic, Rule } from "../../src/map/types.js";
import { formatIpv4, formatIpv6 } from "../../src/wire/address.js";
import { derivedFacts, ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { textOption, writeFields, writeJson } from "./command.js";
import { accept, RULE_ARGUMENT, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { ipv4Value, ipv6PrefixValue, wholeValue } from "./values.js";

export const calcCommand: CliCommand = {
  name: "calc",
  summary: "Show what follows from a rule, and from one of its CEs",
  arguments: [RULE_ARGUMENT],
  options: [
    ...RULE_OPTIONS,
    { flags: "--end-user-prefix <prefix>", description: "the CE with this delegated IPv6 prefix" },
    { flags: "--index <n>", description: "the CE with these EA bits, as a number" },
    { flags: "--ipv4 <address>", description: "the CE with this IPv4 address" },
    { flags: "--psid <n>", description: "with --ipv4: the CE's PSID" },
  ],
  schema: "mapd.calc/1",
  examples: [
    "mapctl calc '2001:db8::/40 192.0.2.0/24 16 6' --end-user-prefix 2001:db8:12:3400::/56",
    "mapctl calc metro --config /etc/mapd/mapd.yaml --ipv4 192.0.2.18 --psid 0x34 --json",
  ],
  run: runCalc,
};

async function runCalc(input: CliInput, context: CliContext): Promise<number> {
  const { rule, diagnostics } = await ruleArgument(input, context);
  const found = findCe(rule, input);
  const ce = found === null ? null : accept(found);
  const facts = ruleFacts(rule);
  const all = [...diagnostics, ...(found?.diagnostics ?? [])];
  if (context.json) writeJson(context, calcDocument(rule, ce, all));
  else writeText(context, rule, facts, ce, all);
  return EXIT.done;
}

/** The CE that the options name, or null where they name none. */
function findCe(rule: Rule, input: CliInput): Checked<Ce> | null {
  const prefix = textOption(input, "endUserPrefix");
  const index = textOption(input, "index");
  const ipv4 = textOption(input, "ipv4");
  const psid = textOption(input, "psid");
  const ways = [prefix, index, ipv4].filter((way) => way !== undefined);
  if (ways.length > 1) {
    throw new MapdError("usage", "give one of --end-user-prefix, --index and --ipv4");
  }
  if (psid !== undefined && ipv4 === undefined) {
    throw new MapdError("usage", "--psid needs --ipv4");
  }
  if (prefix !== undefined) {
    return ceFromEndUserPrefix(rule, ipv6PrefixValue(prefix, "end-user-ipv6-prefix"));
  }
  if (index !== undefined) return ceFromIndex(rule, wholeValue(index, "index"));
  if (ipv4 === undefined) return null;
  // A 1:1 rule has one PSID only, so nobody needs to repeat it.
  const number = psid === undefined ? rule.psid : wholeValue(psid, "PSID");
  return ceFromIpv4Psid(rule, ipv4Value(ipv4), number);
}

function calcDocument(rule: Rule, ce: Ce | null, diagnostics: readonly Diagnostic[]): object {
  return {
    schema: "mapd.calc/1",
    rule: ruleValues(rule),
    ...derivedFacts(rule),
    ...(ce === null ? {} : { ce: ceDocument(rule, ce) }),
    diagnostics,
  };
}

function ceDocument(rule: Rule, ce: Ce): object {
  return {
    endUserIpv6Prefix: formatIpv6Prefix(ce.endUserPrefix),
    ipv4: formatIpv4(ce.ipv4.address),
    ipv4PrefixLen: ce.ipv4.len,
    psid: ce.psid,
    portRanges: portSetOf(rule, ce.psid).ranges(),
    mapIpv6: formatIpv6(ce.mapIpv6),
  };
}

const MODE_TEXT = {
  shared: "shared address",
  address: "whole address",
  prefix: "IPv4 prefix",
} as const;

function writeText(
  context: CliContext,
  rule: Rule,
  facts: RuleFacts,
  ce: Ce | null,
  diagnostics: readonly Diagnostic[],
): void {
  writeFields(context, [
    ["rule IPv6 prefix", formatIpv6Prefix(rule.ipv6)],
    ["rule IPv4 prefix", formatIpv4Prefix(rule.ipv4)],
    ["EA length", String(rule.eaLen)],
    ["PSID offset", facts.kind === "shared" ? String(rule.psidOffset) : "n/a"],
    ["PSID length", String(rule.psidLen)],
    ["interface id", rule.iid],
    ["mode", MODE_TEXT[facts.kind]],
    ["end-user prefix length", `/${facts.endUserPrefixLen}`],
    ["CEs", String(facts.ceCount)],
    ["sharing ratio", `${facts.sharingRatio} : 1`],
    ["ports per CE", String(facts.portsPerCe)],
    ["excluded ports", String(facts.excludedPorts)],
  ]);
  if (ce !== null) {
    context.stdout.write("\n");
    writeFields(context, ceFields(rule, ce));
    writeRanges(context, portSetOf(rule, ce.psid).ranges());
  }
  for (const diagnostic of diagnostics) {
    context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  }
}

function ceFields(rule: Rule, ce: Ce): readonly (readonly [string, string])[] {
  const hex = ce.psid === null ? "" : ` (0x${ce.psid.toString(16).padStart(2, "0")})`;
  const ranges = portSetOf(rule, ce.psid).ranges();
  return [
    ["end-user IPv6 prefix", formatIpv6Prefix(ce.endUserPrefix)],
    ["IPv4", formatIpv4Prefix(ce.ipv4)],
    ["PSID", ce.psid === null ? "none" : `${ce.psid}${hex}`],
    ["MAP address", formatIpv6(ce.mapIpv6)],
    ["port ranges", String(ranges.length)],
  ];
}

const RANGES_A_LINE = 6;
/** `65535-65535` and two spaces. */
const RANGE_WIDTH = 13;

function writeRanges(context: CliContext, ranges: readonly (readonly [number, number])[]): void {
  for (let i = 0; i < ranges.length; i += RANGES_A_LINE) {
    const cells = ranges
      .slice(i, i + RANGES_A_LINE)
      .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`));
    const line = cells.map((cell) => cell.padEnd(RANGE_WIDTH)).join("");
    context.stdout.write(`  ${line.trimEnd()}\n`);
  }
}
