/** Completion for zsh. */
import { type CommandModel, leadingPaths, type Place, quoted, valuedOptions } from "./model.js";

const HEAD = `#compdef mapctl
# Completion of mapctl for zsh: put it into a folder of $fpath.
# Made by scripts/generate-docs.mjs from the table of mapctl's commands; edit the commands.
_mapctl() {
  local command= word previous=\${words[CURRENT - 1]}
  local -i index=2 position=0
  local -a commands options
  while ((index < CURRENT)); do
    word=\${words[index]}
    case "$command $word" in
`;

const MIDDLE = `      (*\\ -*) ;;
      (*) position+=1 ;;
    esac
    index+=1
  done
`;

const TAIL = `  esac
}
if [[ $funcstack[1] == _mapctl ]]; then _mapctl "$@"; else compdef _mapctl mapctl; fi
`;

export function zshCompletion(models: readonly CommandModel[]): string {
  return [HEAD, steps(models), MIDDLE, values(models), ...cases(models), TAIL].join("");
}

function steps(models: readonly CommandModel[]): string {
  return (
    `${arm(leadingPaths(models))}\n        command="\${command:+$command }$word" ;;\n` +
    `${arm(valuedOptions(models))}\n        index+=1 ;;\n`
  );
}

function arm(patterns: readonly string[]): string {
  return `      (${patterns.map(quoted).join(" | \\\n        ")})`;
}

function values(models: readonly CommandModel[]): string {
  const rows = models.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === null
        ? []
        : names.map((name) => `    (${quoted(`${path} ${name}`)}) ${offer(value)}; return ;;\n`),
    ),
  );
  return `  case "$command $previous" in\n${rows.join("")}  esac\n`;
}

function offer({ words, isFile }: Place): string {
  if (isFile) return "_files";
  return words.length === 0 ? "_message value" : `compadd -- ${words.map(quoted).join(" ")}`;
}

/** A word and what it is about, as `_describe` takes them. */
function described(word: string, text: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${text.replaceAll(":", "\\:")}`);
}

function cases(models: readonly CommandModel[]): readonly string[] {
  const rows = models.map((model) => {
    const { path, next, options, places } = model;
    const list = options.flatMap(({ names, description }) =>
      names.map((name) => described(name, description)),
    );
    const lines = [`      options=(${list.join(" ")})`];
    const nextList = next.map(([word, text]) => described(word, text));
    if (nextList.length > 0) lines.push(`      commands=(${nextList.join(" ")})`);
    lines.push(
      "      if [[ $PREFIX == -* ]]; then _describe option options; return; fi",
      ...(nextList.length > 0 ? ["      _describe command commands"] : []),
      ...(places.length > 0 ? placeLines(model) : []),
    );
    return `    (${quoted(path)})\n${lines.join("\n")} ;;\n`;
  });
  return ["  case $command in\n", ...rows];
}

function placeLines({ places, isVariadic }: CommandModel): readonly string[] {
  const rows = places.map((place, at) => {
    const pattern = isVariadic && at === places.length - 1 ? "*" : String(at);
    return `        (${pattern}) ${offer(place)} ;;`;
  });
  return ["      case $position in", ...rows, "      esac"];
}
