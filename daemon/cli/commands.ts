/** The one table of commands; help, usage errors and tests come from it. */
import { analyseCommand } from "./analyse.js";
import { calcCommand } from "./calc.js";
import { checkCommand } from "./check.js";
import type { CliCommand } from "./command.js";
import { countersCommand } from "./counters.js";
import { dmrCommand } from "./dmr.js";
import { reverseCommand } from "./reverse.js";
import { statusCommand } from "./status.js";

export const COMMANDS: readonly CliCommand[] = [
  statusCommand,
  countersCommand,
  checkCommand,
  calcCommand,
  reverseCommand,
  analyseCommand,
  dmrCommand,
];
