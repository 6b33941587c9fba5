/** Completion for bash, without the package bash-completion. */
import { type CommandModel, leadingPaths, type Place, quoted, valuedOptions } from "./model.js";

const HEAD = `# Completion of mapctl for bash: source it, or put it into /usr/share/bash-completion/completions/mapctl.
# Made by scripts/generate-docs.mjs from the table of mapctl's commands; edit the commands.
_mapctl() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local command= words= options= files= word
  local -i index=1 position=0
  COMPREPLY=()
  while ((index < COMP_CWORD)); do
    word=\${COMP_WORDS[index]}
    case "$command $word" in
`;

const MIDDLE = `      *\\ -*) ;;
      *) position+=1 ;;
    esac
    index+=1
  done
`;

const TAIL = `  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _mapctl mapctl
`;

export function bashCompletion(models: readonly CommandModel[]): string {
  return [HEAD, steps(models), MIDDLE, values(models), ...cases(models), TAIL].join("");
}

/** Words that lead to a command, and options whose value is no word of its own. */
function steps(models: readonly CommandModel[]): string {
  return (
    `${arm(leadingPaths(models))}\n        command="\${command:+$command }$word" ;;\n` +
    `${arm(valuedOptions(models))}\n        index+=1 ;;\n`
  );
}

function arm(patterns: readonly string[]): string {
  return `      ${patterns.map(quoted).join(" | \\\n        ")})`;
}

function values(models: readonly CommandModel[]): string {
  const rows = models.flatMap(({ path, options }) =>
    options.flatMap(({ names, value }) =>
      value === null
        ? []
        : names.map((name) => `    ${quoted(`${path} ${name}`)}) ${replies(value)} return ;;\n`),
    ),
  );
  return `  case "$command $previous" in\n${rows.join("")}  esac\n`;
}

function replies({ words, isFile }: Place): string {
  if (isFile) return `COMPREPLY=($(compgen -f -- "$current"));`;
  return `COMPREPLY=($(compgen -W ${quoted(words.join(" "))} -- "$current"));`;
}

function cases(models: readonly CommandModel[]): readonly string[] {
  const rows = models.map((model) => {
    const { path, next, options, places } = model;
    const names = options.flatMap((option) => option.names).join(" ");
    const lines = [`      options=${quoted(names)}`];
    if (next.length > 0) lines.push(`      words=${quoted(next.map(([word]) => word).join(" "))}`);
    if (places.length > 0) lines.push(...placeLines(model));
    return `    ${quoted(path)})\n${lines.join("\n")} ;;\n`;
  });
  return ["  case $command in\n", ...rows];
}

function placeLines({ places, isVariadic }: CommandModel): readonly string[] {
  const rows = places.map(({ words, isFile }, at) => {
    const pattern = isVariadic && at === places.length - 1 ? "*" : String(at);
    return `        ${pattern}) ${isFile ? "files=1" : `words+=${quoted(` ${words.join(" ")}`)}`} ;;`;
  });
  return ["      case $position in", ...rows, "      esac"];
}
