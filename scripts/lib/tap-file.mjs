// Runs compiled test files in one process and reads their TAP. They are started by node alone, not through the
// tap command, whose hooks would follow into every mapd that a system test starts and slow it down.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const SEVERAL = fileURLToPath(new URL("./tap-several.mjs", import.meta.url));

/** How long a file has to end by itself after its time is over, and then after SIGTERM. */
const GRACE_MS = 5_000;
const REST_MS = 1_000;
const MOST_LINES = 60;

const POINT = /^(not )?ok \d+(?: - (.*?))?(?: # time=.*)?$/;
const SKIPPED = /^\s*(not )?ok \d+.* # (skip|todo)\b/i;
const PLAN = /^1\.\.(\d+)/;
/** As tap-several.mjs names a file. */
const FILE = /^# file (.*)$/;
/** In a compiled file that runs in a sandbox. */
const SANDBOXED = /^import "(\..*\/sandboxed\.js)";$/m;

/** Tests are the points of the top level: one for each `test()` in a file. */
function readTap(output, paths) {
  const tests = [];
  const skipped = [];
  let planned = null;
  let since = 0;
  let [path] = paths;
  const lines = output.split("\n");
  lines.forEach((line, index) => {
    const named = FILE.exec(line)?.[1];
    if (paths.includes(named)) path = named;
    const isSkipped = SKIPPED.test(line);
    if (isSkipped) skipped.push(line.trim());
    const plan = PLAN.exec(line);
    if (plan !== null) planned = Number(plan[1]);
    const point = POINT.exec(line);
    if (point === null) return;
    const isOk = point[1] === undefined;
    const said = isOk ? [] : lines.slice(since, index + 1);
    tests.push({ path, name: point[2] ?? "", isOk, isSkipped, lines: said });
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

/** What node is given to run the files. */
function nodeArguments(paths) {
  const [path] = paths;
  if (paths.length > 1) return [SEVERAL, ...paths];
  // The process outside of the sandbox only waits: it need not load first all that the file imports.
  const sandboxed = SANDBOXED.exec(readFileSync(path, "utf8"))?.[1];
  return sandboxed === undefined
    ? [path]
    : ["--import", new URL(sandboxed, pathToFileURL(path)).href, path];
}

/**
 * Runs test files in one process for at most `limitMs`. Returns how many of their tests passed and what is
 * wrong, each as a path, a title and lines; ending badly or late, skipping and running no test is wrong, too.
 */
export async function runTapFiles(paths, limitMs) {
  const seconds = Math.ceil(limitMs / 1000);
  // A runner that is killed takes its files along.
  const command = ["--pdeathsig", "KILL", process.execPath, ...nodeArguments(paths)];
  const child = spawn("setpriv", command, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    env: { ...process.env, TAP_TIMEOUT: String(seconds) },
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
  const run = { status, signal, late, seconds, output, talk };
  return { ...judge(paths, readTap(output, paths), run), output };
}

function judge(paths, { tests, skipped, planned }, run) {
  const { status, signal, late, seconds, output, talk } = run;
  const problems = tests
    .filter(({ isOk, isSkipped }) => !isOk && !isSkipped)
    .map(({ path, name, lines }) => ({ path, title: name, lines: lines.slice(-MOST_LINES) }));
  const passed = tests.filter(({ isOk, isSkipped }) => isOk && !isSkipped).length;
  const add = (path, title, lines) => problems.push({ path, title, lines });
  for (const line of skipped) add(paths[0], `skipped: ${line}`, []);
  // What ends a process early is of the file that had begun last.
  const last = tests.at(-1)?.path ?? paths[0];
  if (late) add(last, `not done after ${seconds} s`, tail(output + talk));
  else if (tests.length === 0 || planned !== tests.length) {
    add(last, `ran ${tests.length} of ${planned ?? "no"} planned tests`, tail(talk));
  } else {
    const idle = paths.filter((path) => !tests.some((one) => one.path === path));
    for (const path of idle) add(path, "ran no test", []);
    if (problems.length === 0 && status !== 0) {
      add(last, `ended with ${signal ?? `status ${status}`}`, tail(talk));
    }
  }
  return { passed, problems };
}

function tail(text) {
  return text.trimEnd().split("\n").slice(-MOST_LINES);
}
