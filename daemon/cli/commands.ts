/** The one table of commands; help, usage errors, docs/commands.md and tests come from it. */
import { analyseCommand } from "./analyse.js";
import { calcCommand } from "./calc.js";
import { checkCommand } from "./check.js";
import { checkPcapCommand } from "./check-pcap.js";
import type { CliCommand } from "./command.js";
import { completionCommand, completionScripts } from "./completion.js";
import { configShowCommand } from "./config-show.js";
import { convertCommand } from "./convert.js";
import { countersCommand } from "./counters.js";
import { dhcpDecodeCommand, dhcpEncodeCommand } from "./dhcp.js";
import { diffCommand } from "./diff.js";
import { dmrCommand } from "./dmr.js";
import { doctorCommand } from "./doctor.js";
import { domainsCommand } from "./domains.js";
import { drainCommand, undrainCommand } from "./drain.js";
import { explainCommand } from "./explain.js";
import { configExportCommand, exportCommand } from "./export.js";
import { forwardAddCommand, forwardDelCommand, forwardListCommand } from "./forward.js";
import { importCommand } from "./import.js";
import { interfacesCommand } from "./interfaces.js";
import { lintCommand } from "./lint.js";
import { listCommand } from "./list.js";
import { logLevelCommand } from "./log-level.js";
import { planCommand } from "./plan.js";
import { planSolveCommand } from "./plan-solve.js";
import { portsCommand, portsSuggestCommand } from "./ports.js";
import { readyCommand } from "./ready.js";
import { reloadCommand } from "./reload.js";
import { reverseCommand } from "./reverse.js";
import { rulesCommand } from "./rules.js";
import { selftestCommand } from "./selftest.js";
import { sessionsCommand } from "./sessions.js";
import { showCommand } from "./show.js";
import { spoofCommand } from "./spoof.js";
import { statisticsCommand } from "./statistics.js";
import { statusCommand } from "./status.js";
import { topCommand } from "./top.js";
import { mirrorCommand, traceCommand } from "./trace.js";
import { walkCommand } from "./walk.js";

/** All but the one that has to know them all. */
const OTHERS: readonly CliCommand[] = [
  statusCommand,
  domainsCommand,
  rulesCommand,
  interfacesCommand,
  statisticsCommand,
  countersCommand,
  showCommand,
  configShowCommand,
  configExportCommand,
  logLevelCommand,
  reloadCommand,
  drainCommand,
  undrainCommand,
  readyCommand,
  forwardAddCommand,
  forwardDelCommand,
  forwardListCommand,
  portsCommand,
  portsSuggestCommand,
  sessionsCommand,
  topCommand,
  explainCommand,
  traceCommand,
  mirrorCommand,
  doctorCommand,
  checkCommand,
  checkPcapCommand,
  calcCommand,
  reverseCommand,
  analyseCommand,
  dmrCommand,
  walkCommand,
  spoofCommand,
  listCommand,
  planCommand,
  planSolveCommand,
  diffCommand,
  selftestCommand,
  dhcpEncodeCommand,
  dhcpDecodeCommand,
  lintCommand,
  importCommand,
  exportCommand,
  convertCommand,
];

/** What a word is about that is no command by itself. */
export const GROUPS: Readonly<Record<string, string>> = {
  config: "The configuration in force: show, export",
  dhcp: "Rules as DHCPv6 options (RFC 7598), and back: encode, decode",
  forward: "Ports that belong to a server on the LAN: add, del, list",
};

export const COMMANDS: readonly CliCommand[] = [...OTHERS, completionCommand(OTHERS, GROUPS)];

/** What completion/ holds: the script of every shell, by the name of its file. */
export function completionFiles(): readonly { readonly file: string; readonly script: string }[] {
  return completionScripts(COMMANDS, GROUPS);
}
