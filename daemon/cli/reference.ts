/** docs/commands.md, made from the table of commands alone. */
import { EXIT, STATUSES } from "../errors.js";
import type { CliCommand } from "./command.js";
import { COMMANDS } from "./commands.js";

const HEADING = `# Commands of mapctl

<!-- Made by scripts/generate-docs.mjs from daemon/cli/commands.ts; edit the commands. -->

\`mapctl\` finds the daemon by \`--socket PATH\`, else by the environment's \`MAPD_SOCKET\`, else at \`/run/mapd/mapd.sock\`.
\`--color auto|always|never\` says when text has colours; auto is on a terminal unless NO_COLOR is set.
With \`--json\` a command prints one document on standard output, on one line, with a \`schema\` and keys in camelCase;
a failure is a document, too: \`mapd.error/1\` with \`diagnostics\`, each with \`code\`, \`path\`, \`message\` and \`rfc\`.
Talk goes to standard error. \`mapctl COMMAND --help\` says what stands here.

`;

const CONTROL_SOCKET = `## The control socket

What needs the running daemon goes through a Unix stream socket, for its owner and group: one JSON object a line in,
one a line out, in order. \`{"command":"top","arguments":{"by":"sessions"}}\` gives \`{"ok":true,"result":DOCUMENT}\`, or
\`{"ok":false,"error":{"code":...,"message":...,"diagnostics":[...]}}\`. Commands have the names above with a hyphen for the
space; \`arguments\` may be left out where there are none. An unknown key or a value that does not fit is refused with the code
\`usage\`. All sessions, however many, are read with \`sessions-page\`, from \`cursor\` 0 on until \`next\` is null.
`;

/** One section a command. */
export function commandsPage(): string {
  return [HEADING, statusTable(), ...COMMANDS.map(section), CONTROL_SOCKET].join("");
}

function statusTable(): string {
  const names = Object.keys(EXIT) as (keyof typeof EXIT)[];
  const rows = names.map((name) => `| ${EXIT[name]} | ${STATUSES[name]} |\n`);
  return `| Exit status | Meaning |\n|---|---|\n${rows.join("")}\n`;
}

function section(command: CliCommand): string {
  const parts = [
    `## mapctl ${command.name}`,
    `${command.summary}. Document: \`${command.schema}\`.`,
    `\`\`\`\n${usage(command)}\n\`\`\``,
    parameterTable(command),
    command.examples.map((line) => `    ${line}`).join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n\n`;
}

export function usage({ name, arguments: given, options }: CliCommand): string {
  const words = given.map(({ name: word, required, variadic }) => {
    const text = `${word.toUpperCase()}${variadic === true ? "..." : ""}`;
    return required ? text : `[${text}]`;
  });
  return ["mapctl", name, ...words, ...options.map(({ flags }) => `[${optionUsage(flags)}]`)].join(
    " ",
  );
}

/** `--limit <n>` as `--limit N`, `--watch [seconds]` as `--watch [SECONDS]`. */
export function optionUsage(flags: string): string {
  return flags
    .replace(/<([^>]*)>/, (_, value: string) => value.toUpperCase())
    .replace(/\[([^\]]*)\]/, (whole) => whole.toUpperCase());
}

function parameterTable({ arguments: given, options }: CliCommand): string {
  const rows = [
    ...given.map((row) => ({ ...row, text: row.name.toUpperCase() })),
    ...options.map((row) => ({ ...row, text: optionUsage(row.flags) })),
  ];
  if (rows.length === 0) return "";
  const lines = rows.map(({ text, description, choices }) => {
    const values =
      choices === undefined ? "" : `: ${choices.map((one) => `\`${one}\``).join(", ")}`;
    const cells = [`\`${text}\``, `${description}${values}`];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| Parameter | Meaning |", "|---|---|", ...lines].join("\n");
}
