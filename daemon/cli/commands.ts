/** The one table of commands; help, usage errors, docs/commands.md and tests come from it. */
import { analyseCommand } from "./analyse.js";
import { calcCommand } from "./calc.js";
import { checkCommand } from "./check.js";
import type { CliCommand } from "./command.js";
import { countersCommand } from "./counters.js";
import { dmrCommand } from "./dmr.js";
import { forwardAddCommand, forwardDelCommand, forwardListCommand } from "./forward.js";
import { portsCommand, portsSuggestCommand } from "./ports.js";
import { reverseCommand } from "./reverse.js";
import { sessionsCommand } from "./sessions.js";
import { statusCommand } from "./status.js";
import { topCommand } from "./top.js";

export const COMMANDS: readonly CliCommand[] = [
  statusCommand,
  countersCommand,
  forwardAddCommand,
  forwardDelCommand,
  forwardListCommand,
  portsCommand,
  portsSuggestCommand,
  sessionsCommand,
  topCommand,
  checkCommand,
  calcCommand,
  reverseCommand,
  analyseCommand,
  dmrCommand,
];

/** What a word is about that is no command by itself. */
export const GROUPS: Readonly<Record<string, string>> = {
  forward: "Ports that belong to a server on the LAN: add, del, list",
};
