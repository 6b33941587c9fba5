/** `mapctl plan`: address plans from subscribers, ports and pools; `mapctl plan solve`: lengths from each other. */
import { type PlanChoice, type PlanInput, planRules } from "../../src/map/plan.js";
import type { PlannedRule } from "../../src/map/plan-space.js";
import { checkIpv4Prefix, formatIpv4Prefix, formatIpv6Prefix } from "../../src/map/prefix.js";
import type { Ipv4Prefix } from "../../src/map/types.js";
import { EXIT, MapdError } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";
import { accept } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";
import { ipv6PrefixValue, wholeValue } from "./values.js";

/** Usual for homes and sites: RFC 6177 speaks against a single /64. */
const DELEGATED_LENS = "48,52,56,60,62,64";
const SHOWN = 12;

export const planCommand: CliCommand = {
  name: "plan",
  summary: "Find rules for so many subscribers and ports out of IPv4 pools and an IPv6 block",
  arguments: [],
  options: [
    { flags: "--subscribers <n>", description: "CEs to serve; required" },
    { flags: "--ports <n>", description: "ports for each of them, at least; required" },
    { flags: "--ipv4 <pools>", description: "IPv4 pools, with commas between them; required" },
    { flags: "--ipv6 <block>", description: "IPv6 block for the rules; required" },
    {
      flags: "--delegated <lengths>",
      description: `lengths that the server may delegate; ${DELEGATED_LENS} if left out`,
    },
    { flags: "--contiguous <n>", description: "ports of each range, at least; 1 if left out" },
    { flags: "--all", description: `every choice, not the best ${SHOWN} only` },
  ],
  schema: "mapd.plan/1",
  examples: [
    "mapctl plan --subscribers 12000 --ports 250 --ipv4 192.0.2.0/24,198.51.100.0/24 --ipv6 2001:db8::/36 --delegated 56",
  ],
  run: runPlan,
};

async function runPlan(input: CliInput, context: CliContext): Promise<number> {
  const { choices, addresses } = accept(planRules(planInput(input)));
  const shown = isGiven(input, "all") ? choices : choices.slice(0, SHOWN);
  if (context.json) {
    const rows = shown.map(choiceDocument);
    const counts = { choiceCount: choices.length, addresses };
    writeJson(context, { schema: "mapd.plan/1", ...counts, choices: rows, diagnostics: [] });
    return EXIT.done;
  }
  writeText(context, shown, choices.length);
  return EXIT.done;
}

function planInput(input: CliInput): PlanInput {
  const required = (name: string): string => {
    const text = textOption(input, name);
    if (text === undefined) throw new MapdError("usage", `--${name} is required`);
    return text;
  };
  const contiguous = textOption(input, "contiguous");
  const lens = textOption(input, "delegated") ?? DELEGATED_LENS;
  return {
    subscribers: wholeValue(required("subscribers"), "subscribers"),
    ports: wholeValue(required("ports"), "ports"),
    ipv4Pools: required("ipv4").split(",").map(poolOf),
    ipv6Block: ipv6PrefixValue(required("ipv6"), "ipv6"),
    delegatedLens: lens.split(",").map((len) => wholeValue(len.replace("/", ""), "delegated")),
    contiguousPorts: contiguous === undefined ? undefined : wholeValue(contiguous, "contiguous"),
  };
}

function poolOf(text: string): Ipv4Prefix {
  const checked = checkIpv4Prefix(text.trim(), "ipv4");
  if (checked.ok) return checked.value;
  const message = checked.diagnostics.map((one) => one.message).join("; ");
  throw new MapdError("usage", message, { diagnostics: checked.diagnostics });
}

function choiceDocument(choice: PlanChoice): object {
  const rules = choice.rules.map((rule) => ({
    ruleIpv6Prefix: formatIpv6Prefix(rule.ipv6),
    ruleIpv4Prefix: formatIpv4Prefix(rule.ipv4),
    eaLen: rule.eaLen,
    psidOffset: choice.psidOffset,
  }));
  return { ...choice, rules };
}

const COLUMNS: readonly Column<PlanChoice>[] = [
  { title: "k", right: true, text: ({ psidLen }) => String(psidLen) },
  { title: "a", right: true, text: (one) => (one.psidLen === 0 ? "-" : String(one.psidOffset)) },
  { title: "PD", right: true, text: ({ endUserPrefixLen }) => `/${endUserPrefixLen}` },
  { title: "CEs/address", right: true, text: ({ sharingRatio }) => String(sharingRatio) },
  { title: "ports/CE", right: true, text: ({ portsPerCe }) => String(portsPerCe) },
  { title: "run", right: true, text: ({ rangeLen }) => String(rangeLen) },
  { title: "excluded", right: true, text: ({ excludedPorts }) => String(excludedPorts) },
  { title: "addresses", right: true, text: ({ addressesUsed }) => String(addressesUsed) },
  { title: "CEs", right: true, text: ({ capacity }) => String(capacity) },
  { title: "why", text: ({ reasons }) => reasons.join("; ") },
];

function writeText(context: CliContext, shown: readonly PlanChoice[], count: number): void {
  writeTable(context, COLUMNS, shown);
  if (shown.length < count) {
    context.stdout.write(`and ${count - shown.length} more: --all shows them\n`);
  }
  const [best] = shown;
  if (best === undefined) return;
  context.stdout.write("\nrules of the first choice:\n");
  for (const rule of best.rules) context.stdout.write(`  ${ruleText(rule, best)}\n`);
}

function ruleText({ ipv6, ipv4, eaLen }: PlannedRule, { psidOffset, psidLen }: PlanChoice): string {
  const offset = psidLen === 0 ? "" : ` ${psidOffset}`;
  return `${formatIpv6Prefix(ipv6)} ${formatIpv4Prefix(ipv4)} ${eaLen}${offset}`;
}
