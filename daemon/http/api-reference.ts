/** docs/page-api.md, made from the table of the API alone. */
import { API, type ApiRow } from "./api-table.js";

const HEADING = `# The page and its API

<!-- Made by scripts/generate-docs.mjs from the table in daemon/http/; do not edit. -->

Where \`http.listen\` says, mapd answers

| Path | Answer |
|---|---|
| \`/\` | the page: the calculator, and the live view of this daemon |
| \`/api/...\` | what the page shows, read-only, for programs too |
| \`/metrics\` | Prometheus ([metrics.md](metrics.md)) |
| \`/livez\` | 200 while the process answers |
| \`/readyz\` | 200 while packets pass and are welcome, else 503 with the reasons |

Only GET and HEAD are answered, and nothing that is asked changes what mapd does.

## Who may ask

- By default mapd listens on 127.0.0.1, and whoever may open a connection there may look: every user of the host. Where
  that is too many, set \`http.token-file\`. From elsewhere come through a tunnel: \`ssh -L 9464:127.0.0.1:9464 HOST\`, then
  \`http://127.0.0.1:9464/\`.
- Where \`http.listen\` is an address that others reach, the API answers only to the bearer token of \`http.token-file\`
  (\`openssl rand -hex 32 > /etc/mapd/http-token; chmod 640 /etc/mapd/http-token\`), and without one it is shut (403). The
  token goes over the wire as it is: put a proxy with TLS in front, or a tunnel. The page asks for the token and keeps it
  until its tab is closed. A new token is taken at a reload. A file that cannot be used shuts the API and stops nothing else;
  the log says why.
- The page and the API answer only to their own names: \`localhost\`, addresses of loopback, the address that is listened on
  or that the connection came in at, and \`http.hosts\`. Any other \`Host\` gets 403: a page of somebody else's may have made its
  own name lead here (DNS rebinding). \`/metrics\`, \`/livez\` and \`/readyz\` do not look at it: scrapers and probes ask by names
  that only their own configuration knows, and what they are told names no address, host or subscriber.
- The API answers no page but its own (\`Sec-Fetch-Site\`), and there are no CORS headers.
- Whoever may look sees addresses, ports and sessions, and with \`/api/trace\` the headers of packets, but nothing of what
  they carry: that is \`mapctl trace\`'s to show, to those who may change things.
- The page runs under a Content-Security-Policy without inline code, loads nothing from elsewhere and sends nothing elsewhere.

\`\`\`
curl http://127.0.0.1:9464/api/status
curl -H "Authorization: Bearer $(cat /etc/mapd/http-token)" 'http://192.0.2.1:9464/api/sessions?limit=10'
\`\`\`

## What can be asked

Each path gives the document of a command of the control socket, the one that \`mapctl --json\` prints, made by the same
code. Words of the query are its arguments.

| Path | Document of | Query |
|---|---|---|
`;

const REST = `
\`/api/trace\` goes on, one document mapd.trace/1 a line and an empty line every other second, until the client hangs up: four
of them at a time, 200 packets a second at most (the others are counted in a document \`lost\`), ten minutes at the longest.
\`filter\` holds the terms that \`mapctl trace\` takes, such as \`host 192.0.2.18 and port 1232\`; \`drops=true\` leaves out what passes.

A refusal is a document \`mapd.error/1\`: 400 for arguments that make no sense, 401 without the right token, 403 as above,
404 for a path, domain or host that does not exist, 409 where the daemon cannot do it now, 503 (with \`Retry-After\`) while
eight answers are being made or read, or four go on, and for what is asked on a connection before the answer before has
been read (pipelining), whatever the path. There are 64 connections at most; an answer that is not read in 30
seconds is cut off, and a trace that is not read for ten.
`;

export function apiPage(): string {
  return `${HEADING}${API.map(row).join("")}${REST}`;
}

function row({ path, command, parameters }: ApiRow): string {
  const words = Object.keys(parameters).map((word) => `\`${word}\``);
  return `| \`${path}\` | \`${command}\` | ${words.join(", ")} |\n`;
}
