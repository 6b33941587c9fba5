/** `sessions` and `sessions-page`: the sessions of a domain, page by page, so that packets pass in between. */
import { z } from "zod";
import { type SessionPage, TCP_STATES } from "../../../src/nat44/records.js";
import { ipv4Address } from "../../config/fields.js";
import { type ControlCommand, type ControlledDaemon, controlCommand } from "../command.js";
import { PROTOCOL_NAMES, type SessionsDocument, type SessionsPageDocument } from "./documents.js";
import { chooseDomain, type Nat44Domain } from "./domain.js";
import { PROTOCOL_NUMBERS } from "./protocols.js";
import {
  FirstRows,
  matches,
  SESSION_SORTS,
  type SessionFilter,
  sessionRow,
} from "./session-rows.js";

/** Sessions asked of the worker at a time: it answers between two batches, and takes a millisecond for so many. */
const PAGE_ROWS = 1024;

/** Most sessions in one answer: sorting them keeps the main thread for tens of milliseconds. Others go by the page. */
export const MAX_LIMIT = 10_000;

const port = z.int().min(0).max(65535).optional();

const FILTER = {
  domain: z.string().optional(),
  protocol: z.enum(PROTOCOL_NAMES).optional(),
  host: ipv4Address().optional(),
  remoteAddress: ipv4Address().optional(),
  remotePort: port,
  externalPort: port,
  state: z.enum(TCP_STATES).optional(),
};

const SESSIONS = z.strictObject({
  ...FILTER,
  sort: z.enum(SESSION_SORTS).default("host"),
  limit: z.int().min(1).max(MAX_LIMIT).default(1000),
});

const PAGE = z.strictObject({ ...FILTER, cursor: z.int().min(0).default(0) });

type Sessions = z.output<typeof SESSIONS>;
type Page = z.output<typeof PAGE>;

export function sessionCommands(daemon: ControlledDaemon): readonly ControlCommand[] {
  return [
    controlCommand("sessions", "Sessions, chosen and sorted: mapd.sessions/1", SESSIONS, (args) =>
      sessionsDocument(chooseDomain(daemon, args.domain), args),
    ),
    controlCommand(
      "sessions-page",
      "A page of all sessions, unsorted: mapd.sessions-page/1",
      PAGE,
      (args) => pageDocument(chooseDomain(daemon, args.domain), args),
    ),
  ];
}

async function sessionsDocument(of: Nat44Domain, args: Sessions): Promise<SessionsDocument> {
  const filter = filterOf(args);
  const first = new FirstRows(args.limit, args.sort);
  let total = 0;
  let matched = 0;
  for (let cursor = 0; cursor >= 0; ) {
    const page = await readPage(of, cursor);
    total += page.rows.length;
    for (const row of page.rows) {
      if (!matches(row, filter)) continue;
      matched++;
      first.add(row);
    }
    cursor = page.next;
  }
  return {
    schema: "mapd.sessions/1",
    domain: of.name,
    externalAddress: of.externalAddress,
    total,
    matched,
    sessions: first.sorted().map(sessionRow),
  };
}

async function pageDocument(of: Nat44Domain, args: Page): Promise<SessionsPageDocument> {
  const filter = filterOf(args);
  const page = await readPage(of, args.cursor);
  return {
    schema: "mapd.sessions-page/1",
    domain: of.name,
    externalAddress: of.externalAddress,
    scanned: page.rows.length,
    rows: page.rows.filter((row) => matches(row, filter)),
    next: page.next < 0 ? null : page.next,
  };
}

function readPage(of: Nat44Domain, cursor: number): Promise<SessionPage> {
  return of.ask<"sessions">({ kind: "sessions", cursor, limit: PAGE_ROWS });
}

function filterOf({ protocol, ...rest }: Sessions | Page): SessionFilter {
  return { ...rest, protocol: protocol === undefined ? undefined : PROTOCOL_NUMBERS[protocol] };
}
