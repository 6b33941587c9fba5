/** `mapctl sessions`: who on the LAN speaks to whom, through which port, and for how long it is remembered. */
import { type SessionRow, TCP_STATES } from "../../src/nat44/records.js";
import { askDaemon } from "../control/client.js";
import {
  PROTOCOL_NAMES,
  type SessionDocumentRow,
  type SessionsDocument,
  type SessionsPageDocument,
} from "../control/nat44/documents.js";
import {
  FirstRows,
  SESSION_SORTS,
  type SessionSort,
  sessionRow,
} from "../control/nat44/session-rows.js";
import { MAX_LIMIT } from "../control/nat44/sessions.js";
import { EXIT } from "../errors.js";
import {
  type CliCommand,
  type CliContext,
  type CliInput,
  textOption,
  writeJson,
} from "./command.js";
import { DOMAIN_OPTION } from "./domain-option.js";
import { duration } from "./status.js";
import { type Column, writeTable } from "./table.js";
import { ipv4PortValue, portValue, wholeValue } from "./values.js";

export const sessionsCommand: CliCommand = {
  name: "sessions",
  summary: "Show the sessions of NAT44",
  arguments: [],
  options: [
    DOMAIN_OPTION,
    { flags: "--protocol <name>", description: "only this protocol", choices: PROTOCOL_NAMES },
    { flags: "--host <address>", description: "only of this LAN host" },
    {
      flags: "--remote <address[:port]>",
      description: "only with this remote end; a session that lets any in (*) is among them",
    },
    { flags: "--port <n>", description: "only through this external port" },
    { flags: "--state <name>", description: "only TCP in this state", choices: TCP_STATES },
    { flags: "--sort <key>", description: "order; host if left out", choices: SESSION_SORTS },
    { flags: "--limit <n>", description: "how many at most; 1000 if left out, 0 for all" },
  ],
  schema: "mapd.sessions/1",
  examples: [
    "mapctl sessions --host 192.168.1.10",
    "mapctl sessions --protocol tcp --state established --sort remaining --limit 20",
    "mapctl sessions --limit 0 --json",
  ],
  async run(input, context) {
    const sessions = await readSessions(input, context);
    if (context.json) writeJson(context, sessions);
    else writeText(context, sessions);
    return EXIT.done;
  },
};

async function readSessions(input: CliInput, context: CliContext): Promise<SessionsDocument> {
  const filter = filterArguments(input);
  const limit = wholeValue(textOption(input, "limit") ?? "1000", "limit");
  // Commander has held it against the choices.
  const sort = (textOption(input, "sort") ?? "host") as SessionSort;
  if (limit === 0 || limit > MAX_LIMIT) {
    return readPages(context, filter, sort, limit === 0 ? Number.MAX_SAFE_INTEGER : limit);
  }
  const args = { ...filter, sort, limit };
  // The daemon made the document from this very type; a newer one only adds keys.
  return (await askDaemon(context.socketPath, "sessions", args)) as SessionsDocument;
}

function filterArguments(input: CliInput): object {
  const remote = textOption(input, "remote");
  const port = textOption(input, "port");
  const remotePort = remote === undefined ? null : ipv4PortValue(remote).port;
  return {
    domain: textOption(input, "domain"),
    protocol: textOption(input, "protocol"),
    host: textOption(input, "host"),
    remoteAddress: remote?.split(":", 1)[0],
    remotePort: remotePort ?? undefined,
    externalPort: port === undefined ? undefined : portValue(port),
    state: textOption(input, "state"),
  };
}

/** More than one answer of the daemon holds: it is asked page by page, and sorted here. */
async function readPages(
  context: CliContext,
  filter: object,
  sort: SessionSort,
  limit: number,
): Promise<SessionsDocument> {
  const first = new FirstRows(limit, sort);
  let total = 0;
  let matched = 0;
  for (let cursor = 0; ; ) {
    const args = { ...filter, cursor };
    const answer = await askDaemon(context.socketPath, "sessions-page", args);
    const page = answer as SessionsPageDocument;
    total += page.scanned;
    matched += page.rows.length;
    for (const row of page.rows) first.add(row);
    if (page.next === null) {
      const { domain, externalAddress } = page;
      const sessions = first.sorted().map((row: SessionRow) => sessionRow(row));
      return { schema: "mapd.sessions/1", domain, externalAddress, total, matched, sessions };
    }
    cursor = page.next;
  }
}

function writeText(context: CliContext, document: SessionsDocument): void {
  const { sessions, matched } = document;
  writeTable(context, COLUMNS, sessions);
  if (matched > sessions.length) {
    const text = `${sessions.length} of ${matched} sessions; --limit 0 shows all`;
    context.stderr.write(`${text}\n`);
  }
}

const COLUMNS: readonly Column<SessionDocumentRow>[] = [
  { title: "protocol", text: (row) => row.protocol },
  { title: "inside", text: (row) => `${row.insideAddress}:${row.insidePort}` },
  // The mark stands before the number, so that numbers stay aligned.
  {
    title: "external",
    right: true,
    text: (row) => `${row.shared ? "shared " : ""}${row.externalPort}`,
  },
  { title: "remote", text: remoteText },
  { title: "state", text: (row) => row.state ?? "-" },
  { title: "remaining", right: true, text: (row) => duration(row.remainingSeconds) },
];

function remoteText({ protocol, remoteAddress, remotePort }: SessionDocumentRow): string {
  if (remoteAddress === null) return "*";
  if (protocol === "icmp") return remoteAddress;
  return `${remoteAddress}:${remotePort ?? "*"}`;
}
