/** The API against the control commands: the same documents, and no action. */
import { readFileSync } from "node:fs";
import { test } from "tap";
import { controlCommands } from "../../../../daemon/control/commands.js";
import { operateCommands } from "../../../../daemon/control/operate/commands.js";
import { traceCommands } from "../../../../daemon/control/trace/commands.js";
import { MapdError } from "../../../../daemon/errors.js";
import { Api } from "../../../../daemon/http/api.js";
import { apiPage } from "../../../../daemon/http/api-reference.js";
import { API } from "../../../../daemon/http/api-table.js";
import { Tracer } from "../../../../daemon/trace/tracer.js";
import { controlled, controlledDaemon } from "../fake-nat44.js";
import { BR_T, CE_T, configOf, daemonOf, viewOf } from "../samples.js";
import { ECHOES, get, SILENT, serve } from "./rig.js";

const READINESS = {
  phase: "ready",
  ready: true,
  reasons: [],
  announced: [],
  drain: null,
} as const;

function realCommands() {
  const views = configOf(BR_T, CE_T).domains.map((domain) => controlled(viewOf(domain)));
  const never = () => Promise.reject(new Error("an action"));
  return [
    ...controlCommands(controlledDaemon(daemonOf(views), views), "1.2.3"),
    ...operateCommands(
      { readiness: READINESS, drain: never, undrain: never },
      { compare: never, reload: never },
    ),
    ...traceCommands({ tracer: new Tracer(() => [], SILENT), domains: [] }),
  ];
}

/** What differs from one moment to the next. */
function still(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document, (key, value) => (key === "pid" ? 0 : value)));
}

test("each path gives the document of its command", async (t) => {
  const commands = realCommands();
  const server = await serve(t, { commands });
  for (const { path, command, goesOn } of API) {
    if (goesOn) continue;
    const { status, headers, text } = await get(server, path);
    t.equal(status, 200, `${path}: ${text}`);
    t.equal(headers["content-type"], "application/json; charset=utf-8");
    t.equal(headers["cache-control"], "no-store");
    const document = await commands.find(({ name }) => name === command)?.run({});
    t.same(still(JSON.parse(text)), still(document), path);
  }
});

test("every parameter of the table is an argument that its command takes", async (t) => {
  const commands = realCommands();
  for (const { path, command, parameters } of API) {
    const found = commands.find(({ name }) => name === command);
    const given = Object.fromEntries(Object.keys(parameters).map((name) => [name, {}]));
    try {
      await found?.run(given);
      t.same(given, {}, path);
    } catch (error) {
      // An object fits no argument, so that each is refused by its name, and none as unknown.
      if (!(error instanceof MapdError)) throw error;
      t.same(
        error.diagnostics.map((one) => one.path).sort(),
        Object.keys(parameters).sort(),
        `${path}: ${error.message}`,
      );
    }
  }
});

test("the table holds no command that changes anything", async (t) => {
  const changing = ECHOES.map((command) => ({ ...command, changes: true as const }));
  t.throws(() => new Api(changing), {
    message: "/api/status: status is no command that only shows",
  });
  const revealing = ECHOES.map((command) => ({ ...command, reveals: true as const }));
  t.throws(() => new Api(revealing), {
    message: "/api/status: status is no command that only shows",
  });
  t.throws(() => new Api([]), { message: "/api/status: status is no command that only shows" });
});

const queries = [
  { query: "", given: {} },
  { query: "?domain=12", given: { domain: "12" } },
  { query: "?limit=12&sort=port", given: { limit: 12, sort: "port" } },
  { query: "?limit=many", given: { limit: "many" } },
  { query: "?limit=-1", given: { limit: "-1" } },
  { query: "?host=192.168.1.10&state=", given: { host: "192.168.1.10", state: "" } },
  { query: "?domain=a%26b", given: { domain: "a&b" } },
];

test("words of a filter are taken apart, and a truth is one", async (t) => {
  const server = await serve(t);
  const { text } = await get(
    server,
    "/api/trace?filter=%20host+192.0.2.1%20%20and+in%20&drops=true",
  );
  const filter = ["host", "192.0.2.1", "and", "in"];
  t.same(JSON.parse(text), { command: "trace", given: { filter, drops: true } });
  const other = await get(server, "/api/trace?drops=yes");
  t.same(JSON.parse(other.text), { command: "trace", given: { drops: "yes" } });
});

test("words of the query become arguments", async (t) => {
  const server = await serve(t);
  for (const { query, given } of queries) {
    const { text } = await get(server, `/api/sessions${query}`);
    t.same(JSON.parse(text), { command: "sessions", given }, query);
  }
});

const refusals = [
  { path: "/api/sessions?limit=many", status: 400, code: "wrong-type", about: "limit" },
  { path: "/api/sessions?limit=0", status: 400, code: "out-of-range", about: "limit" },
  { path: "/api/status?domain=x", status: 400, code: "unknown-key", about: "domain" },
  { path: "/api/status?__proto__=x", status: 400, code: "unknown-key", about: "__proto__" },
  { path: "/api/sessions?limit=1&limit=2", status: 400, code: "usage", about: "" },
  { path: "/api/sessions?domain=br-t", status: 404, code: "not-found", about: "" },
  { path: "/api/statistics?domain=ce", status: 404, code: "not-found", about: "" },
  { path: "/api/trace?filter=hots+x", status: 400, code: "trace-filter", about: "filter" },
  { path: "/api/trace?full=true", status: 400, code: "unknown-key", about: "full" },
  { path: "/api/mirror", status: 404, code: "not-found", about: "" },
  { path: "/api/drain", status: 404, code: "not-found", about: "" },
  { path: "/api/", status: 404, code: "not-found", about: "" },
];

test("what makes no sense is refused with the document of an error", async (t) => {
  const server = await serve(t, { commands: realCommands() });
  for (const { path, status, code, about } of refusals) {
    const answer = await get(server, path);
    t.equal(answer.status, status, path);
    t.match(
      JSON.parse(answer.text),
      { schema: "mapd.error/1", diagnostics: [{ code, path: about }] },
      path,
    );
  }
});

test("the page about it is what the table gives", async (t) => {
  // The checkout: this file is in OUTPUT/test/unit/daemon/http.
  const file = new URL("../../../../../docs/page-api.md", import.meta.url);
  t.equal(readFileSync(file, "utf8"), apiPage());
});
