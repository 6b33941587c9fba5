/** Runs in-process benches round by round, each time in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Sample } from "../result.js";
import { cpuId } from "./benches.js";
import type { CpuBench, Measured } from "./measured.js";

const CHILD = fileURLToPath(new URL("./child.js", import.meta.url));
/** A young generation that holds what a count of bytes allocates, so that no collection hides it. */
const FLAGS = ["--expose-gc", "--max-semi-space-size=64", "--min-semi-space-size=64"];
/** A million rules as objects come first; the rest is short. */
const LIMIT_MS = 120_000;

export interface CpuOutcome {
  readonly samples: readonly Sample[];
  readonly failures: readonly string[];
}

async function runChild({ name }: CpuBench, ms: number): Promise<readonly Measured[]> {
  const child = spawn(process.execPath, [...FLAGS, CHILD, name, `${ms}`], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: LIMIT_MS,
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`ended with status ${child.exitCode}`);
  const document: { measured: readonly Measured[] } = JSON.parse(text);
  return document.measured;
}

function summary(measured: readonly Measured[]): string {
  return measured
    .slice(0, 3)
    .map(({ load, unit, value }) => `${load} ${value.toPrecision(3)} ${unit}`)
    .join("; ");
}

export async function runCpuBenches(
  benches: readonly CpuBench[],
  rounds: number,
  ms: number,
  say: (text: string) => void,
): Promise<CpuOutcome> {
  const samples: Sample[] = [];
  const failures: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const bench of benches) {
      try {
        const measured = await runChild(bench, ms);
        const [subject = ""] = bench.name.split(", ");
        for (const quantity of measured) {
          samples.push({ group: "cpu", subject, egress: "", ...quantity });
        }
        say(`round ${round} of ${rounds}: ${cpuId(bench)}: ${summary(measured)}`);
      } catch (error) {
        const failure = `${cpuId(bench)}, round ${round}: ${error instanceof Error ? error.message : error}`;
        failures.push(failure);
        say(`FAILED ${failure}`);
      }
    }
  }
  return { samples, failures };
}
