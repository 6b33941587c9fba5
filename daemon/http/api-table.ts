/** The one table of what the page's API can be asked: each row is a command of the control socket that changes nothing. */

/** `words` is text, taken apart at its blanks. */
export type ParameterKind = "text" | "number" | "boolean" | "words";

export interface ApiRow {
  readonly path: `/api/${string}`;
  /** Name in the table of control commands, which judges the arguments and gives the document. */
  readonly command: string;
  /** Words of the query that become arguments, and what they are there. */
  readonly parameters: Readonly<Record<string, ParameterKind>>;
  /**
   * True where the answer goes on, one document a line, until the client hangs up. Such a command may show what
   * subscribers send; here their packets end where their headers do.
   */
  readonly goesOn?: true;
}

const NOTHING = {};
const DOMAIN = { domain: "text" } as const;
const FILTER = { domain: "text", mode: "text", role: "text" } as const;

export const API: readonly ApiRow[] = [
  { path: "/api/status", command: "status", parameters: NOTHING },
  { path: "/api/health", command: "ready", parameters: NOTHING },
  { path: "/api/counters", command: "counters", parameters: NOTHING },
  { path: "/api/domains", command: "domains", parameters: FILTER },
  {
    path: "/api/rules",
    command: "rules",
    parameters: { ...FILTER, name: "text", cursor: "number", limit: "number" },
  },
  { path: "/api/interfaces", command: "interfaces", parameters: FILTER },
  { path: "/api/statistics", command: "statistics", parameters: FILTER },
  { path: "/api/ports", command: "ports", parameters: { ...DOMAIN, each: "boolean" } },
  { path: "/api/forwards", command: "forward-list", parameters: DOMAIN },
  {
    path: "/api/hosts",
    command: "top",
    parameters: { ...DOMAIN, by: "text", limit: "number" },
  },
  {
    path: "/api/sessions",
    command: "sessions",
    parameters: {
      ...DOMAIN,
      protocol: "text",
      host: "text",
      remoteAddress: "text",
      remotePort: "number",
      externalPort: "number",
      state: "text",
      sort: "text",
      limit: "number",
    },
  },
  {
    path: "/api/trace",
    command: "trace",
    parameters: { filter: "words", domain: "text", drops: "boolean" },
    goesOn: true,
  },
];
