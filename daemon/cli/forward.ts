/** `mapctl forward`: ports of the set that belong to a server on the LAN. */
import { askDaemon } from "../control/client.js";
import type { ForwardRow, ForwardsDocument } from "../control/nat44/documents.js";
import { FORWARD_PROTOCOLS } from "../control/nat44/protocols.js";
import { EXIT } from "../errors.js";
import {
  type CliArgument,
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import { DOMAIN_OPTION } from "./domain-option.js";
import { duration } from "./status.js";
import { type Column, writeTable } from "./table.js";
import { portValue, wholeValue } from "./values.js";

const SCHEMA = "mapd.forwards/1";

const PROTOCOL: CliArgument = {
  name: "protocol",
  description: "what is forwarded",
  required: true,
  choices: FORWARD_PROTOCOLS,
};

export const forwardAddCommand: CliCommand = {
  name: "forward add",
  summary: "Forward a port of the set to a server on the LAN, now and without a reload",
  arguments: [
    PROTOCOL,
    {
      name: "external-port",
      description: 'port of the set, or "any" for a free one',
      required: true,
    },
    {
      name: "inside",
      description: "address and port of the server: 192.168.1.10:22",
      required: true,
    },
  ],
  options: [
    DOMAIN_OPTION,
    {
      flags: "--lifetime <seconds>",
      description:
        "it ends by itself; else it stays until it is deleted, or mapd ends without a state-file",
    },
  ],
  schema: SCHEMA,
  examples: [
    "mapctl forward add tcp 1232 192.168.1.10:22",
    "mapctl forward add both any 192.168.1.20:5060 --lifetime 3600",
  ],
  async run(input, context) {
    const [protocol, externalPort = "", to] = input.arguments;
    const lifetime = textOption(input, "lifetime");
    const added = await askForwards(context, "forward-add", {
      domain: textOption(input, "domain"),
      protocol,
      externalPort: externalPort === "any" ? externalPort : portValue(externalPort),
      to,
      lifetimeSeconds: lifetime === undefined ? undefined : wholeValue(lifetime, "lifetime"),
    });
    if (context.json) writeJson(context, added);
    else
      for (const row of added.forwards)
        context.stdout.write(`${forwardText(row)}${lasting(row)}\n`);
    return EXIT.done;
  },
};

export const forwardDelCommand: CliCommand = {
  name: "forward del",
  summary: "Delete a forward that mapctl or a LAN host made",
  arguments: [PROTOCOL, { name: "external-port", description: "its port", required: true }],
  options: [DOMAIN_OPTION],
  schema: SCHEMA,
  examples: ["mapctl forward del tcp 1232"],
  async run(input, context) {
    const [protocol, externalPort = ""] = input.arguments;
    const deleted = await askForwards(context, "forward-del", {
      domain: textOption(input, "domain"),
      protocol,
      externalPort: portValue(externalPort),
    });
    if (context.json) writeJson(context, deleted);
    else for (const row of deleted.forwards) context.stdout.write(`deleted ${forwardText(row)}\n`);
    return EXIT.done;
  },
};

export const forwardListCommand: CliCommand = {
  name: "forward list",
  summary: "Show every forward: of the configuration, of mapctl, and of LAN hosts (PCP, NAT-PMP)",
  arguments: [],
  options: [{ flags: "--domain <name>", description: "only of this CE domain" }],
  schema: SCHEMA,
  examples: ["mapctl forward list", "mapctl forward list --json | jq .forwards[].externalPort"],
  async run(input, context) {
    const list = await askForwards(context, "forward-list", listArguments(input));
    if (context.json) writeJson(context, list);
    else writeTable(context, COLUMNS, list.forwards);
    return EXIT.done;
  },
};

function listArguments(input: CliInput): object {
  return { domain: textOption(input, "domain") };
}

async function askForwards(
  context: CliContext,
  command: string,
  args: object,
): Promise<ForwardsDocument> {
  // The daemon made the document from this very type; a newer one only adds keys.
  return (await askDaemon(context.socketPath, command, args)) as ForwardsDocument;
}

const COLUMNS: readonly Column<ForwardRow>[] = [
  { title: "domain", text: (row) => row.domain },
  { title: "protocol", text: (row) => row.protocol },
  { title: "external", text: (row) => `${row.externalAddress}:${row.externalPort}` },
  { title: "inside", text: (row) => `${row.insideAddress}:${row.insidePort}` },
  { title: "origin", text: (row) => row.origin },
  { title: "remaining", right: true, text: ({ remainingSeconds }) => remaining(remainingSeconds) },
];

function remaining(seconds: number | null): string {
  return seconds === null ? "-" : duration(seconds);
}

function forwardText(row: ForwardRow): string {
  const { protocol, externalAddress, externalPort, insideAddress, insidePort } = row;
  return `${protocol} ${externalAddress}:${externalPort} -> ${insideAddress}:${insidePort}`;
}

function lasting({ remainingSeconds }: ForwardRow): string {
  return remainingSeconds === null ? "" : ` for ${duration(remainingSeconds)}`;
}
