/** `mapctl config show`: the configuration in force, with every default. */
import { stringify } from "yaml";
import { askDaemon } from "../control/client.js";
import type { ConfigDocumentAnswer } from "../control/show/documents.js";
import { EXIT } from "../errors.js";
import { type CliCommand, writeJson } from "./command.js";

export const configShowCommand: CliCommand = {
  name: "config show",
  summary: "Show the configuration in force, with every default; mapd takes it as a file again",
  arguments: [],
  options: [],
  schema: "mapd.config/1",
  examples: ["mapctl config show > mapd.yaml", "mapctl config show --json | jq .hash"],
  async run(_input, context) {
    // The daemon made the document from this very type; a newer one only adds keys.
    const document = (await askDaemon(context.socketPath, "config")) as ConfigDocumentAnswer;
    if (context.json) writeJson(context, document);
    else context.stdout.write(stringify(document.configuration));
    return EXIT.done;
  },
};
