/**
 * `npm run soak -- --minutes N`: the lab under traffic, scraped ten times a second, reloaded each second, asked by
 * mapctl. Says what became of it; the exit status is 1 where that is not as it should be.
 */
import { once } from "node:events";
import { parseArgs } from "node:util";
import { LAB_MODES } from "../../lab/plan.js";
import { enterSandbox, insideSandbox, spawnInSandbox } from "../../lab/sandbox.js";
import { faultsOf, textOf } from "./report.js";
import { soak } from "./soak.js";

const USAGE = `usage: npm run soak -- [--minutes N] [--mode map-t|map-e] [--seed N] [--json]
  --minutes N   how long, altogether (10)
  --mode MODE   one mode only; without it both, one after the other
  --seed N      of what is chosen by chance (1)
  --json        everything that was measured, on standard output
`;

async function main(words: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: "string", default: "10" },
      mode: { type: "string" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const modes = LAB_MODES.filter((mode) => values.mode === undefined || mode === values.mode);
  const seconds = Math.round((Number(values.minutes) * 60) / modes.length);
  if (modes.length === 0 || !(seconds > 0)) {
    process.stderr.write(USAGE);
    return 2;
  }
  let faults = 0;
  for (const mode of modes) {
    const report = await soak({ mode, seconds, seed: Number(values.seed) });
    const found = faultsOf(report);
    faults += found.length;
    const lines = [textOf(report), ...found.map((fault) => `  FAULT ${fault}`)];
    (values.json ? process.stderr : process.stdout).write(`${lines.join("\n")}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  return faults === 0 ? 0 : 1;
}

const words = process.argv.slice(2);
if (!insideSandbox()) {
  const [status] = await once(spawnInSandbox(process.argv[1] ?? "", words), "close");
  process.exit(status ?? 1);
}
await enterSandbox();
process.exit(
  await main(words).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 1;
  }),
);
