/**
 * The bench: forwarders in network namespaces, and parts of the packet path in processes of their own. What it
 * measures and how it is to be read says docs/performance.md. Progress goes to standard error, the tables to standard
 * output, everything into one JSON file.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sandboxRefusal, spawnInSandbox } from "../../lab/sandbox.js";
import { runCpuBenches } from "./cpu/run.js";
import { fillDocument } from "./document.js";
import type { NetOutcome, NetPlan } from "./net/inside.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { circumstances, tablesOf, toText } from "./report.js";
import { type BenchResult, parseResult, toRows } from "./result.js";
import { listOf, minutesOf, type Selection, select } from "./selection.js";

const INSIDE = fileURLToPath(new URL("./net/inside.js", import.meta.url));
/** Milliseconds of an in-process quantity for each second of one in the network. */
const CPU_MS_PER_S = 100;

function say(text: string): void {
  process.stderr.write(`bench: ${text}\n`);
}

/** Measures in a sandbox, with which everything goes that was made there. */
async function measureNet({ net, daemon }: Selection, options: Options): Promise<NetOutcome> {
  const cases = [...net, ...daemon].map(({ id }) => id);
  if (cases.length === 0) return { samples: [], failures: [] };
  const refusal = sandboxRefusal();
  if (refusal !== null) throw new Error(refusal);
  const folder = mkdtempSync(join(tmpdir(), "mapd-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const [planFile, resultFile] = [join(folder, "plan.json"), join(folder, "result.json")];
  const { rounds, seconds } = options;
  const plan: NetPlan = { rounds, seconds, cases };
  writeFileSync(planFile, JSON.stringify(plan));
  const child = spawnInSandbox(INSIDE, [planFile, resultFile]);
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`the sandbox ended with status ${status}`);
  const outcome: NetOutcome = JSON.parse(readFileSync(resultFile, "utf8"));
  return outcome;
}

async function measure(selection: Selection, options: Options): Promise<BenchResult> {
  const startedAt = new Date();
  const loadBefore = loadavg()[0] ?? 0;
  const { rounds, seconds, smoke, only } = options;
  const net = await measureNet(selection, options);
  const cpu = await runCpuBenches(selection.cpu, rounds, seconds * CPU_MS_PER_S, say);
  return {
    schema: "mapd.bench/1",
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    host: {
      node: process.versions.node,
      v8: process.versions.v8,
      kernel: release(),
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cpus: cpus().length,
      loadBefore,
      loadAfter: loadavg()[0] ?? 0,
    },
    options: { rounds, seconds, smoke, only: only?.source ?? null },
    failures: [...net.failures, ...cpu.failures],
    rows: toRows([...net.samples, ...cpu.samples]),
  };
}

async function run(options: Options): Promise<number> {
  const selection = select(options);
  const minutes = `about ${Math.ceil(minutesOf(selection, options))} minutes`;
  if (options.list) {
    process.stdout.write(`${listOf(selection)}\n${minutes}\n`);
    return 0;
  }
  const { net, daemon, cpu } = selection;
  const count = net.length + daemon.length + cpu.length;
  say(`${count} cases, ${options.rounds} round(s), ${minutes}`);
  const result = await measure(selection, options);
  writeFileSync(options.json, `${JSON.stringify(result, null, 1)}\n`);
  process.stdout.write(`${tablesOf(result).map(toText).join("\n\n")}\n\n`);
  process.stdout.write(`${circumstances(result)}\n${options.json}\n`);
  for (const failure of result.failures) process.stdout.write(`FAILED ${failure}\n`);
  return result.failures.length === 0 ? 0 : 1;
}

async function main(words: readonly string[]): Promise<number> {
  const options = parseOptions(words);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options.table === null) return run(options);
  fillDocument(parseResult(readFileSync(options.table, "utf8")));
  return 0;
}

// The sandbox ends with this process, whatever ends it; its files go where there is time for it.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
