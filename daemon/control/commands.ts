/** The one table of what the control socket can be asked. */
import { z } from "zod";
import { countersDocument, statusDocument } from "../runtime/status.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "./command.js";
import { forwardCommands } from "./nat44/forwards.js";
import { portCommands } from "./nat44/ports.js";
import { sessionCommands } from "./nat44/sessions.js";
import { topCommand } from "./nat44/top.js";
import { showCommands } from "./show/commands.js";

const NOTHING = z.strictObject({});

export function controlCommands(
  daemon: ControlledDaemon,
  version: string,
): readonly ControlCommand[] {
  return [
    controlCommand("status", "Domains, addresses, readiness: mapd.status/1", NOTHING, () =>
      statusDocument(daemon, version),
    ),
    controlCommand(
      "counters",
      "Every counter and drop reason by domain: mapd.counters/1",
      NOTHING,
      () => countersDocument(daemon.domains),
    ),
    ...showCommands(daemon),
    ...forwardCommands(daemon),
    ...portCommands(daemon),
    ...sessionCommands(daemon),
    topCommand(daemon),
  ];
}
