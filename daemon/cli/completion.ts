/** `mapctl completion SHELL`: what a shell needs to complete mapctl's command lines. */
import { EXIT } from "../errors.js";
import type { CliCommand } from "./command.js";
import { writeJson } from "./command.js";
import { bashCompletion } from "./completion/bash.js";
import { fishCompletion } from "./completion/fish.js";
import { type CommandModel, completionModel } from "./completion/model.js";
import { zshCompletion } from "./completion/zsh.js";
import { GLOBAL_OPTIONS } from "./global-options.js";

/** One row a shell: how it is written, and the name of its file in completion/. */
const SHELLS = [
  { name: "bash", file: "mapctl.bash", write: bashCompletion },
  { name: "zsh", file: "_mapctl", write: zshCompletion },
  { name: "fish", file: "mapctl.fish", write: fishCompletion },
] as const satisfies readonly {
  readonly name: string;
  readonly file: string;
  readonly write: (models: readonly CommandModel[]) => string;
}[];

/** `others` are all other commands. */
export function completionCommand(
  others: readonly CliCommand[],
  groups: Readonly<Record<string, string>>,
): CliCommand {
  const command: CliCommand = {
    name: "completion",
    summary: "Print what a shell needs to complete mapctl's command lines",
    arguments: [
      {
        name: "shell",
        description: "which shell",
        required: true,
        choices: SHELLS.map(({ name }) => name),
      },
    ],
    options: [],
    schema: "mapd.completion/1",
    examples: [
      "source <(mapctl completion bash)",
      "mapctl completion fish > ~/.config/fish/completions/mapctl.fish",
    ],
    async run(input, context) {
      const scripts = completionScripts([...others, command], groups);
      const script = scripts.find(({ name }) => name === input.arguments[0])?.script ?? "";
      if (context.json) writeJson(context, { schema: "mapd.completion/1", script });
      else context.stdout.write(script);
      return EXIT.done;
    },
  };
  return command;
}

interface CompletionScript {
  readonly name: string;
  readonly file: string;
  readonly script: string;
}

export function completionScripts(
  commands: readonly CliCommand[],
  groups: Readonly<Record<string, string>>,
): readonly CompletionScript[] {
  const models = completionModel(commands, groups, GLOBAL_OPTIONS);
  return SHELLS.map(({ name, file, write }) => ({ name, file, script: write(models) }));
}
