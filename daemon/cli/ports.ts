/** `mapctl ports`: what the port set is used for, and which of its ports are good for servers. */

import { isRuleText } from "../../src/map/rule-text.js";
import { askDaemon } from "../control/client.js";
import {
  type PortBlock,
  type PortCounts,
  type PortsDocument,
  type PortsSuggestDocument,
  PROTOCOL_NAMES,
  type ProtocolName,
} from "../control/nat44/documents.js";
import { FORWARD_PROTOCOLS } from "../control/nat44/protocols.js";
import { EXIT, MapdError } from "../errors.js";
import { didYouMean } from "../suggest.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  isGiven,
  textOption,
  writeJson,
} from "./command.js";
import { DOMAIN_OPTION } from "./domain-option.js";
import { PORT_SET_OPTIONS, PORT_SET_SCHEMA, refuseRuleOptions, showPortSet } from "./port-set.js";
import { RULE_ARGUMENT } from "./rule-argument.js";
import { type Column, writeTable } from "./table.js";
import { wholeValue } from "./values.js";

export const portsCommand: CliCommand = {
  name: "ports",
  summary: "Show what the port set is used for, by protocol and by block; with RULE, a port set",
  arguments: [{ ...RULE_ARGUMENT, required: false }],
  options: [DOMAIN_OPTION, ...PORT_SET_OPTIONS],
  schema: `mapd.ports/1, with RULE ${PORT_SET_SCHEMA}`,
  examples: [
    "mapctl ports",
    "mapctl ports --json | jq .protocols.tcp.free",
    "mapctl ports '2001:db8::/40 192.0.2.0/24 16 6' --psid 0x34 --nth 7",
  ],
  async run(input, context) {
    const [rule] = input.arguments;
    if (rule !== undefined) {
      refuseWrongWord(rule, input);
      return await showPortSet(input, context);
    }
    refuseRuleOptions(input);
    const args = { domain: textOption(input, "domain") };
    // The daemon made the document from this very type; a newer one only adds keys.
    const ports = (await askDaemon(context.socketPath, "ports", args)) as PortsDocument;
    if (context.json) writeJson(context, ports);
    else writeText(context, ports);
    return EXIT.done;
  },
};

/** A word that is neither a rule nor the name of one was meant as a part of this command. */
function refuseWrongWord(word: string, input: CliInput): void {
  const isName = !isRuleText(word) && !/[/.]/.test(word) && word !== "-";
  if (!isName || textOption(input, "config") !== undefined) return;
  const hint = didYouMean(word, ["suggest"]);
  const message = `"${word}" is no part of mapctl ports${hint}; as the name of a rule it needs --config FILE`;
  throw new MapdError("usage", message);
}

export const portsSuggestCommand: CliCommand = {
  name: "ports suggest",
  summary: "Show free ports that are good for servers, and the line that reserves them",
  arguments: [],
  options: [
    DOMAIN_OPTION,
    { flags: "--count <n>", description: "how many; 1 if left out" },
    {
      flags: "--protocol <name>",
      description: "what they are to be free for; both if left out",
      choices: FORWARD_PROTOCOLS,
    },
    { flags: "--contiguous", description: "one run of numbers; else spread over the blocks" },
  ],
  schema: "mapd.ports-suggest/1",
  examples: ["mapctl ports suggest --count 4", "mapctl ports suggest --count 4 --contiguous"],
  async run(input, context) {
    const suggestion = (await askDaemon(context.socketPath, "ports-suggest", {
      domain: textOption(input, "domain"),
      count: wholeValue(textOption(input, "count") ?? "1", "count"),
      protocol: textOption(input, "protocol"),
      contiguous: isGiven(input, "contiguous"),
    })) as PortsSuggestDocument;
    if (context.json) {
      writeJson(context, suggestion);
      return EXIT.done;
    }
    for (const port of suggestion.ports) context.stdout.write(`${port}\n`);
    context.stdout.write(`\nunder nat44 of domain ${suggestion.domain}:\n`);
    context.stdout.write(`  ${suggestion.reserve}\n`);
    return EXIT.done;
  },
};

function writeText(context: CliContext, ports: PortsDocument): void {
  const { domain, externalAddress, count, blocks, protocols } = ports;
  const size = `${count} ports in ${blocks.length === 1 ? "1 block" : `${blocks.length} blocks`}`;
  context.stdout.write(`domain: ${domain}, ${externalAddress}, ${size}\n`);
  writeTable(
    context,
    [
      { title: "protocol", text: (name) => name },
      ...countColumns<ProtocolName>((name) => protocols[name]),
      { title: "of", right: true, text: () => String(count) },
    ],
    PROTOCOL_NAMES,
  );
  context.stdout.write("\n");
  writeTable(context, BLOCK_COLUMNS, blocks);
}

function countColumns<T>(of: (row: T) => PortCounts): readonly Column<T>[] {
  const column = (title: keyof PortCounts): Column<T> => {
    return { title, right: true, text: (row) => String(of(row)[title]) };
  };
  return [column("used"), column("forward"), column("reserved"), column("free")];
}

/** A protocol's name stands before the first of its columns. */
const BLOCK_COLUMNS: readonly Column<PortBlock>[] = [
  { title: "block", text: ({ first, last }) => (first === last ? `${first}` : `${first}-${last}`) },
  ...PROTOCOL_NAMES.flatMap((name) =>
    countColumns<PortBlock>((block) => block[name]).map((column, index) =>
      index === 0 ? { ...column, title: `${name} ${column.title}` } : column,
    ),
  ),
];
