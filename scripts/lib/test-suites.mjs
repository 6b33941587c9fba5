// The suites of test/, and what each needs to run at all.
import { spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { runTapFile } from "./tap-file.mjs";

/** Neighbours with one job run two at a time, since there are two cores at least: the longest come first. */
export const SUITES = [
  { name: "unit", jobs: 2, fileLimitMs: 60_000, needs: [] },
  { name: "property", jobs: 2, fileLimitMs: 120_000, needs: [] },
  { name: "fuzz", jobs: 1, fileLimitMs: 120_000, needs: [] },
  { name: "bench", jobs: 1, fileLimitMs: 120_000, needs: ["tun", "namespaces"] },
  { name: "golden", jobs: 1, fileLimitMs: 120_000, needs: [] },
  { name: "package", jobs: 1, fileLimitMs: 180_000, needs: [] },
  { name: "native", jobs: 1, fileLimitMs: 90_000, needs: ["tun", "namespaces"] },
  {
    name: "netns",
    jobs: 2,
    // The one looks at the namespaces of the whole machine, whose numbers are used again; the other at every lost packet.
    alone: ["lab-kill.test.js", "soak.test.js"],
    fileLimitMs: 180_000,
    needs: ["tun", "namespaces"],
  },
  { name: "browser", jobs: 2, fileLimitMs: 120_000, needs: ["tun", "namespaces"] },
];

/** Of `npm run test:package` alone: it takes minutes, and loads from npm's registry and Debian's archive. */
export const INSTALL_SUITE = {
  name: "install",
  jobs: 1,
  fileLimitMs: 900_000,
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

/** Runs a suite's files, `jobs` at once, until `deadline` (ms). Returns the tests that passed and the problems. */
export async function runSuite(root, suite, deadline) {
  const unmet = suite.needs.map((need) => NEEDS[need]()).filter((reason) => reason !== null);
  if (unmet.length > 0)
    return { passed: 0, problems: unmet.map((title) => ({ title, lines: [] })) };
  const files = testFiles(join(root, "dist/test", suite.name));
  if (files.length === 0) return { passed: 0, problems: [{ title: "no test files", lines: [] }] };
  const logs = join(root, ".tap/mapd", suite.name);
  mkdirSync(logs, { recursive: true });
  const isAlone = (file) => (suite.alone ?? []).some((name) => file.endsWith(`/${name}`));
  const results = new Map();
  const work = async (waiting) => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const name = relative(join(root, "dist"), file);
      results.set(file, await runOne(file, name, logs, suite, deadline));
    }
  };
  await work(files.filter(isAlone));
  const together = files.filter((file) => !isAlone(file));
  await Promise.all(Array.from({ length: suite.jobs }, () => work(together)));
  const ordered = files.map((file) => results.get(file));
  return {
    passed: ordered.reduce((sum, { passed }) => sum + passed, 0),
    problems: ordered.flatMap(({ problems }) => problems),
  };
}

async function runOne(file, name, logs, suite, deadline) {
  const limitMs = Math.min(suite.fileLimitMs, deadline - Date.now());
  if (limitMs < 1000) {
    return { passed: 0, problems: [{ title: `${name}: no time left to run it`, lines: [] }] };
  }
  const { passed, problems, output } = await runTapFile(file, limitMs, {});
  writeFileSync(join(logs, `${name.replaceAll("/", "-")}.tap`), output);
  const named = problems.map(({ title, lines }) => ({ title: `${name}: ${title}`, lines }));
  return { passed, problems: named };
}
