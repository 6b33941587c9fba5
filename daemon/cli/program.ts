/** Builds the command line from the table of commands, runs it and turns failures into exit statuses. */
import type { Writable } from "node:stream";
import { Argument, Command, CommanderError, Option } from "commander";
import { EXIT, errorDocument, formatDiagnostic, MapdError } from "../errors.js";
import { packageVersion } from "../runtime/version.js";
import { didYouMean } from "../suggest.js";
import type { CliCommand, CliContext, CliOption } from "./command.js";
import { commandsOf, GROUPS } from "./command-table.js";
import { DEFAULT_SOCKET, GLOBAL_OPTIONS } from "./global-options.js";

export interface Streams {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Runs one command line (without the program's own name); gives the exit status. */
export async function main(words: readonly string[], streams: Streams): Promise<number> {
  // Known before the command line is understood, so that usage errors keep to it, too.
  const json = words.includes("--json");
  let status: number = EXIT.done;
  const at = commandAt(words);
  // The command may be typed in capitals, as some devices' commands are.
  const name = words[at]?.toLowerCase();
  const program = createProgram(await commandsOf(name ?? ""), streams, (value) => {
    status = value;
  });
  try {
    const spelled = name === undefined ? words : words.with(at, name);
    await program.parseAsync(spelled, { from: "user" });
    return status;
  } catch (error) {
    return report(error, json, streams);
  }
}

/** Where the command's name stands: behind global options and their values. */
function commandAt(words: readonly string[]): number {
  const isValued = (word: string): boolean =>
    GLOBAL_OPTIONS.some(({ flags }) => flags.startsWith(`${word} <`));
  let at = 0;
  while (words[at]?.startsWith("-")) at += isValued(words[at]!) ? 2 : 1;
  return at;
}

function createProgram(
  commands: readonly CliCommand[],
  streams: Streams,
  setStatus: (status: number) => void,
): Command {
  const program = new Command("mapctl")
    .description("Shows, explains and drives mapd, the MAP-T and MAP-E translator.")
    .version(packageVersion(), "-V, --version", "show the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      // Usage errors are thrown, and reported in one place.
      writeErr: () => undefined,
    });
  addGlobalOptions(program);
  for (const command of commands) addCommand(program, command, streams, setStatus);
  refuseUnknown(program);
  return program;
}

function refuseUnknown(group: Command): void {
  group.on("command:*", (words: string[]) => {
    const [word = ""] = words;
    const hint = didYouMean(
      word,
      group.commands.map((command) => command.name()),
    );
    const path = group.parent === null ? "mapctl" : `mapctl ${group.name()}`;
    throw new MapdError("usage", `unknown command "${word}"${hint}; see ${path} --help`);
  });
}

/** What a command hangs on: the program, or the group that its name begins with. */
function parentOf(program: Command, group: string | undefined): Command {
  if (group === undefined) return program;
  const found = program.commands.find((command) => command.name() === group);
  if (found !== undefined) return found;
  const made = program.command(group).description(GROUPS[group] ?? "");
  addGlobalOptions(made);
  refuseUnknown(made);
  return made;
}

/** On the program and on every command, so that they may stand before and behind its name. */
function addGlobalOptions(command: Command): void {
  addOptions(command, GLOBAL_OPTIONS);
}

function addOptions(command: Command, rows: readonly CliOption[]): void {
  for (const { flags, description, choices } of rows) {
    const option = new Option(flags, description);
    command.addOption(choices === undefined ? option : option.choices([...choices]));
  }
}

function addCommand(
  program: Command,
  row: CliCommand,
  streams: Streams,
  setStatus: (status: number) => void,
): void {
  const [own = "", group] = row.name.split(" ").reverse();
  const command = parentOf(program, group).command(own).description(row.summary).exitOverride();
  for (const { name, description, required, variadic, choices } of row.arguments) {
    const text = variadic === true ? `${name}...` : name;
    const argument = new Argument(required ? `<${text}>` : `[${text}]`, description);
    command.addArgument(choices === undefined ? argument : argument.choices(choices));
  }
  addOptions(command, row.options);
  addGlobalOptions(command);
  const examples = row.examples.map((line) => `  ${line}`).join("\n");
  if (examples !== "") command.addHelpText("after", `\nExamples:\n${examples}`);
  command.action(async (...words: unknown[]) => {
    const options = command.optsWithGlobals<Record<string, string | boolean | undefined>>();
    const given = words.slice(0, row.arguments.length).flat() as (string | undefined)[];
    setStatus(await row.run({ arguments: given, options }, contextOf(options, streams)));
  });
}

function contextOf(
  options: Readonly<Record<string, string | boolean | undefined>>,
  streams: Streams,
): CliContext {
  const { socket } = options;
  const { environment, stdin, stdout, stderr } = streams;
  const terminal = Reflect.get(stdout, "isTTY") === true;
  return {
    socketPath: typeof socket === "string" ? socket : (environment.MAPD_SOCKET ?? DEFAULT_SOCKET),
    json: options.json === true,
    terminal,
    color: isColored(options.color, terminal, environment.NO_COLOR),
    stdin,
    stdout,
    stderr,
  };
}

function isColored(
  when: string | boolean | undefined,
  terminal: boolean,
  noColor: string | undefined,
): boolean {
  if (when === "always" || when === "never") return when === "always";
  return terminal && (noColor ?? "") === "";
}

/** Says what went wrong, as text and with --json also as a document; gives the exit status. */
function report(error: unknown, json: boolean, { stdout, stderr }: Streams): number {
  // Help and version come as errors of status 0.
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
  const failure = asMapdError(error);
  if (json) stdout.write(`${JSON.stringify(errorDocument(failure))}\n`);
  const lines = failure.diagnostics.map(formatDiagnostic);
  const text = lines.length > 0 ? lines.join("\n") : `error: ${failure.message}`;
  stderr.write(`${text}\n`);
  return failure.exitStatus;
}

function asMapdError(error: unknown): MapdError {
  if (error instanceof MapdError) return error;
  if (error instanceof CommanderError) {
    // Without a command, commander has only its help to say.
    const text = error.code === "commander.help" ? "no command; see mapctl --help" : error.message;
    return new MapdError("usage", text.replace(/^error: /, ""));
  }
  throw error;
}
