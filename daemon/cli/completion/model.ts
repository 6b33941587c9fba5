/** What a shell has to know of the table of commands, the same for every shell. */
import type { CliArgument, CliCommand, CliOption } from "../command.js";

/** What may stand in one place of the command line. */
export interface Place {
  readonly words: readonly string[];
  readonly isFile: boolean;
}

export interface OptionModel {
  /** `--domain`, and the short form where there is one. */
  readonly names: readonly string[];
  readonly description: string;
  /** null: a switch, or an option whose value may be left out. */
  readonly value: Place | null;
}

export interface CommandModel {
  /** `forward add`; empty for the program itself. */
  readonly path: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  /** In order; the last one repeats where `isVariadic`. */
  readonly places: readonly Place[];
  readonly isVariadic: boolean;
  /** The words that lead on from here, with what they are about. */
  readonly next: readonly (readonly [string, string])[];
}

const HELP: CliOption = { flags: "--help", description: "say what it does" };
const VERSION: CliOption = { flags: "--version", description: "show the version" };

/** Names of arguments and option values that are files. */
const FILES = /^(file|path|in|out|pcap|.*-file)$/;

/** The program first, then groups and commands in the order of the table. */
export function completionModel(
  commands: readonly CliCommand[],
  groups: Readonly<Record<string, string>>,
  globals: readonly CliOption[],
): readonly CommandModel[] {
  const common = [...globals, HELP];
  const paths = new Set(["", ...commands.flatMap(({ name }) => [name.split(" ")[0]!, name])]);
  return [...paths].map((path) => {
    const row = commands.find(({ name }) => name === path);
    const own = path === "" ? [VERSION] : (row?.options ?? []);
    return {
      path,
      summary: row?.summary ?? groups[path] ?? "",
      options: [...own, ...common].map(optionModel),
      places: (row?.arguments ?? []).map(placeOf),
      isVariadic: row?.arguments.at(-1)?.variadic === true,
      next: nextWords(path, commands, groups),
    };
  });
}

function nextWords(
  path: string,
  commands: readonly CliCommand[],
  groups: Readonly<Record<string, string>>,
): readonly (readonly [string, string])[] {
  const depth = path === "" ? 0 : path.split(" ").length;
  const below = commands.filter(({ name }) => path === "" || name.startsWith(`${path} `));
  const words = new Map<string, string>();
  for (const { name, summary } of below) {
    const rest = name.split(" ").slice(depth);
    const [word = ""] = rest;
    if (rest.length === 1) words.set(word, summary);
    else if (!words.has(word)) words.set(word, groups[word] ?? "");
  }
  return [...words];
}

function optionModel({ flags, description, choices, completions }: CliOption): OptionModel {
  const names = flags.split(/[ ,]+/).filter((word) => word.startsWith("-"));
  const value = /<([^>]*)>/.exec(flags)?.[1];
  if (value === undefined) return { names, description, value: null };
  return { names, description, value: placeNamed(value, choices ?? completions) };
}

function placeOf({ name, choices, completions }: CliArgument): Place {
  return placeNamed(name, choices ?? completions);
}

function placeNamed(name: string, words: readonly string[] = []): Place {
  return { words, isFile: words.length === 0 && FILES.test(name) };
}

/** A word for a POSIX shell and fish, in single quotes. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `forward add` and the like: what the words of a command line lead to, each by its last step. */
export function leadingPaths(models: readonly CommandModel[]): readonly string[] {
  return models.flatMap(({ path, next }) => next.map(([word]) => `${path} ${word}`));
}

/** Options with their commands whose value is the next word. */
export function valuedOptions(models: readonly CommandModel[]): readonly string[] {
  return models.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== null)
      .flatMap(({ names }) => names.map((name) => `${path} ${name}`)),
  );
}
