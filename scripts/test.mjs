// `npm test`: makes the checkout ready, then runs every check and every test. Nothing is skipped: what
// cannot run here fails and says why. `npm test -- STEP ...` runs some steps only, and
// `npm test -- --update-counts` writes the number of tests of each suite to test/expected-counts.json.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { followParent } from "./lib/follow-parent.mjs";
import { runSuite, SUITES } from "./lib/test-suites.mjs";
import { setup } from "./setup.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const COUNTS_NAME = "test/expected-counts.json";
const COUNTS_FILE = join(ROOT, COUNTS_NAME);
/** From the first step to the last; set-up on a bare machine comes before. Twice what two free cores take. */
const LIMIT_MS = 15 * 60_000;
const CHECK_LIMIT_MS = 180_000;

const TSC = "node_modules/typescript/bin/tsc";

/** Each takes one core; the longest come first. */
const CHECKS = [
  { name: "page-types", commands: [[TSC, "-p", "web/tsconfig.json"]] },
  { name: "types", commands: [[TSC, "-p", "tsconfig.json"]] },
  {
    name: "lint",
    commands: [["node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", "."]],
  },
  { name: "boundaries", commands: [["scripts/check-boundaries.mjs"]] },
  { name: "sizes", commands: [["scripts/check-sizes.mjs"]] },
  {
    name: "references",
    commands: [["scripts/check-references.mjs"], ["scripts/check-command-lines.mjs"]],
  },
  { name: "tables", commands: [["scripts/generate-tables.mjs", "--check"]] },
  { name: "docs", commands: [["scripts/generate-docs.mjs", "--check"]] },
  { name: "compliance", commands: [["scripts/check-compliance.mjs"]] },
].map((check) => ({ ...check, jobs: 1 }));

function say(text) {
  process.stdout.write(`${text}\n`);
}

/** One check, passed where all its commands succeed. */
async function runCheck({ commands }, deadline) {
  const problems = [];
  for (const command of commands) problems.push(...(await problemOf(command, deadline)));
  return { passed: problems.length === 0 ? 1 : 0, problems };
}

async function problemOf(command, deadline) {
  const options = {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
    timeout: Math.max(1000, Math.min(CHECK_LIMIT_MS, deadline - Date.now())),
  };
  try {
    await promisify(execFile)(process.execPath, command, options);
    return [];
  } catch ({ code, signal, stdout, stderr }) {
    const title = `${command[0]} ended with ${signal ?? `status ${code}`}`;
    return [{ title, lines: `${stdout}${stderr}`.trimEnd().split("\n").slice(-200) }];
  }
}

function expectedCounts() {
  try {
    return JSON.parse(readFileSync(COUNTS_FILE, "utf8"));
  } catch {
    return {};
  }
}

/** A test that vanishes is a failure: the number of tests of a suite is exact. */
function countProblem(name, passed, problems, expected) {
  const ran = passed + problems.length;
  if (problems.length > 0 || ran === expected[name]) return [];
  const title = `${ran} tests ran, ${COUNTS_NAME} says ${expected[name] ?? "nothing"}`;
  return [{ title: `${title} (npm test -- --update-counts writes it)`, lines: [] }];
}

function report(name, { passed, problems }, startedMs) {
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  const failed = problems.length > 0 ? `, ${problems.length} FAILED` : "";
  say(`${name.padEnd(12)} ${String(passed).padStart(5)} passed${failed}  (${seconds} s)`);
  for (const { title, lines } of problems) {
    say(`  FAILED ${title}`);
    for (const line of lines) say(`    ${line}`);
  }
}

async function runStep(step, deadline, expected) {
  if (step.commands !== undefined) return runCheck(step, deadline);
  const { passed, problems } = await runSuite(ROOT, step, deadline);
  return {
    passed,
    problems: [...problems, ...countProblem(step.name, passed, problems, expected)],
  };
}

/** With --update-counts the number of tests is taken as it is, from suites without failures. */
function keepCount(counts, name, result) {
  result.problems = result.problems.filter(({ title }) => !title.includes(COUNTS_NAME));
  if (result.problems.length === 0) counts[name] = result.passed;
}

/** Steps in their turn; neighbours that take one core each belong together. */
function groupsOf(steps) {
  const groups = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.jobs === 1 && last?.[0].jobs === 1) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

async function main(words) {
  const updateCounts = words.includes("--update-counts");
  const wanted = words.filter((word) => !word.startsWith("--"));
  const all = [...CHECKS, ...SUITES];
  const unknown = wanted.filter((word) => !all.some(({ name }) => name === word));
  if (unknown.length > 0)
    throw new Error(
      `no step named ${unknown.join(", ")}; steps: ${all.map(({ name }) => name).join(" ")}`,
    );
  await setup({ tests: true });
  const deadline = Date.now() + LIMIT_MS;
  const expected = expectedCounts();
  const counts = { ...expected };
  let passed = 0;
  let failed = 0;
  const runInTurn = async (waiting) => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const startedMs = Date.now();
      const result = await runStep(step, deadline, updateCounts ? {} : expected);
      if (updateCounts && step.commands === undefined) keepCount(counts, step.name, result);
      report(step.name, result, startedMs);
      passed += result.passed;
      failed += result.problems.length;
    }
  };
  const chosen = all.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  for (const group of groupsOf(chosen)) await Promise.all([runInTurn(group), runInTurn(group)]);
  if (updateCounts) writeFileSync(COUNTS_FILE, `${JSON.stringify(counts, null, 2)}\n`);
  return { passed, failed };
}

followParent();
let result = { passed: 0, failed: 1 };
try {
  result = await main(process.argv.slice(2));
} catch (error) {
  say(`FAILED ${error.message}`);
}
process.exitCode = result.failed === 0 ? 0 : 1;
say(`${result.passed} passed, ${result.failed} failed`);
