/** The one table of commands, by their first words; help, usage errors, docs/commands.md and tests come from it. */
import type { CliCommand } from "./command.js";

/** What a word is about that is no command by itself. */
export const GROUPS: Readonly<Record<string, string>> = {
  config: "The configuration in force: show, export",
  dhcp: "Rules as DHCPv6 options (RFC 7598), and back: encode, decode",
  forward: "Ports that belong to a server on the LAN: add, del, list",
};

/** Loaded when they are asked for: to load them all takes several times as long as most of them run. */
const OTHERS: Readonly<Record<string, () => Promise<readonly CliCommand[]>>> = {
  status: async () => [(await import("./status.js")).statusCommand],
  domains: async () => [(await import("./domains.js")).domainsCommand],
  rules: async () => [(await import("./rules.js")).rulesCommand],
  interfaces: async () => [(await import("./interfaces.js")).interfacesCommand],
  statistics: async () => [(await import("./statistics.js")).statisticsCommand],
  counters: async () => [(await import("./counters.js")).countersCommand],
  show: async () => [(await import("./show.js")).showCommand],
  config: async () => [
    (await import("./config-show.js")).configShowCommand,
    (await import("./export.js")).configExportCommand,
  ],
  "log-level": async () => [(await import("./log-level.js")).logLevelCommand],
  reload: async () => [(await import("./reload.js")).reloadCommand],
  drain: async () => [(await import("./drain.js")).drainCommand],
  undrain: async () => [(await import("./drain.js")).undrainCommand],
  ready: async () => [(await import("./ready.js")).readyCommand],
  forward: async () => {
    const all = await import("./forward.js");
    return [all.forwardAddCommand, all.forwardDelCommand, all.forwardListCommand];
  },
  ports: async () => {
    const all = await import("./ports.js");
    return [all.portsCommand, all.portsSuggestCommand];
  },
  sessions: async () => [(await import("./sessions.js")).sessionsCommand],
  top: async () => [(await import("./top.js")).topCommand],
  explain: async () => [(await import("./explain.js")).explainCommand],
  trace: async () => [(await import("./trace.js")).traceCommand],
  mirror: async () => [(await import("./trace.js")).mirrorCommand],
  doctor: async () => [(await import("./doctor.js")).doctorCommand],
  check: async () => [(await import("./check.js")).checkCommand],
  "check-pcap": async () => [(await import("./check-pcap.js")).checkPcapCommand],
  calc: async () => [(await import("./calc.js")).calcCommand],
  reverse: async () => [(await import("./reverse.js")).reverseCommand],
  analyse: async () => [(await import("./analyse.js")).analyseCommand],
  dmr: async () => [(await import("./dmr.js")).dmrCommand],
  walk: async () => [(await import("./walk.js")).walkCommand],
  spoof: async () => [(await import("./spoof.js")).spoofCommand],
  list: async () => [(await import("./list.js")).listCommand],
  plan: async () => [
    (await import("./plan.js")).planCommand,
    (await import("./plan-solve.js")).planSolveCommand,
  ],
  diff: async () => [(await import("./diff.js")).diffCommand],
  selftest: async () => [(await import("./selftest.js")).selftestCommand],
  dhcp: async () => {
    const all = await import("./dhcp.js");
    return [all.dhcpEncodeCommand, all.dhcpDecodeCommand];
  },
  lint: async () => [(await import("./lint.js")).lintCommand],
  import: async () => [(await import("./import.js")).importCommand],
  export: async () => [(await import("./export.js")).exportCommand],
  convert: async () => [(await import("./convert.js")).convertCommand],
};

const TABLE: typeof OTHERS = {
  ...OTHERS,
  // The one that has to know them all.
  completion: async () => {
    const { completionCommand } = await import("./completion.js");
    return [completionCommand(await loaded(OTHERS), GROUPS)];
  },
};

async function loaded(table: typeof OTHERS): Promise<readonly CliCommand[]> {
  return (await Promise.all(Object.values(table).map((load) => load()))).flat();
}

export function allCommands(): Promise<readonly CliCommand[]> {
  return loaded(TABLE);
}

/** Those whose names begin with `word`; all where none does, so that whoever mistypes it is told of them. */
export function commandsOf(word: string): Promise<readonly CliCommand[]> {
  return Object.hasOwn(TABLE, word) ? TABLE[word]!() : allCommands();
}
