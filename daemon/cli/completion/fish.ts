/** Completion for fish. */
import {
  type CommandModel,
  leadingPaths,
  type OptionModel,
  type Place,
  valuedOptions,
} from "./model.js";

const HEAD = `# Completion of mapctl for fish: put it into ~/.config/fish/completions or /usr/share/fish/vendor_completions.d.
# Made by scripts/generate-docs.mjs from the table of mapctl's commands; edit the commands.

# True where the words typed so far lead to this command, and so many of its arguments are there.
function __mapctl_at
    set -l command ""
    set -l position 0
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$command $word"
`;

const TAIL = `            case '* -*'
            case '*'
                set position (math $position + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; and return 0
    test $argv[2] = '*'; or test $position = $argv[2]
end

complete -c mapctl -f
`;

export function fishCompletion(models: readonly CommandModel[]): string {
  return [HEAD, steps(models), TAIL, ...models.flatMap(completions)].join("");
}

function steps(models: readonly CommandModel[]): string {
  return (
    `            case ${leadingPaths(models).map(fishQuoted).join(" ")}\n                set command (string trim "$command $word")\n` +
    `            case ${valuedOptions(models).map(fishQuoted).join(" ")}\n                set skip 1\n`
  );
}

function completions({ path, next, options, places, isVariadic }: CommandModel): readonly string[] {
  const line = (condition: string, rest: string): string =>
    `complete -c mapctl -n ${fishQuoted(`__mapctl_at "${path}"${condition}`)} ${rest}\n`;
  return [
    ...next.map(([word, text]) => line(" 0", `-a ${word} -d ${fishQuoted(text)}`)),
    ...options.map((option) => line("", optionWords(option))),
    ...places.flatMap((place, at) => {
      const position = isVariadic && at === places.length - 1 ? "*" : String(at);
      return offers(place).map((offer) => line(` "${position}"`, offer));
    }),
  ];
}

function optionWords({ names, description, value }: OptionModel): string {
  const switches = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const words = [...switches, `-d ${fishQuoted(description)}`];
  if (value !== null) words.push(value.isFile ? "-rF" : "-x", ...listed(value));
  return words.join(" ");
}

function listed({ words }: Place): readonly string[] {
  return words.length === 0 ? [] : [`-a ${fishQuoted(words.join(" "))}`];
}

function offers(place: Place): readonly string[] {
  return place.isFile ? ["-F"] : listed(place);
}

/** Fish knows escapes inside single quotes. */
function fishQuoted(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  return `'${escaped}'`;
}
