// The suites of test/, and what each needs to run at all.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { runTapFiles } from "./tap-file.mjs";

/**
 * `limitMs`: of a process. `alone`: files that nothing runs beside; `waiting`: files that mostly wait, two at a time
 * beside the others. Neighbours with one job run two at a time, since there are two cores at least: the longest come first.
 */
export const SUITES = [
  // A process for each of two hundred files would take a third of the time to load the same again.
  { name: "unit", jobs: 2, byFolder: true, limitMs: 120_000, needs: [] },
  { name: "property", jobs: 2, limitMs: 120_000, needs: [] },
  { name: "fuzz", jobs: 1, limitMs: 120_000, needs: [] },
  { name: "bench", jobs: 1, limitMs: 120_000, needs: ["tun", "namespaces"] },
  { name: "golden", jobs: 1, limitMs: 120_000, needs: [] },
  { name: "package", jobs: 1, limitMs: 180_000, needs: [] },
  { name: "native", jobs: 1, limitMs: 90_000, needs: ["tun", "namespaces"] },
  {
    name: "netns",
    jobs: 2,
    // It looks at every lost packet.
    alone: ["soak.test.js"],
    waiting: [
      "every-drop-late.test.js",
      "lab-round.test.js",
      "doctor-map-e.test.js",
      "doctor-map-t.test.js",
      "lab-kill.test.js",
      "daemon-drain.test.js",
      "path-size.test.js",
      "nat44-stun.test.js",
      "prometheus.test.js",
      "path-mesh.test.js",
      "daemon-service.test.js",
      "daemon-short.test.js",
      "path-fragments.test.js",
      "pcp-nat-pmp.test.js",
      "pcp.test.js",
    ],
    limitMs: 180_000,
    needs: ["tun", "namespaces"],
  },
  { name: "browser", jobs: 2, limitMs: 120_000, needs: ["tun", "namespaces"] },
];

/** Files that mostly wait take no core, but not nothing either. */
const WAITING_JOBS = 2;

/** Of `npm run test:package` alone: it takes minutes, and loads from npm's registry and Debian's archive. */
export const INSTALL_SUITE = {
  name: "install",
  jobs: 1,
  limitMs: 900_000,
  needs: ["tun", "namespaces"],
};

const NEEDS = {
  tun() {
    try {
      accessSync("/dev/net/tun", constants.R_OK | constants.W_OK);
      return null;
    } catch (error) {
      return `/dev/net/tun cannot be opened (${error.code}); load the tun module, or give the container the device`;
    }
  },
  namespaces() {
    const user = process.getuid() === 0 ? [] : ["--map-root-user"];
    const { status, stderr, error } = spawnSync("unshare", [...user, "--net", "true"], {
      encoding: "utf8",
    });
    if (status === 0) return null;
    const reason = error?.message ?? stderr.trim();
    return `network namespaces cannot be made (${reason}); run as root, or allow user namespaces`;
  },
};

function testFiles(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".test.js"))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      .sort();
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

/** Runs a suite's files, `jobs` at once and those that wait beside, until `deadline` (ms). Returns the tests that passed and the problems. */
export async function runSuite(root, suite, deadline) {
  const unmet = suite.needs.map((need) => NEEDS[need]()).filter((reason) => reason !== null);
  if (unmet.length > 0)
    return { passed: 0, problems: unmet.map((title) => ({ title, lines: [] })) };
  const files = testFiles(join(root, "dist/test", suite.name));
  if (files.length === 0) return { passed: 0, problems: [{ title: "no test files", lines: [] }] };
  mkdirSync(join(root, ".tap/mapd", suite.name), { recursive: true });
  const { alone = [], waiting = [] } = suite;
  const apart = [...alone, ...waiting];
  const unknown = apart.filter((name) => !files.some((file) => basename(file) === name));
  if (unknown.length > 0)
    return { passed: 0, problems: [{ title: `no files ${unknown.join(", ")}`, lines: [] }] };
  const batchesOf = (names) => names.map((name) => files.filter((file) => basename(file) === name));
  const others = files.filter((file) => !apart.includes(basename(file)));
  const busy = suite.byFolder === true ? byFolder(others) : others.map((file) => [file]);
  const results = [];
  const work = async (left) => {
    for (let batch = left.shift(); batch !== undefined; batch = left.shift()) {
      results.push(await runBatch(root, batch, suite, deadline));
    }
  };
  const inLanes = (count, batches) => Array.from({ length: count }, () => work(batches));
  await work(batchesOf(alone));
  await Promise.all([...inLanes(suite.jobs, busy), ...inLanes(WAITING_JOBS, batchesOf(waiting))]);
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    problems: results.flatMap(({ problems }) => problems),
  };
}

/** Files of one folder belong together; the most come first. */
function byFolder(files) {
  const folders = new Map(files.map((file) => [dirname(file), []]));
  for (const file of files) folders.get(dirname(file)).push(file);
  return [...folders.values()].sort((one, other) => other.length - one.length);
}

async function runBatch(root, batch, suite, deadline) {
  const nameOf = (path) => relative(join(root, "dist"), path);
  const limitMs = Math.min(suite.limitMs, deadline - Date.now());
  if (limitMs < 1000) {
    const late = batch.map((path) => `${nameOf(path)}: no time left to run it`);
    return { passed: 0, problems: late.map((title) => ({ title, lines: [] })) };
  }
  const { passed, problems, output } = await runTapFiles(batch, limitMs);
  const log = nameOf(suite.byFolder === true ? dirname(batch[0]) : batch[0]).replaceAll("/", "-");
  writeFileSync(join(root, ".tap/mapd", suite.name, `${log}.tap`), output);
  const named = problems.map(({ path, title, lines }) => ({
    title: `${nameOf(path)}: ${title}`,
    lines,
  }));
  return { passed, problems: named };
}
