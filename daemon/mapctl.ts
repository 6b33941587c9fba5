#!/usr/bin/env node
/** mapctl: shows, explains and drives mapd. The commands are in `cli/commands.ts`. */
import { main } from "./cli/program.js";

process.exitCode = await main(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
