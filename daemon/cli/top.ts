/** `mapctl top`: which LAN hosts hold the ports. */
import { askDaemon } from "../control/client.js";
import type { TopDocument, TopRow } from "../control/nat44/documents.js";
import { TOP_KEYS } from "../control/nat44/top.js";
import { EXIT } from "../errors.js";
import { type CliCommand, textOption, writeJson } from "./command.js";
import { DOMAIN_OPTION } from "./domain-option.js";
import { type Column, writeTable } from "./table.js";
import { wholeValue } from "./values.js";

export const topCommand: CliCommand = {
  name: "top",
  summary: "Show the LAN hosts that hold the most ports or sessions",
  arguments: [],
  options: [
    DOMAIN_OPTION,
    { flags: "--by <what>", description: "what counts; ports if left out", choices: TOP_KEYS },
    { flags: "--limit <n>", description: "how many hosts; 10 if left out, 0 for all" },
  ],
  schema: "mapd.top/1",
  examples: ["mapctl top", "mapctl top --by sessions --limit 3"],
  async run(input, context) {
    // The daemon made the document from this very type; a newer one only adds keys.
    const top = (await askDaemon(context.socketPath, "top", {
      domain: textOption(input, "domain"),
      by: textOption(input, "by"),
      limit: wholeValue(textOption(input, "limit") ?? "10", "limit"),
    })) as TopDocument;
    if (context.json) writeJson(context, top);
    else writeTable(context, COLUMNS, top.hosts);
    return EXIT.done;
  },
};

function numberColumn(title: string, value: (row: TopRow) => number): Column<TopRow> {
  return { title, right: true, text: (row) => String(value(row)) };
}

const COLUMNS: readonly Column<TopRow>[] = [
  { title: "host", text: (row) => row.address },
  numberColumn("ports", (row) => row.ports),
  numberColumn("tcp", (row) => row.tcpPorts),
  numberColumn("udp", (row) => row.udpPorts),
  numberColumn("icmp", (row) => row.icmpIds),
  numberColumn("sessions", (row) => row.sessions),
];
