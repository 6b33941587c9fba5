/** `mapctl export` and `mapctl config export`: the rules of a configuration in another program's words. */
import { EXPORT_FORMATS } from "../../src/convert/formats.js";
import type { Writer } from "../../src/convert/write/export.js";
import { exportConfig } from "../convert/export.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  type CliOption,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";
import { configOf, domainNamed } from "./config-argument.js";

const NAMES = Object.keys(EXPORT_FORMATS);
const YANG = "rfc8676";

const OPTIONS: readonly CliOption[] = [
  { flags: "--format <format>", description: "whose words", choices: NAMES },
  { flags: "--config <file>", description: "configuration; without it the running daemon's" },
  { flags: "--domain <name>", description: "this domain alone" },
];

export const exportCommand: CliCommand = {
  name: "export",
  summary: "Write rules and domains in another MAP program's words",
  arguments: [],
  options: OPTIONS,
  schema: "mapd.export/1",
  examples: ["mapctl export --format vpp --config /etc/mapd/mapd.yaml"],
  run: runExport,
};

export const configExportCommand: CliCommand = {
  ...exportCommand,
  name: "config export",
  summary: "Write the configuration in another MAP program's words",
  options: [...OPTIONS, { flags: "--yang", description: "RFC 8676 as JSON: --format rfc8676" }],
  examples: ["mapctl config export --yang"],
};

async function runExport(input: CliInput, context: CliContext): Promise<number> {
  const format = textOption(input, "format") ?? (isGiven(input, "yang") ? YANG : undefined);
  const write: Writer | undefined = EXPORT_FORMATS[format ?? ""];
  if (format === undefined || write === undefined) {
    throw new MapdError("usage", `name a format: --format ${NAMES.join(", ")}`);
  }
  const config = await configOf(textOption(input, "config"), context);
  const domain = textOption(input, "domain");
  if (domain !== undefined) domainNamed(config, domain);
  const { text, ok, diagnostics } = exportConfig(config, { write, domain });
  if (!ok) throw new MapdError("invalid", `nothing can be written as ${format}`, { diagnostics });
  if (context.json) {
    writeJson(context, { schema: "mapd.export/1", format, text, diagnostics });
    return EXIT.done;
  }
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  context.stdout.write(text);
  return EXIT.done;
}
