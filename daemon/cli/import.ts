/** `mapctl import`: the configuration of another MAP program as one of ours, and what could not be taken over. */
import { readFile, writeFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { ImportOptions } from "../../src/convert/assemble.js";
import { detectFormat, IMPORT_FORMATS, type ImportFormat } from "../../src/convert/detect.js";
import type { Role } from "../../src/convert/model.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { type ImportResult, importText } from "../convert/import.js";
import { EXIT, formatDiagnostic, MapdError } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import { ipv6PrefixValue, ipv6Value } from "./values.js";

const NAMES = IMPORT_FORMATS.map(({ name }) => name);

export const importCommand: CliCommand = {
  name: "import",
  summary: "Turn another MAP program's configuration into one for mapd",
  arguments: [
    { name: "file", description: "file to read; - or none: standard input", required: false },
  ],
  options: [
    {
      flags: "--from <format>",
      description: "its format, where it is not recognised",
      choices: NAMES,
    },
    { flags: "-o, --output <file>", description: "file to write, which must not exist yet" },
    { flags: "--role <role>", description: "role of the domains", choices: ["ce", "br"] },
    { flags: "--end-user-prefix <prefix>", description: "IPv6 prefix delegated to the CE" },
    { flags: "--dmr <prefix>", description: "MAP-T: the DMR prefix, where the source has none" },
    { flags: "--br <address>", description: "MAP-E: the BR's address, where the source has none" },
  ],
  schema: "mapd.import/1",
  examples: [
    "mapctl import /etc/config/network --end-user-prefix 2001:db8:12:3400::/56 -o mapd.yaml",
    "mapctl import --from asternos running-config.txt --json",
  ],
  run: runImport,
};

async function runImport(input: CliInput, context: CliContext): Promise<number> {
  const options = optionsOf(input);
  const text = await sourceText(input.arguments[0] ?? "-", context);
  const format = formatOf(text, textOption(input, "from"));
  const result = importText(text, format, options);
  await report(format, result, textOption(input, "output"), context);
  return result.valid ? EXIT.done : EXIT.invalid;
}

/** Texts that the configuration takes; what does not parse is a usage error. */
function optionsOf(input: CliInput): ImportOptions {
  const prefixOf = (name: string, flag: string): string | undefined => {
    const text = textOption(input, name);
    return text === undefined ? undefined : formatIpv6Prefix(ipv6PrefixValue(text, flag));
  };
  const br = textOption(input, "br");
  return {
    role: textOption(input, "role") as Role | undefined,
    endUserPrefix: prefixOf("endUserPrefix", "--end-user-prefix"),
    dmr: prefixOf("dmr", "--dmr"),
    brAddress: br === undefined ? undefined : formatIpv6(ipv6Value(br)),
  };
}

async function sourceText(path: string, context: CliContext): Promise<string> {
  if (path === "-") return await readAll(context.stdin);
  return await readFile(path, "utf8").catch((cause: Error) => {
    throw new MapdError("not-found", `cannot read ${path}: ${cause.message}`, { cause });
  });
}

function formatOf(text: string, name: string | undefined): ImportFormat {
  const named = IMPORT_FORMATS.find((format) => format.name === name);
  const format = named ?? detectFormat(text);
  if (format !== null) return format;
  const message = `this is in none of the formats that mapctl knows: ${NAMES.join(", ")}; name one with --from`;
  throw new MapdError("invalid", message);
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

/** Never over a file that is there: it may be the configuration in use. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === "EEXIST" ? "it exists; remove it, or name another" : cause.message;
    throw new MapdError("refused", `cannot write ${path}: ${reason}`, { cause });
  });
}
