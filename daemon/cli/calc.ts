/** `mapctl calc`: everything that follows from a rule, and from one of its CEs. */
import type { Ce } from "../../src/map/ce.js";
import { neighboursOf } from "../../src/map/neighbours.js";
import { nftSourceNat } from "../../src/map/nft.js";
import { portSetOf } from "../../src/map/rule.js";
import type { Rule } from "../../src/map/types.js";
import { ceReasons, ruleReasons } from "../../src/map/why.js";
import { formatIpv4 } from "../../src/wire/address.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { writeBits } from "./bits.js";
import {
  ceDocument,
  ceValues,
  ruleDocument,
  writeCe,
  writeNeighbours,
  writeRanges,
  writeRule,
  writeStep,
} from "./calc-output.js";
import { ceQuery, type FoundCe, foundCe, QUERY_OPTIONS, STEP_OPTIONS } from "./ce-query.js";
import type { CliCommand, CliContext, CliInput } from "./command.js";
import { isGiven, textOption, writeJson } from "./command.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleSetArgument } from "./rule-argument.js";
import { chooseRule } from "./rule-choice.js";
import { wholeValue } from "./values.js";
import { writeReasons } from "./why-table.js";

const SCHEMA = "mapd.calc/1";

export const calcCommand: CliCommand = {
  name: "calc",
  summary: "Show what follows from a rule, and from one of its CEs",
  arguments: [RULE_ARGUMENT],
  options: [
    ...RULE_OPTIONS,
    ...QUERY_OPTIONS,
    ...STEP_OPTIONS,
    { flags: "--neighbours <n>", description: "list so many of the CEs on the same address" },
    {
      flags: "--nat [form]",
      description:
        "print the CE's ports alone: ADDRESS:FIRST-LAST a line, or a ruleset of nftables",
      choices: ["ranges", "nft"],
    },
    { flags: "--bits", description: "show prefixes, addresses and port bit by bit" },
    { flags: "--why", description: "show every number with its formula and its RFC section" },
  ],
  schema: SCHEMA,
  examples: [
    "mapctl calc '2001:db8::/40 192.0.2.0/24 16 6' --end-user-prefix 2001:db8:12:3400::/56",
    "mapctl calc metro --config /etc/mapd/mapd.yaml --ipv4 192.0.2.18 --psid 0x34 --json",
    "mapctl calc '2001:db8::/40 192.0.2.0/24 16 6' --ipv4 192.0.2.18 --port 1232 --next psid --why",
  ],
  run: runCalc,
};

async function runCalc(input: CliInput, context: CliContext): Promise<number> {
  const query = ceQuery(input);
  const { rule, diagnostics: warnings } = chooseRule(await ruleSetArgument(input, context), query);
  const found = foundCe(rule, query, input);
  const diagnostics = [...warnings, ...(found?.diagnostics ?? [])];
  const result = { rule, found, neighbours: neighbours(rule, found, input) };
  if (context.json) {
    writeJson(context, { ...documentOf(result, isGiven(input, "why")), diagnostics });
    return EXIT.done;
  }
  const nat = input.options.nat;
  if (nat !== undefined) writeNatPool(context, result, nat === "nft");
  else writeText(context, result, input);
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  return EXIT.done;
}

interface Result {
  readonly rule: Rule;
  /** null where no CE was asked about. */
  readonly found: FoundCe | null;
  /** null where they were not asked for. */
  readonly neighbours: readonly Ce[] | null;
}

function neighbours(rule: Rule, found: FoundCe | null, input: CliInput): Result["neighbours"] {
  const most = textOption(input, "neighbours");
  if (most === undefined) return null;
  if (found === null)
    throw new MapdError("usage", "--neighbours needs a CE: give --index or others");
  return neighboursOf(rule, found.ce, 0, wholeValue(most, "neighbours"));
}

function documentOf({ rule, found, neighbours }: Result, isWhy: boolean): object {
  const ceReasonRows = found === null ? [] : ceReasons(rule, found.ce);
  return {
    schema: SCHEMA,
    ...ruleDocument(rule),
    ...(found === null ? {} : { ce: ceDocument(rule, found) }),
    ...(neighbours === null ? {} : { neighbours: neighbours.map(ceValues) }),
    ...(isWhy ? { why: { rule: ruleReasons(rule), ce: ceReasonRows } } : {}),
  };
}

/** What a NAT beside mapd may use. */
function writeNatPool(context: CliContext, { rule, found }: Result, isNft: boolean): void {
  if (found === null) throw new MapdError("usage", "--nat needs a CE: give --index or others");
  if (isNft) {
    context.stdout.write(nftSourceNat(rule, found.ce));
    return;
  }
  const { ipv4, psid } = found.ce;
  for (const [first, last] of portSetOf(rule, psid).ranges()) {
    context.stdout.write(`${formatIpv4(ipv4.address)}:${first}-${last}\n`);
  }
}

/** With --why its rows stand for the fields. */
function writeText(
  context: CliContext,
  { rule, found, neighbours }: Result,
  input: CliInput,
): void {
  const isWhy = isGiven(input, "why");
  if (isWhy) writeReasons(context, ruleReasons(rule));
  else writeRule(context, rule);
  if (found === null) return;
  const { ce } = found;
  context.stdout.write("\n");
  if (isWhy) writeReasons(context, ceReasons(rule, ce));
  else writeCe(context, rule, found);
  writeStep(context, found);
  writeRanges(context, portSetOf(rule, ce.psid).ranges());
  if (isGiven(input, "bits")) {
    context.stdout.write("\n");
    writeBits(context, rule, ce, found.port);
  }
  if (neighbours === null) return;
  context.stdout.write("\n");
  writeNeighbours(context, neighbours);
}
