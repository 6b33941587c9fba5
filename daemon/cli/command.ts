/** What a command of `mapctl` is. The table of all commands is `command-table.ts`. */
import type { Writable } from "node:stream";

export interface CliArgument {
  /** Shown in capitals in the usage line. */
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** The last one: any number of words, at least one where it is required. */
  readonly variadic?: true;
  /** Closed set of values, refused otherwise. */
  readonly choices?: readonly string[];
  /** What a shell offers, where there are no choices. */
  readonly completions?: readonly string[];
}

export interface CliOption {
  /** `--end-user-prefix <prefix>`; without `<...>` it is a switch, with `[...]` it may have a value. */
  readonly flags: string;
  readonly description: string;
  /** Closed set of values, refused otherwise. */
  readonly choices?: readonly string[];
  /** What a shell offers, where there are no choices. */
  readonly completions?: readonly string[];
}

/** What the user typed. */
export interface CliInput {
  /** In the order of `CliCommand.arguments`; one that was left out is undefined. A variadic one stands there word by word. */
  readonly arguments: readonly (string | undefined)[];
  /** By camelCase name: `--end-user-prefix P` is `endUserPrefix`. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}

/** Where a command runs. */
export interface CliContext {
  /** `--socket`, else the environment's MAPD_SOCKET, else /run/mapd/mapd.sock. */
  readonly socketPath: string;
  /** `--json`: exactly one document on standard output. */
  readonly json: boolean;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** `--color`, and NO_COLOR where it says auto. */
  readonly color: boolean;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface CliCommand {
  /** One word, or a group's and its own: `forward add`. */
  readonly name: string;
  /** One line for `mapctl --help`. */
  readonly summary: string;
  readonly arguments: readonly CliArgument[];
  readonly options: readonly CliOption[];
  /** Of the document that `--json` prints. */
  readonly schema: string;
  /** Command lines for `--help`, whole. */
  readonly examples: readonly string[];
  /** Gives the exit status; a `MapdError` that it throws is printed, and its status used. */
  run(input: CliInput, context: CliContext): Promise<number>;
}

/** Value of `--name <value>`, or undefined where it was not given. */
export function textOption(input: CliInput, name: string): string | undefined {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
}

/** True where the switch `--name` was given. */
export function isGiven(input: CliInput, name: string): boolean {
  return input.options[name] === true;
}

export function writeJson(context: CliContext, document: object): void {
  context.stdout.write(`${JSON.stringify(document)}\n`);
}

/** Rows of label and value, the values aligned. */
export function writeFields(
  context: CliContext,
  fields: readonly (readonly [string, string])[],
): void {
  const width = Math.max(0, ...fields.map(([label]) => label.length));
  for (const [label, value] of fields) {
    context.stdout.write(`${`${label.padEnd(width)}  ${value}`.trimEnd()}\n`);
  }
}
