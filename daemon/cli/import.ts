/** `mapctl import`: the configuration of another MAP program as one of ours, and what could not be taken over. */
import type { ImportFormat } from "../../src/convert/detect.js";
import { type ImportResult, importText } from "../convert/import.js";
import { EXIT, formatDiagnostic } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import {
  COMPLETING_OPTIONS,
  completingOptions,
  FILE_ARGUMENT,
  FOREIGN_NAMES,
  foreignFormat,
  sourceText,
  writeNew,
} from "./foreign-text.js";

export const importCommand: CliCommand = {
  name: "import",
  summary: "Turn another MAP program's configuration into one for mapd",
  arguments: [FILE_ARGUMENT],
  options: [
    {
      flags: "--from <format>",
      description: "its format, where it is not recognised",
      choices: FOREIGN_NAMES,
    },
    { flags: "-o, --output <file>", description: "file to write, which must not exist yet" },
    ...COMPLETING_OPTIONS,
  ],
  schema: "mapd.import/1",
  examples: [
    "mapctl import /etc/config/network --end-user-prefix 2001:db8:12:3400::/56 -o mapd.yaml",
    "mapctl import --from asternos running-config.txt --json",
  ],
  run: runImport,
};

async function runImport(input: CliInput, context: CliContext): Promise<number> {
  const options = completingOptions(input);
  const text = await sourceText(input, context);
  const format = foreignFormat(text, textOption(input, "from"));
  const result = importText(text, format, options);
  await report(format, result, textOption(input, "output"), context);
  return result.valid ? EXIT.done : EXIT.invalid;
}

async function report(
  format: ImportFormat,
  { configuration, valid, diagnostics }: ImportResult,
  output: string | undefined,
  context: CliContext,
): Promise<void> {
  if (output !== undefined) await writeNew(output, configuration);
  if (context.json) {
    writeJson(context, {
      schema: "mapd.import/1",
      format: format.name,
      valid,
      configuration,
      diagnostics,
    });
    return;
  }
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  if (output === undefined) context.stdout.write(configuration);
  if (!valid) context.stderr.write("the configuration is a draft: mapd refuses it as it is\n");
}
