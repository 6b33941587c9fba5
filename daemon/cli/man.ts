/** The man pages mapctl(8), mapd(8) and mapd.yaml(5), made from the tables of commands, options and keys. */
import { configurationKeys, type KeyRow } from "../config/reference.js";
import { EXIT, STATUSES } from "../errors.js";
import {
  MAPD_EXAMPLES,
  MAPD_OPTIONS,
  MAPD_SIGNALS,
  MAPD_STATUSES,
  MAPD_SUMMARY,
} from "../mapd-reference.js";
import type { CliCommand } from "./command.js";
import { COMMANDS } from "./commands.js";
import { DEFAULT_SOCKET, GLOBAL_OPTIONS } from "./global-options.js";
import { optionUsage, usage } from "./reference.js";
import {
  bold,
  entry,
  example,
  heading,
  pageHead,
  paragraph,
  roffProse,
  roffText,
  subheading,
} from "./roff.js";

const EXAMPLE_CONFIGURATION = [
  "rules:",
  "  metro:",
  "    rule-ipv6-prefix: 2001:db8::/40",
  "    rule-ipv4-prefix: 192.0.2.0/24",
  "    ea-len: 16",
  "domains:",
  "  - name: metro-br",
  "    mode: map-t",
  "    role: br",
  "    tun: { name: mapt0 }",
  "    rules: [metro]",
  "    dmr-ipv6-prefix: 2001:db8:ffff::/64",
];

export function mapctlPage(): string {
  return [
    pageHead("MAPCTL", 8, "daemon/cli/commands.ts"),
    heading("NAME"),
    "mapctl \\- show, explain and drive mapd, the MAP\\-T and MAP\\-E translator\n",
    heading("SYNOPSIS"),
    `${bold("mapctl")} [OPTION]... COMMAND [ARGUMENT]...\n`,
    heading("DESCRIPTION"),
    roffProse(
      "Asks a running `mapd` through its control socket, or calculates without one. With `--json` a command prints one document on standard output, on one line, with a `schema` and keys in camelCase; a failure is a document, too: `mapd.error/1`. Talk goes to standard error.",
    ),
    "\n",
    heading("OPTIONS"),
    ...GLOBAL_OPTIONS.map(({ flags, description, choices }) =>
      parameter(optionUsage(flags), description, choices),
    ),
    heading("COMMANDS"),
    ...COMMANDS.map(commandText),
    statuses(Object.keys(EXIT) as (keyof typeof EXIT)[]),
    heading("ENVIRONMENT"),
    entry(bold("MAPD_SOCKET"), "The control socket, where \\-\\-socket does not say."),
    entry(bold("NO_COLOR"), "Not empty: no colour, unless \\-\\-color says always."),
    heading("FILES"),
    entry(bold(DEFAULT_SOCKET), "The control socket, where nothing else says."),
    seeAlso("mapd(8)", "mapd.yaml(5)"),
  ].join("");
}

function commandText(command: CliCommand): string {
  return [
    subheading(usage(command)),
    `${roffProse(command.summary)}.\nDocument: ${roffText(command.schema)}.\n`,
    ...command.arguments.map(({ name, description, choices }) =>
      parameter(name.toUpperCase(), description, choices),
    ),
    ...command.options.map(({ flags, description, choices }) =>
      parameter(optionUsage(flags), description, choices),
    ),
    example(command.examples),
  ].join("");
}

function parameter(term: string, text: string, choices: readonly string[] | undefined): string {
  const values = choices === undefined ? "" : `: ${choices.map(bold).join(", ")}`;
  return entry(bold(term), `${roffProse(text)}${values}`);
}

export function mapdPage(): string {
  return [
    pageHead("MAPD", 8, "daemon/mapd-reference.ts"),
    heading("NAME"),
    `mapd \\- ${roffText(MAPD_SUMMARY)}\n`,
    heading("SYNOPSIS"),
    MAPD_OPTIONS.map(({ flags }) => `${bold("mapd")} ${roffText(optionUsage(flags))}\n`).join(
      ".br\n",
    ),
    heading("DESCRIPTION"),
    roffProse(
      "Serves the MAP domains of its configuration: one TUN device a domain, which carries both families; routes lead into it, and one worker thread a queue translates (RFC 7599) or encapsulates (RFC 7597). What it adds to the host it removes; it changes no sysctl and no firewall rule, but says what is missing. The log goes to standard error.",
    ),
    "\n",
    heading("OPTIONS"),
    ...MAPD_OPTIONS.map(({ flags, description }) =>
      parameter(optionUsage(flags), description, undefined),
    ),
    parameter("--version", "print the version", undefined),
    parameter("--help", "print what stands here, in short", undefined),
    heading("SIGNALS"),
    ...MAPD_SIGNALS.map(({ names, meaning }) => entry(bold(names), roffText(meaning))),
    statuses(MAPD_STATUSES),
    heading("EXAMPLES"),
    example(MAPD_EXAMPLES),
    seeAlso("mapctl(8)", "mapd.yaml(5)"),
  ].join("");
}

export function mapdYamlPage(): string {
  return [
    pageHead("MAPD.YAML", 5, "daemon/config/schema.ts"),
    heading("NAME"),
    "mapd.yaml \\- configuration of mapd\n",
    heading("DESCRIPTION"),
    roffProse(
      'YAML; JSON is YAML. `mapd --check FILE` reports everything that is wrong with a file, all at once. Unknown keys are refused. SIGHUP reads the file again; a reload that changes a key marked "needs a restart" is refused as a whole.',
    ),
    "\n",
    heading("KEYS"),
    ...configurationKeys().map(keyText),
    heading("EXAMPLES"),
    paragraph("A border relay of MAP\\-T:"),
    example(EXAMPLE_CONFIGURATION),
    seeAlso("mapd(8)", "mapctl(8)"),
  ].join("");
}

function keyText({ path, type, defaultText, needsRestart, description }: KeyRow): string {
  const facts = [
    roffProse(type),
    ...(defaultText === ""
      ? []
      : [defaultText === "required" ? "required" : `default ${roffProse(defaultText)}`]),
    ...(needsRestart ? ["needs a restart"] : []),
  ];
  return entry(bold(path), `${roffProse(description)}\n.br\n${facts.join("; ")}.`);
}

function statuses(names: readonly (keyof typeof EXIT)[]): string {
  const rows = names.map((name) => entry(bold(String(EXIT[name])), roffText(STATUSES[name])));
  return heading("EXIT STATUS") + rows.join("");
}

function seeAlso(...pages: readonly string[]): string {
  return `${heading("SEE ALSO")}${pages.map((page) => bold(page)).join(", ")}\n`;
}
