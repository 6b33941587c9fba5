/** All commands at once, for help, pages and completion; `command-table.ts` is the table. */
import type { CliCommand } from "./command.js";
import { allCommands, GROUPS } from "./command-table.js";
import { completionScripts } from "./completion.js";

export const COMMANDS: readonly CliCommand[] = await allCommands();

/** What completion/ holds: the script of every shell, by the name of its file. */
export function completionFiles(): readonly { readonly file: string; readonly script: string }[] {
  return completionScripts(COMMANDS, GROUPS);
}
