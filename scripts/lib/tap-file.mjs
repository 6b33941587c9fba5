// Runs one compiled test file and reads its TAP. The file is started by node alone, not through the tap
// command, whose hooks would follow into every mapd that a system test starts and slow it down.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** How long a file has to end by itself after its time is over, and then after SIGTERM. */
const GRACE_MS = 5_000;
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

/** Ends the file's whole process group: asks first, then insists. */
async function end(child, ended) {
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), GRACE_MS);
  await ended;
  clearTimeout(timer);
  signal("SIGKILL");
}

/**
 * Runs a test file for at most `limitMs`. Returns how many of its tests passed and what is wrong,
 * each as a title and lines; a file that ends badly or late, skips or runs no test is wrong, too.
 */
export async function runTapFile(path, limitMs, env) {
  const seconds = Math.ceil(limitMs / 1000);
  const child = spawn(process.execPath, [path], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, TAP_TIMEOUT: String(seconds), ...env },
  });
  let output = "";
  let talk = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (talk += text));
  const ended = once(child, "exit");
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end(child, ended);
  }, limitMs + GRACE_MS);
  const [status, signal] = await ended;
  clearTimeout(timer);
  // Nothing that the file started outlives it.
  await end(child, Promise.resolve());
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
