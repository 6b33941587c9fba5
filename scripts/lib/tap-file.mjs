// Runs one compiled test file and reads its TAP. The file is started by node alone, not through the tap
// command, whose hooks would follow into every mapd that a system test starts and slow it down.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** How long a file has to end by itself after its time is over, and then after SIGTERM. */
const GRACE_MS = 5_000;
const REST_MS = 1_000;
const MOST_LINES = 60;

const POINT = /^(not )?ok \d+(?: - (.*?))?(?: # time=.*)?$/;
const SKIPPED = /^\s*(not )?ok \d+.* # (skip|todo)\b/i;
const PLAN = /^1\.\.(\d+)/;

/** Tests are the points of the file's top level: one for each `test()` in it. */
export function readTap(output) {
  const tests = [];
  const skipped = [];
  let planned = null;
  let since = 0;
  const lines = output.split("\n");
  lines.forEach((line, index) => {
    const isSkipped = SKIPPED.test(line);
    if (isSkipped) skipped.push(line.trim());
    const plan = PLAN.exec(line);
    if (plan !== null) planned = Number(plan[1]);
    const point = POINT.exec(line);
    if (point === null) return;
    const isOk = point[1] === undefined;
    const said = isOk ? [] : lines.slice(since, index + 1);
    tests.push({ name: point[2] ?? "", isOk, isSkipped, lines: said });
    since = index + 1;
  });
  return { tests, skipped, planned };
}

/** Files that run now; each leads a process group of its own. */
const running = new Set();

process.on("exit", () => {
  for (const child of running) signalGroup(child, "SIGKILL");
});
for (const [name, status] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
]) {
  process.on(name, () => process.exit(status));
}

function signalGroup(child, name) {
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}

/** Ends the file's whole process group: asks first, then insists. */
async function end(child, ended) {
  signalGroup(child, "SIGTERM");
  const timer = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(timer);
  signalGroup(child, "SIGKILL");
}

/**
 * Runs a test file for at most `limitMs`. Returns how many of its tests passed and what is wrong,
 * each as a title and lines; a file that ends badly or late, skips or runs no test is wrong, too.
 */
export async function runTapFile(path, limitMs, env) {
  const seconds = Math.ceil(limitMs / 1000);
  // A runner that is killed takes its files along.
  const child = spawn("setpriv", ["--pdeathsig", "KILL", process.execPath, path], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, TAP_TIMEOUT: String(seconds), ...env },
  });
  let output = "";
  let talk = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (talk += text));
  const ended = once(child, "exit");
  const closed = once(child, "close");
  running.add(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child, ended);
  }, limitMs + GRACE_MS);
  const [status, signal] = await ended;
  clearTimeout(timer);
  // The rest of the output, unless somebody that the file left behind holds the pipe open.
  await Promise.race([closed, delay(REST_MS, undefined, { ref: false })]);
  // Nothing that the file started outlives it.
  await end(child, Promise.resolve());
  running.delete(child);
  return { ...judge(readTap(output), { status, signal, late, seconds, output, talk }), output };
}

function judge({ tests, skipped, planned }, { status, signal, late, seconds, output, talk }) {
  const problems = tests
    .filter(({ isOk, isSkipped }) => !isOk && !isSkipped)
    .map(({ name, lines }) => ({ title: name, lines: lines.slice(-MOST_LINES) }));
  const passed = tests.filter(({ isOk, isSkipped }) => isOk && !isSkipped).length;
  for (const line of skipped) problems.push({ title: `skipped: ${line}`, lines: [] });
  if (late) problems.push({ title: `not done after ${seconds} s`, lines: tail(output + talk) });
  else if (tests.length === 0 || planned !== tests.length) {
    problems.push({
      title: `ran ${tests.length} of ${planned ?? "no"} planned tests`,
      lines: tail(talk),
    });
  } else if (problems.length === 0 && status !== 0) {
    problems.push({ title: `ended with ${signal ?? `status ${status}`}`, lines: tail(talk) });
  }
  return { passed, problems };
}

function tail(text) {
  return text.trimEnd().split("\n").slice(-MOST_LINES);
}
