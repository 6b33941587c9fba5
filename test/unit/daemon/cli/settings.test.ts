/** The configuration in force and the level of the log, as mapctl shows and changes them. */

import { PassThrough } from "node:stream";
import { test } from "tap";
import { configShowCommand } from "../../../../daemon/cli/config-show.js";
import { logLevelCommand } from "../../../../daemon/cli/log-level.js";
import { main } from "../../../../daemon/cli/program.js";
import { parseConfig } from "../../../../daemon/config/load.js";
import { BR_T, CE_T, configOf } from "../samples.js";
import { daemonFor, runCommand } from "./live-daemon.js";

test("config show prints a file that means the same", async (t) => {
  const { output } = await runCommand(t, configShowCommand, {}, false);
  const again = parseConfig(output);
  t.ok(again.ok);
  t.equal(again.ok && again.value.hash, configOf(BR_T, CE_T).hash);
  const { schema, hash, configuration } = JSON.parse(
    (await runCommand(t, configShowCommand, {}, true)).output,
  );
  t.same([schema, hash], ["mapd.config/1", "0123456789ab"]);
  t.match(configuration, { log: { level: "info" }, domains: [{ name: "br-t" }, { name: "ce-t" }] });
});

test("log-level shows the level, changes it, and tells what it was", async (t) => {
  const { socketPath } = await daemonFor(t);
  const run = async (...words: readonly string[]): Promise<string> => {
    const stdout = new PassThrough({ encoding: "utf8" });
    const stderr = new PassThrough({ encoding: "utf8" });
    const streams = { environment: {}, stdin: new PassThrough(), stdout, stderr };
    const status = await main(["log-level", "--socket", socketPath, ...words], streams);
    return `${status} ${stdout.read() ?? ""}${stderr.read() ?? ""}`;
  };
  t.equal(await run(), "0 info\n");
  t.equal(
    await run("debug", "--json"),
    '0 {"schema":"mapd.log-level/1","level":"debug","before":"info"}\n',
  );
  t.equal(await run("--json"), '0 {"schema":"mapd.log-level/1","level":"debug"}\n');
  t.match(await run("loud"), /^2 error: .*'loud' is invalid.*fatal, error, warn/);
  t.equal((await runCommand(t, logLevelCommand, {}, false)).output, "info\n");
});
