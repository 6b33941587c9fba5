/** `mapctl export` and `mapctl config export`: the rules of a configuration in another program's words. */
import { EXPORT_FORMATS } from "../../src/convert/formats.js";
import type { Writer } from "../../src/convert/write/export.js";
import type { Checked } from "../../src/map/types.js";
import { loadConfig, parseConfig } from "../config/load.js";
import type { Config } from "../config/types.js";
import { askDaemon } from "../control/client.js";
import { exportConfig } from "../convert/export.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  type CliOption,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";

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
  const names = config.domains.map(({ settings }) => settings.name);
  if (domain !== undefined && !names.includes(domain)) {
    const hint = didYouMean(domain, names);
    throw new MapdError("not-found", `no domain is named "${domain}"${hint}`);
  }
  const { text, diagnostics } = exportConfig(config, { write, domain });
  if (context.json) {
    writeJson(context, { schema: "mapd.export/1", format, text, diagnostics });
    return EXIT.done;
  }
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  context.stdout.write(text);
  return EXIT.done;
}

async function configOf(path: string | undefined, context: CliContext): Promise<Config> {
  const checked = path === undefined ? await runningConfig(context) : await loadConfig(path);
  if (checked.ok) return checked.value;
  const { diagnostics } = checked;
  throw new MapdError("invalid", "the configuration is not valid", { diagnostics });
}

/** What the daemon says is in force reads as a file (JSON is YAML). */
async function runningConfig(context: CliContext): Promise<Checked<Config>> {
  const document = await askDaemon(context.socketPath, "config");
  return parseConfig(JSON.stringify(Reflect.get(document, "configuration")));
}
