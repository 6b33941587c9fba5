import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Test, test } from "tap";
import { until } from "../../lab/process.js";
import {
  foreignNamespaces,
  holders,
  nowTicks,
  processesMarked,
  type RunningProcess,
} from "./process-table.js";

const LAB = fileURLToPath(new URL("../../lab/main.js", import.meta.url));
/** The checkout: this file is in OUTPUT/test/netns. */
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const GONE_MS = 10_000;
const UP_MS = 60_000;
const LAB_DEVICES = ["mapt0", "mape0", "lan0", "wan0", "core0", "inet0"];

interface Run {
  readonly mark: string;
  readonly child: ChildProcess;
  /** Where everything in it makes its temporary files. */
  readonly folder: string;
  output(): string;
}

let runs = 0;

/** Starts a lab whose processes can be told from all others; makes sure of its end in any case. */
function startLab(t: Test, command: readonly string[]): Run {
  const value = `${process.pid}-${++runs}`;
  const mark = `MAPD_LAB_RUN=${value}`;
  const [program = "", ...args] = command;
  const folder = t.testdir();
  const env = { ...process.env, MAPD_LAB_RUN: value, TMPDIR: folder };
  // A process group of its own, as on a terminal where somebody types the command.
  const child = spawn(program, args, { cwd: ROOT, env, detached: true, stdio: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  t.teardown(() => {
    for (const { pid } of processesMarked(mark)) kill(pid);
  });
  return { mark, child, folder, output: () => output };
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone by itself in the meantime.
  }
}

/** Every trace that a run could leave: processes, namespaces as they were at `ticks`, devices, files. */
async function leavesNothing(
  t: Test,
  run: Run,
  namespaces: ReadonlySet<string>,
  ticks: number,
): Promise<void> {
  const gone = await until(async () => processesMarked(run.mark).length === 0, GONE_MS);
  const left = processesMarked(run.mark).map(({ commandLine }) => commandLine);
  t.ok(gone, `no process is left: ${left.join("; ")}`);
  await until(async () => holders(namespaces, ticks).length === 0, GONE_MS);
  t.same(holders(namespaces, ticks), [], `nobody holds its ${namespaces.size} namespaces`);
  const devices = readdirSync("/sys/class/net").filter((name) => LAB_DEVICES.includes(name));
  t.same(devices, [], "no device is left");
  t.same(readdirSync(run.folder), [], "no file is left");
}

type Victim = (processes: readonly RunningProcess[], run: Run) => number | undefined;

const find =
  (pattern: RegExp): Victim =>
  (processes) =>
    processes.find(({ commandLine }) => pattern.test(commandLine))?.pid;

const ROUND = ["--once", "--mode", "map-t"];
const VICTIMS: readonly {
  readonly name: string;
  readonly command: readonly string[];
  readonly victim: Victim;
}[] = [
  {
    name: "the lab's own process",
    command: [process.execPath, LAB, ...ROUND],
    victim: (_processes, run) => run.child.pid,
  },
  {
    name: "the sandbox's first process",
    command: [process.execPath, LAB, ...ROUND],
    victim: (processes, run) =>
      processes.find(
        ({ pid, commandLine }) => /main\.js/.test(commandLine) && pid !== run.child.pid,
      )?.pid,
  },
  { name: "unshare", command: [process.execPath, LAB, ...ROUND], victim: find(/^unshare /) },
  {
    name: "start.mjs",
    command: [process.execPath, "scripts/start.mjs", ...ROUND],
    victim: (_processes, run) => run.child.pid,
  },
  {
    name: "npm",
    command: ["npm", "start", "--", ...ROUND],
    victim: (_processes, run) => run.child.pid,
  },
];

for (const { name, command, victim } of VICTIMS) {
  test(`SIGKILL of ${name} leaves nothing behind`, { timeout: 120_000 }, async (t) => {
    const run = startLab(t, command);
    const insideYet = (): boolean => foreignNamespaces(processesMarked(run.mark)).size > 0;
    t.ok(await until(async () => insideYet(), UP_MS), `the sandbox is there: ${run.output()}`);
    const delay = randomInt(4000);
    t.comment(`killed ${delay} ms after the sandbox was there`);
    await sleep(delay);
    const processes = processesMarked(run.mark);
    const namespaces = foreignNamespaces(processes);
    const pid = victim(processes, run);
    t.ok(pid !== undefined && namespaces.size > 0, "there is somebody to kill");
    const before = nowTicks();
    t.not(holders(namespaces, before).length, 0, "who is there is seen to hold them");
    if (pid !== undefined) kill(pid);
    await leavesNothing(t, run, namespaces, before);
  });
}

test("Ctrl-C ends the table of counters, and leaves nothing behind", {
  timeout: 60_000,
}, async (t) => {
  const run = startLab(t, [process.execPath, LAB, "--table", "--mode", "map-t"]);
  const shown = (): boolean => run.output().includes("Ctrl-C ends the lab");
  t.ok(await until(async () => shown(), UP_MS), "the table is there");
  const namespaces = foreignNamespaces(processesMarked(run.mark));
  const before = nowTicks();
  const ended = once(run.child, "exit");
  run.child.kill("SIGINT");
  t.same(await ended, [0, null], "exit status 0");
  for (const name of ["map-t-ce1", "map-t-ce2", "map-t-br"]) {
    t.match(run.output(), new RegExp(`^${name} .*\\d`, "m"), `a row for ${name}`);
  }
  t.notOk(run.output().includes("\x1b"), "no escape codes where there is no terminal");
  await leavesNothing(t, run, namespaces, before);
});
