/** Runs a command of mapctl against a control server that shows made-up numbers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { pino } from "pino";
import type { Test } from "tap";
import type { CliCommand, CliInput } from "../../../../daemon/cli/command.js";
import { controlCommands } from "../../../../daemon/control/commands.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import type { DaemonView } from "../../../../daemon/runtime/status.js";
import { counterIndex, dropIndex } from "../../../../src/counters.js";
import { SOURCE_PSID_MISMATCH } from "../../../../src/verdict.js";
import { controlled, controlledDaemon } from "../fake-nat44.js";
import { BR_T, CE_T, daemonOf, domainOf, viewOf } from "../samples.js";

function numbers(index: number): number {
  if (index === counterIndex("in_ipv4_packets")) return 2;
  if (index === counterIndex("in_ipv4_bytes")) return 3000;
  return index === dropIndex(SOURCE_PSID_MISMATCH, 6) ? 5 : 0;
}

/** A control server for a test; `more` overrides what the daemon shows of itself. */
export async function daemonFor(
  t: Test,
  more: Partial<DaemonView> = {},
): Promise<{ readonly socketPath: string }> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-cli-"));
  const domains = [viewOf(domainOf(BR_T)), viewOf(domainOf(CE_T), numbers)].map(controlled);
  const view = { ...daemonOf([], ["IPv4 forwarding is off"]), ...more };
  const daemon = controlledDaemon(view, domains);
  const commands = controlCommands(daemon, "1.2.3");
  const server = new ControlServer(join(folder, "s"), commands, pino({ level: "silent" }));
  await server.listen();
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return { socketPath: server.path };
}

type Options = CliInput["options"];

/** `given` is a whole input, or options alone. */
export async function runCommand(
  t: Test,
  command: CliCommand,
  given: CliInput | Options,
  json: boolean,
  more: Partial<DaemonView> = {},
): Promise<{ readonly status: number; readonly output: string }> {
  const { socketPath } = await daemonFor(t, more);
  const stdout = new PassThrough();
  const input = isInput(given) ? given : { arguments: [], options: given };
  const status = await command.run(input, {
    socketPath,
    json,
    terminal: false,
    color: false,
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
  });
  return { status, output: String(stdout.read() ?? "") };
}

function isInput(given: CliInput | Options): given is CliInput {
  return Array.isArray(given.arguments);
}
