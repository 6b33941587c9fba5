#!/usr/bin/env node
/** The daemon's command line: `mapd --config FILE` in the foreground, `mapd --check FILE`. */
import { Command, CommanderError } from "commander";
import { checkFile } from "./config/check-file.js";
import { EXIT } from "./errors.js";
import { runDaemon } from "./runtime/run.js";
import { packageVersion } from "./runtime/version.js";

const HELP = `
Signals: SIGHUP reads FILE again, all of it or nothing; SIGTERM and SIGINT stop and clean up.
Exit status: 0 done, 1 failure, 2 usage, 5 configuration invalid.

Examples:
  mapd --check /etc/mapd/mapd.yaml
  mapd --config /etc/mapd/mapd.yaml`;

interface Options {
  readonly config?: string;
  readonly check?: string;
}

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("mapd")
    .description("Userspace MAP-T and MAP-E: customer edge and border relay on TUN devices")
    .option("--config <file>", "run in the foreground with this configuration")
    .option("--check <file>", "validate a configuration and do nothing else")
    .version(packageVersion(), "--version", "print the version")
    .addHelpText("after", HELP)
    .allowExcessArguments(false)
    .exitOverride();
  program.parse(argv);
  const { config, check } = program.opts<Options>();
  if (check !== undefined && config === undefined) return checkFile(check, process.stderr);
  if (config !== undefined && check === undefined) return runDaemon(config, packageVersion());
  return program.error(
    "error: give exactly one of --config FILE and --check FILE (see mapd --help)",
  );
}

/** commander ends with 0 after --help and --version; everything else it refuses is a usage error. */
function exitStatus(error: unknown): number {
  if (!(error instanceof CommanderError)) throw error;
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

// Nothing may be left running here; an explicit exit makes sure of it.
process.exit(await main(process.argv).catch(exitStatus));
