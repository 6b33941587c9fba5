/** `mapctl list`: every CE of a rule, a row each, as fast as the reader takes them and without keeping any. */
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { CeList, type ListFormat, ROW_BYTES } from "../../src/map/ce-list.js";
import { ruleFacts } from "../../src/map/rule.js";
import type { Rule } from "../../src/map/types.js";
import { Ascii } from "../../src/wire/ascii.js";
import { ruleValues } from "../control/show/rules.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { type CliCommand, type CliContext, type CliInput, textOption } from "./command.js";
import { RULE_ARGUMENT, RULE_OPTIONS, ruleArgument } from "./rule-argument.js";
import { wholeValue } from "./values.js";

const SCHEMA = "mapd.list/1";
const FORMATS = ["text", "csv", "ndjson"] as const;
const CHUNK_BYTES = 64 * 1024;

export const listCommand: CliCommand = {
  name: "list",
  summary: "List the CEs of a rule: index, IPv4, PSID, prefixes, MAP address and first ports",
  arguments: [RULE_ARGUMENT],
  options: [
    ...RULE_OPTIONS,
    { flags: "--from <n>", description: "index (EA bits) of the first row; 0 if left out" },
    { flags: "--count <n>", description: "how many rows; all if left out" },
    { flags: "--format <name>", description: "text if left out", choices: FORMATS },
  ],
  schema: SCHEMA,
  examples: [
    "mapctl list '2001:db8::/40 192.0.2.0/24 16 6' --from 0x1234 --count 4",
    "mapctl list ./rule.txt --format csv > ces.csv",
  ],
  run: runList,
};

interface Span {
  readonly from: number;
  /** Behind the last row. */
  readonly end: number;
}

async function runList(input: CliInput, context: CliContext): Promise<number> {
  const { rule, diagnostics } = await ruleArgument(input, context);
  const span = spanOf(rule, input);
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  const format = context.json ? "json" : (textOption(input, "format") as ListFormat | undefined);
  const list = new CeList(rule, format ?? "text");
  const { stdout } = context;
  if (context.json) stdout.write(documentHead(rule, span));
  else stdout.write(list.header);
  await writeRows(list, span, stdout);
  if (context.json) stdout.write("]}\n");
  return EXIT.done;
}

function spanOf(rule: Rule, input: CliInput): Span {
  const { ceCount } = ruleFacts(rule);
  const from = wholeValue(textOption(input, "from") ?? "0", "index");
  const count = textOption(input, "count");
  if (from >= ceCount) {
    const message = `index ${from} is not in 0..${ceCount - 1}; the rule has ${ceCount} CEs`;
    throw new MapdError("usage", message);
  }
  const end = count === undefined ? ceCount : from + wholeValue(count, "count");
  return { from, end: Math.min(end, ceCount) };
}

/** Up to the rows, which stand last in the document. */
function documentHead(rule: Rule, { from, end }: Span): string {
  const head = { schema: SCHEMA, rule: ruleValues(rule), from, count: end - from };
  return `${JSON.stringify(head).slice(0, -1)},"ces":[`;
}

/** A chunk at a time; the next one is made when the reader has taken what is there. */
async function writeRows(list: CeList, { from, end }: Span, stdout: Writable): Promise<void> {
  for (let index = from; index < end && !stdout.destroyed; ) {
    const out = new Ascii(Buffer.allocUnsafeSlow(CHUNK_BYTES));
    while (index < end && out.at <= CHUNK_BYTES - ROW_BYTES) {
      list.write(index, index === from, out);
      index++;
    }
    const isTaken = stdout.write(out.bytes.subarray(0, out.at));
    // Also where it is taken at once: that the reader has gone is learnt between two turns of the event loop.
    await (isTaken ? setImmediate() : drained(stdout));
  }
}

/** Resolves also when the reader has gone, as `head` does. */
function drained(stdout: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stdout.off("drain", done).off("close", done);
      resolve();
    };
    stdout.on("drain", done).on("close", done);
  });
}
