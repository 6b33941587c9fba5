/**
 * `npm start`: brings the lab up in a sandbox, runs a round over each mode and shows the counters
 * until Ctrl-C. With `--once` it ends after the round; with `--json` one document on standard output.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { watch } from "./live.js";
import { drawing, LAB_MODES, type LabMode } from "./plan.js";
import { type LabReport, line, type ModeReport } from "./report.js";
import { bringUp, type Network, runMode } from "./round.js";
import { enterSandbox, insideSandbox, sandboxRefusal, spawnInSandbox } from "./sandbox.js";

const USAGE = `Usage: npm start -- [--once] [--json] [--table] [--mode map-t|map-e]

  --once   one round of checks, then end; exit status 0 only if all passed
  --json   one JSON document on standard output (implies --once)
  --table  no round: the table of counters at once
  --mode   one mode only; the default is both
`;
const EXIT_USAGE = 2;

interface Options {
  readonly round: boolean;
  readonly once: boolean;
  readonly json: boolean;
  readonly modes: readonly LabMode[];
}

function usage(problem: string): never {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  process.exit(EXIT_USAGE);
}

function parseOptions(args: string[]): Options {
  const flag = { type: "boolean", default: false } as const;
  const options = {
    once: flag,
    json: flag,
    table: flag,
    help: flag,
    mode: { type: "string" },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    const modes = LAB_MODES.filter((mode) => values.mode === undefined || values.mode === mode);
    if (modes.length === 0) usage(`--mode: ${values.mode} is neither map-t nor map-e`);
    const once = values.once || values.json;
    if (once && values.table) usage("--table never ends: it excludes --once and --json");
    return { round: !values.table, once, json: values.json, modes };
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

/** Starts this program again as the sandbox's first process and ends as it ends. */
function superviseSandbox(): void {
  const refusal = sandboxRefusal();
  if (refusal !== null) {
    process.stderr.write(`${refusal}\n`);
    process.exit(1);
  }
  const child = spawnInSandbox(fileURLToPath(import.meta.url), process.argv.slice(2));
  let interrupted = false;
  const end = (): void => {
    interrupted = true;
    child.stdio[3]?.destroy();
  };
  process.on("SIGINT", end).on("SIGTERM", end).on("SIGHUP", end);
  child.on("exit", (status) => process.exit(interrupted ? 0 : (status ?? 1)));
}

async function main(options: Options): Promise<boolean> {
  const talk = options.json ? process.stderr : process.stdout;
  const say = (text: string): void => void talk.write(`${text}\n`);
  await enterSandbox();
  const modes: Partial<Record<LabMode, ModeReport>> = {};
  const networks: Network[] = [];
  for (const mode of options.modes) {
    say(drawing(mode));
    if (!options.round) {
      networks.push(await bringUp(mode));
      continue;
    }
    const { network, report } = await runMode(mode, (result) => say(line(result)));
    if (network !== null) networks.push(network);
    const verdict = report.ok ? "all passed" : "NOT all passed";
    say(`  ${mode}: ${verdict} in ${report.seconds.toFixed(1)} s\n`);
    modes[mode] = report;
  }
  const ok = Object.values(modes).every((report) => report.ok);
  const report: LabReport = { schema: "mapd.lab/1", ok, modes };
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  if (!options.once) await watch(networks);
  return ok;
}

const options = parseOptions(process.argv.slice(2));
if (insideSandbox()) {
  main(options).then(
    (ok) => process.exit(ok ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
} else {
  superviseSandbox();
}
