/** Texts of other programs on the command line: where they come from, their format, and what they leave open. */
import { readFile, writeFile } from "node:fs/promises";
import { text as readAll } from "node:stream/consumers";
import type { ImportOptions } from "../../src/convert/assemble.js";
import { detectFormat, IMPORT_FORMATS, type ImportFormat } from "../../src/convert/detect.js";
import { formatIpv6Prefix } from "../../src/map/prefix.js";
import { formatIpv6 } from "../../src/wire/address.js";
import { MapdError } from "../errors.js";
import {
  type CliArgument,
  type CliContext,
  type CliInput,
  type CliOption,
  textOption,
} from "./command.js";
import { ipv6PrefixValue, ipv6Value } from "./values.js";

export const FOREIGN_NAMES: readonly string[] = IMPORT_FORMATS.map(({ name }) => name);
/** A configuration of ours, where a format is named. */
export const OWN_FORMAT = "mapd";

export const FILE_ARGUMENT: CliArgument = {
  name: "file",
  description: "file to read; - or none: standard input",
  required: false,
};

/** What the source may leave open. */
export const COMPLETING_OPTIONS: readonly CliOption[] = [
  { flags: "--role <role>", description: "role of the domains", choices: ["ce", "br"] },
  { flags: "--end-user-prefix <prefix>", description: "IPv6 prefix delegated to the CE" },
  { flags: "--dmr <prefix>", description: "MAP-T: the DMR prefix, where the source has none" },
  { flags: "--br <address>", description: "MAP-E: the BR's address, where the source has none" },
];

/** Texts that the configuration takes; what does not parse is a usage error. */
export function completingOptions(input: CliInput): ImportOptions {
  const prefixOf = (name: string, flag: string): string | undefined => {
    const text = textOption(input, name);
    return text === undefined ? undefined : formatIpv6Prefix(ipv6PrefixValue(text, flag));
  };
  const br = textOption(input, "br");
  const role = textOption(input, "role");
  return {
    role: role === "ce" || role === "br" ? role : undefined,
    endUserPrefix: prefixOf("endUserPrefix", "--end-user-prefix"),
    dmr: prefixOf("dmr", "--dmr"),
    brAddress: br === undefined ? undefined : formatIpv6(ipv6Value(br)),
  };
}

export async function sourceText(input: CliInput, context: CliContext): Promise<string> {
  const path = input.arguments[0] ?? "-";
  if (path === "-") return await readAll(context.stdin);
  return await readFile(path, "utf8").catch((cause: Error) => {
    throw new MapdError("not-found", `cannot read ${path}: ${cause.message}`, { cause });
  });
}

export function foreignFormat(text: string, name: string | undefined): ImportFormat {
  const named = IMPORT_FORMATS.find((format) => format.name === name);
  const format = named ?? detectFormat(text);
  if (format !== null) return format;
  const message = `this is in none of the formats that mapctl knows: ${FOREIGN_NAMES.join(", ")}; name one with --from`;
  throw new MapdError("invalid", message);
}

const OWN_KEYS = "rules|domains|control-socket|http|log|state-file|announce";
const OWN_YAML = new RegExp(`^(?:${OWN_KEYS}):`, "m");
const OWN_JSON = new RegExp(`^\\s*\\{\\s*"(?:${OWN_KEYS})"\\s*:`);

/** True for a configuration of ours, be it sound or not. */
export function isConfiguration(text: string): boolean {
  return OWN_YAML.test(text) || (OWN_JSON.test(text) && detectFormat(text) === null);
}

/** Never over a file that is there: it may be the configuration in use. */
export async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === "EEXIST" ? "it exists; remove it, or name another" : cause.message;
    throw new MapdError("refused", `cannot write ${path}: ${reason}`, { cause });
  });
}
