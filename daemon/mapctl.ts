#!/usr/bin/env node
/** mapctl: shows, explains and drives mapd. The commands are in `cli/command-table.ts`. */
import { main } from "./cli/program.js";
import { EXIT } from "./errors.js";

let outputFailed = false;

/** Whoever reads may stop early (`mapctl counters | head`); a full disk is a failure. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" || outputFailed) return;
  outputFailed = true;
  process.exitCode = EXIT.failure;
  process.stderr.write(`error: cannot write the answer: ${error.message}\n`);
}

process.stdout.on("error", onOutputError);
process.stderr.on("error", () => undefined);

const status = await main(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
if (!outputFailed) process.exitCode = status;
