#!/usr/bin/env node
/** The daemon's command line: `mapd --config FILE` in the foreground, `mapd --check FILE`. */
import { Command, CommanderError } from "commander";
import { EXIT, STATUSES } from "./errors.js";
import { boundHeap } from "./heap.js";
import {
  MAPD_EXAMPLES,
  MAPD_OPTIONS,
  MAPD_SIGNALS,
  MAPD_STATUSES,
  MAPD_SUMMARY,
} from "./mapd-reference.js";
import { packageVersion } from "./runtime/version.js";

const HELP = `
${MAPD_SIGNALS.map(({ names, meaning }) => `${names}: ${meaning}.`).join("\n")}
Exit status: ${MAPD_STATUSES.map((name) => `${EXIT[name]} ${STATUSES[name]}`).join(", ")}.

Examples:
${MAPD_EXAMPLES.map((line) => `  ${line}`).join("\n")}`;

interface Options {
  readonly config?: string;
  readonly check?: string;
}

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("mapd")
    .description(MAPD_SUMMARY)
    .version(packageVersion(), "--version", "print the version")
    .addHelpText("after", HELP)
    .allowExcessArguments(false)
    .exitOverride();
  for (const { flags, description } of MAPD_OPTIONS) program.option(flags, description);
  program.parse(argv);
  const { config, check } = program.opts<Options>();
  if (check !== undefined && config === undefined) {
    const { checkFile } = await import("./config/check-file.js");
    return checkFile(check, process.stderr);
  }
  if (config !== undefined && check === undefined) {
    boundHeap();
    // Nearly all that there is to load: a heap that has grown meanwhile stays as it is.
    const { runDaemon } = await import("./runtime/run.js");
    return runDaemon(config, packageVersion());
  }
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
