/** Who may ask for the page and its API: names, tokens, other people's pages. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { type Test, test } from "tap";
import type { HttpSettings } from "../../../../daemon/config/types.js";
import type { ControlCommand } from "../../../../daemon/control/command.js";
import { isOwnHost } from "../../../../daemon/http/host-header.js";
import { PageFiles } from "../../../../daemon/http/page-files.js";
import { HttpServer } from "../../../../daemon/http/server.js";
import { FAILURES, Failures } from "../../../../daemon/runtime/failures.js";
import { type Answer, ECHOES, folderOf, get, LOOPBACK, partsOf, SILENT, serve } from "./rig.js";

const TOKEN = "0123456789abcdef0123456789abcdef";

const OWN = { host: "192.0.2.1", hosts: ["BR1.example.net"], localAddress: "::ffff:198.51.100.7" };

const hosts = [
  { header: "localhost", own: true },
  { header: "LOCALHOST:8080", own: true },
  { header: "localhost.", own: true },
  { header: "127.0.0.1:9464", own: true },
  { header: "127.9.9.9", own: true },
  { header: "[::1]", own: true },
  { header: "[::1]:9464", own: true },
  { header: "192.0.2.1:9464", own: true },
  { header: "198.51.100.7", own: true },
  { header: "br1.example.net:443", own: true },
  { header: undefined, own: false },
  { header: "", own: false },
  { header: "evil.example", own: false },
  { header: "127.0.0.1.evil.example", own: false },
  { header: "localhost.evil.example", own: false },
  { header: "evil.example#localhost", own: false },
  { header: "localhost@evil.example", own: false },
  { header: "127.0.0.1, evil.example", own: false },
  { header: "127.1", own: false },
  { header: "192.0.2.2", own: false },
  { header: "198.51.100.8", own: false },
  { header: "br1.example.net.evil.example", own: false },
  { header: "[::2]", own: false },
  { header: "[localhost]", own: false },
  { header: "::1", own: false },
];

test("names that are ours, and names that only lead here", async (t) => {
  for (const { header, own } of hosts) t.equal(isOwnHost(header, OWN), own, `${header}`);
});

/** The page and the API refuse; what programs scrape does not. */
test("a Host header of somebody else's gets neither page nor API, but metrics and probes", async (t) => {
  const page = PageFiles.read(folderOf(t, { "index.html": "<title>mapd</title>" }));
  const server = await serve(t, { page });
  const host = { Host: "rebound.example:9464" };
  for (const path of ["/", "/index.html", "/api/status", "/nothing"]) {
    const { status, text } = await get(server, path, host);
    t.same(
      { status, text },
      {
        status: 403,
        text: '"rebound.example:9464" is not a name of this mapd. Ask by address, or add the name to http.hosts in its configuration.\n',
      },
      path,
    );
  }
  for (const path of ["/metrics", "/livez", "/readyz"]) {
    t.equal((await get(server, path, host)).status, 200, path);
  }
});

test("a name of the configuration is ours, also one that a reload brings", async (t) => {
  let settings: HttpSettings = LOOPBACK;
  const server = await serve(t, { settings: () => settings });
  const headers = { Host: "br1.example.net" };
  t.equal((await get(server, "/api/status", headers)).status, 403);
  settings = { ...LOOPBACK, hosts: ["br1.example.net"] };
  t.equal((await get(server, "/api/status", headers)).status, 200);
});

const sites = [
  { site: "same-origin", status: 200 },
  { site: "none", status: 200 },
  { site: "same-site", status: 403 },
  { site: "cross-site", status: 403 },
];

test("a page of somebody else's cannot make the daemon work for it", async (t) => {
  const server = await serve(t);
  for (const { site, status } of sites) {
    const answer = await get(server, "/api/sessions", { "Sec-Fetch-Site": site });
    t.equal(answer.status, status, site);
  }
});

function messages({ text }: Answer): readonly string[] {
  const document = JSON.parse(text) as { readonly diagnostics: readonly { message: string }[] };
  return document.diagnostics.map(({ message }) => message);
}

/** Whatever is configured, tests listen on loopback. */
function elsewhere(tokenFile: string | null): HttpSettings {
  return { listen: { host: "0.0.0.0", port: 0 }, hosts: [], tokenFile };
}

test("where others reach it, the API without a token is shut, and says what to do", async (t) => {
  const server = await serve(t, { settings: () => elsewhere(null) });
  const answer = await get(server, "/api/status");
  t.equal(answer.status, 403);
  t.same(messages(answer), [
    "mapd listens on 0.0.0.0, where others reach it, and has no token: set http.token-file to a file that holds one " +
      "(openssl rand -hex 32), or listen on 127.0.0.1 and come through ssh -L",
  ]);
  t.equal((await get(server, "/metrics")).status, 200);
});

function tokenFile(t: Test, text = `${TOKEN}\n`): string {
  return join(folderOf(t, { token: text }), "token");
}

const authorizations = [
  { name: "none", status: 401, message: /needs the token.*Authorization: Bearer TOKEN/ },
  { name: "Basic", authorization: `Basic ${TOKEN}`, status: 401, message: /is not the token/ },
  { name: "a part", authorization: `Bearer ${TOKEN.slice(1)}`, status: 401, message: /is not/ },
  { name: "nothing", authorization: "Bearer ", status: 401, message: /is not the token/ },
  { name: "the right one", authorization: `Bearer ${TOKEN}`, status: 200 },
  { name: "in lower case", authorization: `bearer ${TOKEN}`, status: 200 },
];

