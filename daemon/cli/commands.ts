/** The one table of commands; help, usage errors, docs/commands.md and tests come from it. */
import { analyseCommand } from "./analyse.js";
import { calcCommand } from "./calc.js";
import { checkCommand } from "./check.js";
import type { CliCommand } from "./command.js";
import { configShowCommand } from "./config-show.js";
import { countersCommand } from "./counters.js";
import { dmrCommand } from "./dmr.js";
import { domainsCommand } from "./domains.js";
import { forwardAddCommand, forwardDelCommand, forwardListCommand } from "./forward.js";
import { interfacesCommand } from "./interfaces.js";
import { logLevelCommand } from "./log-level.js";
import { portsCommand, portsSuggestCommand } from "./ports.js";
import { reverseCommand } from "./reverse.js";
import { rulesCommand } from "./rules.js";
import { sessionsCommand } from "./sessions.js";
import { showCommand } from "./show.js";
import { statisticsCommand } from "./statistics.js";
import { statusCommand } from "./status.js";
import { topCommand } from "./top.js";

export const COMMANDS: readonly CliCommand[] = [
  statusCommand,
  domainsCommand,
  rulesCommand,
  interfacesCommand,
  statisticsCommand,
  countersCommand,
  showCommand,
  configShowCommand,
  logLevelCommand,
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
  config: "The configuration in force: show",
  forward: "Ports that belong to a server on the LAN: add, del, list",
};
