/** `mapctl log-level`: how much the running mapd logs. */
import { LOG_LEVELS } from "../config/schema.js";
import { askDaemon } from "../control/client.js";
import type { LogLevelDocument } from "../control/show/documents.js";
import { EXIT } from "../errors.js";
import { type CliCommand, writeJson } from "./command.js";

export const logLevelCommand: CliCommand = {
  name: "log-level",
  summary: "Show or change the level of the log; a reload sets it to the configuration's again",
  arguments: [{ name: "level", description: "the new one", required: false, choices: LOG_LEVELS }],
  options: [],
  schema: "mapd.log-level/1",
  examples: ["mapctl log-level", "mapctl log-level debug"],
  async run(input, context) {
    const [level] = input.arguments;
    // The daemon made the document from this very type; a newer one only adds keys.
    const document = (await (level === undefined
      ? askDaemon(context.socketPath, "log-level")
      : askDaemon(context.socketPath, "log-level-set", { level }))) as LogLevelDocument;
    if (context.json) writeJson(context, document);
    else context.stdout.write(`${document.level}\n`);
    return EXIT.done;
  },
};
