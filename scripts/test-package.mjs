// `npm run test:package`: builds the packages, installs them where nothing is, and removes them again. Takes
// minutes, needs root, and loads from npm's registry and Debian's archive; so it is no part of `npm test`.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { installMissingPackages } from "./lib/debian.mjs";
import { followParent } from "./lib/follow-parent.mjs";
import { INSTALL_SUITE, runSuite } from "./lib/test-suites.mjs";
import { buildProduct } from "./setup.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const LIMIT_MS = 30 * 60_000;

const PROGRAMS = [
  { program: "debootstrap", package: "debootstrap", why: "a root to install into" },
  { program: "lintian", package: "lintian", why: "Debian's own checks" },
  { program: "dpkg-shlibdeps", package: "dpkg-dev", why: "the Debian package" },
  {
    program: "aarch64-linux-gnu-g++",
    package: "g++-aarch64-linux-gnu",
    why: "the addon for arm64",
  },
  { program: "qemu-aarch64-static", package: "qemu-user-static", why: "running it" },
  { program: "systemd-analyze", package: "systemd", why: "checking the units" },
];

function say(text) {
  process.stderr.write(`test-package: ${text}\n`);
}

followParent();
try {
  installMissingPackages(say, PROGRAMS);
  await buildProduct();
  const { passed, problems } = await runSuite(ROOT, INSTALL_SUITE, Date.now() + LIMIT_MS);
  for (const { title, lines } of problems) {
    process.stdout.write(`FAILED ${[title, ...lines].join("\n  ")}\n`);
  }
  process.stdout.write(`${passed} passed, ${problems.length} failed\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
