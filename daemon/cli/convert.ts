/** `mapctl convert`: rules and domains from any format that mapctl reads into any that it writes. */
import { convertText } from "../../src/convert/convert.js";
import { EXPORT_FORMATS } from "../../src/convert/formats.js";
import type { Diagnostic } from "../../src/map/types.js";
import { parseConfig } from "../config/load.js";
import { exportConfig } from "../convert/export.js";
import { importText } from "../convert/import.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
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
  isConfiguration,
  OWN_FORMAT,
  sourceText,
  writeNew,
} from "./foreign-text.js";

const TARGETS: readonly string[] = [OWN_FORMAT, ...Object.keys(EXPORT_FORMATS)];

export const convertCommand: CliCommand = {
  name: "convert",
  summary: "Turn rules and domains from one program's words into another's",
  arguments: [FILE_ARGUMENT],
  options: [
    { flags: "--to <format>", description: "whose words; mapd: a configuration", choices: TARGETS },
    {
      flags: "--from <format>",
      description: "the source's format, where it is not recognised",
      choices: [OWN_FORMAT, ...FOREIGN_NAMES],
    },
    { flags: "-o, --output <file>", description: "file to write, which must not exist yet" },
    ...COMPLETING_OPTIONS,
  ],
  schema: "mapd.convert/1",
  examples: [
    "mapctl convert running-config.txt --to uci --end-user-prefix 2001:db8:12:3400::/56",
    "mapctl convert mapd.yaml --to csv",
  ],
  run: runConvert,
};

interface Converted {
  readonly from: string;
  readonly text: string;
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

async function runConvert(input: CliInput, context: CliContext): Promise<number> {
  const to = textOption(input, "to");
  if (to === undefined) throw new MapdError("usage", `name a format: --to ${TARGETS.join(", ")}`);
  const options = completingOptions(input);
  const text = await sourceText(input, context);
  const named = textOption(input, "from");
  const isOwn = named === undefined ? isConfiguration(text) : named === OWN_FORMAT;
  const converted = isOwn ? fromConfiguration(text, to) : fromForeign(text, named, to, options);
  const { ok, diagnostics } = converted;
  if (!ok) throw new MapdError("invalid", "the source cannot be converted", { diagnostics });
  const output = textOption(input, "output");
  if (output !== undefined) await writeNew(output, converted.text);
  if (context.json) {
    const { from } = converted;
    writeJson(context, { schema: "mapd.convert/1", from, to, text: converted.text, diagnostics });
    return EXIT.done;
  }
  for (const diagnostic of diagnostics) context.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
  if (output === undefined) context.stdout.write(converted.text);
  return EXIT.done;
}

function fromConfiguration(text: string, to: string): Converted {
  const from = OWN_FORMAT;
  const checked = parseConfig(text);
  const write = EXPORT_FORMATS[to];
  if (!checked.ok) return { from, text: "", ok: false, diagnostics: checked.diagnostics };
  if (write === undefined) return { from, text, ok: true, diagnostics: checked.diagnostics };
  const exported = exportConfig(checked.value, { write, domain: undefined });
  const diagnostics = [...checked.diagnostics, ...exported.diagnostics];
  return { from, text: exported.text, ok: exported.ok, diagnostics };
}

function fromForeign(
  text: string,
  named: string | undefined,
  to: string,
  options: ReturnType<typeof completingOptions>,
): Converted {
  const format = foreignFormat(text, named);
  const from = format.name;
  if (to !== OWN_FORMAT) return { from, ...convertText(text, format, to, options) };
  const { configuration, valid, diagnostics } = importText(text, format, options);
  return { from, text: configuration, ok: valid, diagnostics };
}
