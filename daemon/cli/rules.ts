/** `mapctl rules`: every mapping rule, a line each. */
import { askDaemon } from "../control/client.js";
import type { RulesDocument } from "../control/show/documents.js";
import { EXIT, MapdError } from "../errors.js";
import { type CliCommand, type CliContext, textOption, writeJson } from "./command.js";
import { FILTER_OPTIONS, filterOf } from "./filter.js";
import { type Column, writeTable } from "./table.js";
import { wholeValue } from "./values.js";

type Row = RulesDocument["rules"][number];

const DEFAULT_LIMIT = "1000";
/** Rules that one answer of the daemon has. */
const PAGE = 10_000;

export const rulesCommand: CliCommand = {
  name: "rules",
  summary: "Show the mapping rules of the running mapd, a line each, with their hits where counted",
  arguments: [{ name: "rule", description: "only the rule of this name", required: false }],
  options: [
    ...FILTER_OPTIONS,
    { flags: "--limit <n>", description: `how many; ${DEFAULT_LIMIT} if left out, 0 for all` },
  ],
  schema: "mapd.rules/1",
  examples: ["mapctl rules", "mapctl rules metro --json | jq .rules[0].portsPerCe"],
  async run(input, context) {
    const [name] = input.arguments;
    const given = wholeValue(textOption(input, "limit") ?? DEFAULT_LIMIT, "limit");
    const limit = given === 0 ? Number.POSITIVE_INFINITY : given;
    const document = await allRules(context, { ...filterOf(input), name }, limit);
    if (name !== undefined && document.total === 0) {
      throw new MapdError("not-found", `no rule ${name}; see mapctl rules`);
    }
    if (context.json) writeJson(context, document);
    else writeRules(context, document);
    return EXIT.done;
  },
};

/** Page after page: the daemon does other things in between. */
async function allRules(context: CliContext, args: object, most: number): Promise<RulesDocument> {
  const rules: Row[] = [];
  let next: number | null = 0;
  let total = 0;
  while (next !== null && rules.length < most) {
    const limit = Math.min(PAGE, most - rules.length);
    const page = (await askDaemon(context.socketPath, "rules", {
      ...args,
      cursor: next,
      limit,
    })) as RulesDocument;
    for (const row of page.rules) rules.push(row);
    ({ next, total } = page);
  }
  return { schema: "mapd.rules/1", total, next, rules };
}

function writeRules(context: CliContext, { rules, total }: RulesDocument): void {
  const counted = rules.some(({ hits }) => hits !== null);
  writeTable(context, counted ? [...COLUMNS, ...HIT_COLUMNS] : COLUMNS, rules);
  const hidden = total - rules.length;
  if (hidden > 0) context.stderr.write(`${hidden} more; --limit 0 shows all\n`);
}

function numberColumn(title: string, value: (row: Row) => number): Column<Row> {
  return { title, right: true, text: (row) => String(value(row)) };
}

const COLUMNS: readonly Column<Row>[] = [
  { title: "domain", text: (row) => row.domain },
  { title: "rule", text: (row) => row.name },
  { title: "ipv6 prefix", text: ({ rule }) => rule.ruleIpv6Prefix },
  { title: "ipv4 prefix", text: ({ rule }) => rule.ruleIpv4Prefix },
  numberColumn("ea", ({ rule }) => rule.eaLen),
  numberColumn("offset", ({ rule }) => rule.psidOffset),
  numberColumn("psid len", ({ rule }) => rule.psidLen),
  { title: "iid", text: ({ rule }) => rule.iid },
  numberColumn("ratio", (row) => row.sharingRatio),
  numberColumn("CEs", (row) => row.ceCount),
  numberColumn("ports", (row) => row.portsPerCe),
];

const HIT_COLUMNS: readonly Column<Row>[] = [
  numberColumn("to CEs", ({ hits }) => hits?.toCe ?? 0),
  numberColumn("from CEs", ({ hits }) => hits?.fromCe ?? 0),
];