for (const { name, authorization, status, message } of authorizations) {
  test(`a token: ${name}`, async (t) => {
    for (const settings of [elsewhere(tokenFile(t)), { ...LOOPBACK, tokenFile: tokenFile(t) }]) {
      const server = await serve(t, { settings: () => settings });
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const answer = await get(server, "/api/status", headers);
      t.equal(answer.status, status);
      if (message === undefined) continue;
      t.match(messages(answer)[0], message);
      t.equal(answer.headers["www-authenticate"], 'Bearer realm="mapd"');
    }
  });
}

test("the page itself needs no token: it is what asks for it", async (t) => {
  const page = PageFiles.read(folderOf(t, { "index.html": "<title>mapd</title>" }));
  const server = await serve(t, { page, settings: () => elsewhere(tokenFile(t)) });
  t.equal((await get(server, "/")).text, "<title>mapd</title>");
});

test("another token is taken at a reload, not before", async (t) => {
  const path = tokenFile(t);
  let settings = elsewhere(path);
  const server = await serve(t, { settings: () => settings });
  const other = TOKEN.toUpperCase();
  const ask = async (token: string): Promise<number> =>
    (await get(server, "/api/status", { Authorization: `Bearer ${token}` })).status;
  writeFileSync(path, other);
  t.same([await ask(TOKEN), await ask(other)], [200, 401]);
  settings = elsewhere(path);
  t.same([await ask(TOKEN), await ask(other)], [401, 200]);
});

const unusable = [
  { name: "a missing file", make: () => "/nonexistent/token", problem: /ENOENT/ },
  { name: "a device", make: () => "/dev/zero", problem: /no file with a token/ },
  {
    name: "a long file",
    make: (t: Test) => tokenFile(t, "x".repeat(4000)),
    problem: /no file with a token/,
  },
  { name: "a short token", make: (t: Test) => tokenFile(t, "short\n"), problem: /is no token/ },
  {
    name: "more than a token",
    make: (t: Test) => tokenFile(t, `${TOKEN} ${TOKEN}`),
    problem: /openssl rand/,
  },
  {
    name: "a file for everybody",
    make: (t: Test) => {
      const path = tokenFile(t);
      chmodSync(path, 0o644);
      return path;
    },
    problem: /everybody may read .*chmod o-r/,
  },
];

for (const { name, make, problem } of unusable) {
  test(`a token file that cannot be used shuts the API and nothing else: ${name}`, async (t) => {
    const lines: string[] = [];
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      lines.push(chunk.toString());
      done();
    };
    const log = pino({ level: "error" }, new Writable({ write }));
    const settings = { ...LOOPBACK, tokenFile: make(t) };
    const server = await serve(t, { settings: () => settings }, log);
    t.equal(lines.length, 1, "said at the start");
    t.match(JSON.parse(lines[0] ?? "").problem, problem);
    const answer = await get(server, "/api/status", { Authorization: `Bearer ${TOKEN}` });
    t.equal(answer.status, 403);
    t.same(messages(answer), [
      "http.token-file cannot be used, and the API is shut; mapd's log says why",
    ]);
    t.equal((await get(server, "/readyz")).status, 200);
    t.equal(lines.length, 1, "and said once");
  });
}

/** Answers that take until they are told to go on. */
function slowCommands(): { readonly commands: readonly ControlCommand[]; finish(): void } {
  let finish: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const run = async (): Promise<object> => {
    await until;
    return {};
  };
  return { commands: ECHOES.map((command) => ({ ...command, run })), finish: () => finish() };
}

test("every refusal is counted by its reason, and what passes is not", async (t) => {
  const failures = new Failures();
  let settings: HttpSettings = LOOPBACK;
  const { commands, finish } = slowCommands();
  const server = new HttpServer(partsOf({ settings: () => settings, commands }), SILENT, failures);
  await server.listen();
  t.teardown(() => server.close());
  const counted = (): Readonly<Record<string, number>> => {
    const numbers = failures.read("http_requests_refused");
    return Object.fromEntries(
      FAILURES.http_requests_refused.reasons.map((reason, i) => [reason, numbers[i] ?? 0]),
    );
  };
  const none = { host: 0, site: 0, shut: 0, token: 0, busy: 0 };
  for (const path of ["/metrics", "/livez", "/"]) await get(server, path);
  t.same(counted(), none);
  for (const path of ["/", "/api/status"]) await get(server, path, { Host: "rebound.example" });
  t.same(counted(), { ...none, host: 2 });
  await get(server, "/api/status", { "Sec-Fetch-Site": "cross-site" });
  settings = elsewhere(null);
  await get(server, "/api/status");
  settings = elsewhere("/nonexistent/token");
  await get(server, "/api/status");
  settings = elsewhere(tokenFile(t));
  await get(server, "/api/status");
  await get(server, "/api/status", { Authorization: "Bearer other" });
  t.same(counted(), { host: 2, site: 1, shut: 2, token: 2, busy: 0 });
  settings = LOOPBACK;
  const answers = Array.from({ length: 9 }, () => get(server, "/api/status"));
  t.equal((await Promise.race(answers)).status, 503);
  finish();
  await Promise.all(answers);
  t.same(counted(), { host: 2, site: 1, shut: 2, token: 2, busy: 1 });
});
