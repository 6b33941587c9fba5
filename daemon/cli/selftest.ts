/** `mapctl selftest`: every worked example of the RFCs, calculated by this very installation. */
import { type SelftestResult, selftest } from "../../src/map/selftest.js";
import { EXIT } from "../errors.js";
import { type CliCommand, type CliContext, writeJson } from "./command.js";
import { paint } from "./paint.js";

export const selftestCommand: CliCommand = {
  name: "selftest",
  summary: "Calculate every worked example of RFC 7597, RFC 7599 and RFC 6052 anew",
  arguments: [],
  options: [],
  schema: "mapd.selftest/1",
  examples: ["mapctl selftest", "mapctl selftest --json | jq .passed"],
  async run(_input, context) {
    return reportSelftest(selftest(), context);
  },
};

/** Gives the exit status. */
export function reportSelftest(results: readonly SelftestResult[], context: CliContext): number {
  const failed = results.filter(({ passed }) => !passed).length;
  if (context.json) {
    const count = results.length;
    writeJson(context, { schema: "mapd.selftest/1", passed: failed === 0, count, results });
  } else {
    for (const result of results) writeResult(context, result);
    context.stdout.write(`${results.length} examples, ${failed} failed\n`);
  }
  return failed === 0 ? EXIT.done : EXIT.failure;
}

function writeResult(context: CliContext, result: SelftestResult): void {
  const { name, source, expected, actual, passed } = result;
  const verdict = passed ? paint(context, "green", "ok    ") : paint(context, "red", "FAILED");
  const origin = source === "" ? "" : ` (${source})`;
  context.stdout.write(`${verdict}  ${name}${origin}\n`);
  if (!passed) context.stdout.write(`        expected ${expected}\n        is       ${actual}\n`);
}
