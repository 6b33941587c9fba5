/** The commands that show what the daemon is configured to do and does. */
import { z } from "zod";
import { effectiveDocument } from "../../config/effective.js";
import { LOG_LEVELS } from "../../config/schema.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import type { ConfigDocumentAnswer, LogLevelDocument } from "./documents.js";
import { domainsCommand } from "./domains.js";
import { interfacesCommand } from "./interfaces.js";
import { rulesCommand } from "./rules.js";
import { statisticsCommand } from "./statistics.js";

const NOTHING = z.strictObject({});
const LEVEL = z.strictObject({ level: z.enum(LOG_LEVELS) });

export function showCommands(daemon: ControlledDaemon): readonly ControlCommand[] {
  return [
    domainsCommand(daemon),
    rulesCommand(daemon),
    interfacesCommand(daemon),
    statisticsCommand(daemon),
    controlCommand("config", "The configuration in force: mapd.config/1", NOTHING, () =>
      configDocument(daemon),
    ),
    controlCommand("log-level", "The level of the log: mapd.log-level/1", NOTHING, () =>
      logLevelDocument(daemon),
    ),
    {
      ...controlCommand(
        "log-level-set",
        "Change the level of the log until the next reload: mapd.log-level/1",
        LEVEL,
        ({ level }): LogLevelDocument => {
          const before = daemon.logLevel;
          daemon.setLogLevel(level);
          return { ...logLevelDocument(daemon), before };
        },
      ),
      changes: true,
    },
  ];
}

function configDocument({ config }: ControlledDaemon): ConfigDocumentAnswer {
  return {
    schema: "mapd.config/1",
    hash: config.hash,
    configuration: effectiveDocument(config),
  };
}

function logLevelDocument({ logLevel }: ControlledDaemon): LogLevelDocument {
  return { schema: "mapd.log-level/1", level: logLevel };
}
