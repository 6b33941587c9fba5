/** What mapd has for its clients. Packets do not wait for it: it is loaded when they pass, or when the first client asks. */
import type { HttpSettings } from "../config/types.js";
import type { ControlCommand } from "../control/command.js";
import { controlCommands } from "../control/commands.js";
import { operateCommands } from "../control/operate/commands.js";
import { traceCommands } from "../control/trace/commands.js";
import { createMetrics } from "../http/metrics.js";
import { PAGE_FOLDER, PageFiles } from "../http/page-files.js";
import { HttpServer } from "../http/server.js";
import type { Log } from "../log.js";
import type { Daemon } from "./daemon.js";
import type { Reloader } from "./reloader.js";

export function commandsFor(
  daemon: Daemon,
  reloader: Reloader,
  version: string,
): readonly ControlCommand[] {
  return [
    ...controlCommands(daemon, version),
    ...operateCommands(daemon, reloader),
    ...traceCommands(daemon),
  ];
}

export function httpServerFor(
  daemon: Daemon,
  atStart: HttpSettings,
  commands: readonly ControlCommand[],
  version: string,
  log: Log,
): HttpServer {
  const parts = {
    settings: () => daemon.config.http ?? atStart,
    metrics: createMetrics(daemon, version),
    reasons: () => daemon.reasons(),
    commands,
    page: PageFiles.read(PAGE_FOLDER),
  };
  return new HttpServer(parts, log, daemon.failures);
}
