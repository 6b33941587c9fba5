/**
 * Import this before anything else: the test file then runs again as a child inside a network namespace
 * of its own, which the kernel removes with the last process in it, however that ends.
 */
import { spawnSync } from "node:child_process";

const MARK = "MAPD_TEST_OWN_NAMESPACE";
const LIMIT_MS = 60_000;

if (process.env[MARK] !== "1") {
  // An ordinary user is root inside a user namespace, where the kernel allows those.
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  // A runner that gives up kills this process; the child then goes too.
  const bound = ["setpriv", "--pdeathsig", "KILL"];
  const child = spawnSync("unshare", [...user, "--net", ...bound, ...again], {
    stdio: "inherit",
    env: { ...process.env, [MARK]: "1" },
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  if (child.error !== undefined) {
    process.stderr.write(`cannot run the test in its own namespace: ${child.error.message}\n`);
  }
  process.exit(child.status ?? 1);
}
