/** `mapctl check FILE`: what `mapd --check FILE` does. */
import { checkFile } from "../config/check-file.js";
import { loadConfig } from "../config/load.js";
import { EXIT, errorDocument, MapdError } from "../errors.js";
import { type CliCommand, type CliContext, type CliInput, writeJson } from "./command.js";

export const checkCommand: CliCommand = {
  name: "check",
  summary: "Validate a configuration file",
  arguments: [{ name: "file", description: "configuration file", required: true }],
  options: [],
  schema: "mapd.check/1",
  examples: ["mapctl check /etc/mapd/mapd.yaml"],
  run: runCheck,
};

async function runCheck(input: CliInput, context: CliContext): Promise<number> {
  const [path = ""] = input.arguments;
  if (!context.json) return await checkFile(path, context.stderr);
  const checked = await loadConfig(path);
  if (!checked.ok) {
    const { diagnostics } = checked;
    writeJson(context, errorDocument(new MapdError("invalid", "not valid", { diagnostics })));
    return EXIT.invalid;
  }
  writeJson(context, {
    schema: "mapd.check/1",
    hash: checked.value.hash,
    diagnostics: checked.diagnostics,
  });
  return EXIT.done;
}
