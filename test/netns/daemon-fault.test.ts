/* A fault of the daemon's own main thread that nothing catches: told in the log, and an end in order all the same. */
import "./sandboxed.js";
import { existsSync } from "node:fs";
import { type Test, test } from "tap";
import {
  BR_T,
  ConfigFile,
  DaemonProcess,
  deviceExists,
  ip,
  ipLines,
  mapdCommand,
  prepareHost,
} from "./daemon-under-test.js";
import { type Failing, failingEnvironment } from "./failing-daemon.js";

/** Of its own accord nothing of an attached device goes with mapd. */
const ATTACHED = `${BR_T.replace("name: mapt0", "name: mapt0, attach: true")}    announce: {}\n`;

prepareHost();

interface Broken {
  readonly daemon: DaemonProcess;
  readonly file: ConfigFile;
  /** What was logged at level fatal. */
  readonly fatal: readonly { readonly err: { readonly stack: string } }[];
}

function installed(): string[] {
  return ["-4", "-6"].flatMap((family) => ipLines(`${family} route show table all proto 200`));
}

async function broken(t: Test, how: Failing): Promise<Broken> {
  ip("tuntap add dev mapt0 mode tun");
  t.teardown(() => ip("link del mapt0"));
  const file = new ConfigFile(t);
  file.write([ATTACHED], 9464);
  const daemon = new DaemonProcess(t, mapdCommand(file), failingEnvironment(how));
  await daemon.logged('"mapd runs"');
  t.equal(installed().length, 4, "routes and marker routes");
  daemon.kill("SIGUSR2");
  t.same(await daemon.ended, { status: 1, signal: null });
  const lines = daemon.log.trim().split("\n");
  const fatal = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 60);
  return { daemon, file, fatal };
}

for (const how of ["throw", "reject"] as const) {
  test(`${how}: one line with the stack, routes gone, status 1`, async (t) => {
    const { daemon, file, fatal } = await broken(t, how);
    t.match(fatal, [
      {
        err: { type: "Error", message: "made by the test", stack: /failNow.*failing-daemon/s },
        msg: "a fault of mapd itself that nothing has caught: mapd ends",
      },
    ]);
    t.equal(fatal.length, 1);
    t.match(daemon.log.trim().split("\n").at(-1), '"mapd stopped, devices and routes are gone"');
    t.same(installed(), []);
    t.notOk(existsSync(file.socket));
    t.ok(deviceExists("mapt0"), "which is somebody else's");
  });
}

test("a second fault while it ends: both are told, and that is the end", async (t) => {
  const { daemon, fatal } = await broken(t, "again");
  t.equal(fatal.length, 2);
  t.notMatch(daemon.log, '"mapd stopped');
});
