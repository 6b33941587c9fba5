import { pino } from "pino";
import { type Test, test } from "tap";
import { createMetrics } from "../../../../daemon/http/metrics.js";
import { HttpServer } from "../../../../daemon/http/server.js";
import { BR_T, domainOf, viewOf } from "../samples.js";
import { meteredOf } from "./metered.js";

const LOG = pino({ level: "silent" });

async function serve(t: Test, reasons: readonly string[]): Promise<HttpServer> {
  const daemon = meteredOf([viewOf(domainOf(BR_T))], { readiness: { reasons } });
  const metrics = createMetrics(daemon, "1.2.3");
  const server = new HttpServer({ host: "127.0.0.1", port: 0 }, metrics, daemon.reasons, LOG);
  await server.listen();
  t.teardown(() => server.close());
  return server;
}

const cases = [
  { name: "livez", path: "/livez", reasons: ["x"], status: 200, body: "alive\n" },
  { name: "readyz when ready", path: "/readyz", reasons: [], status: 200, body: "ready\n" },
  {
    name: "readyz when not ready says why",
    path: "/readyz",
    reasons: ["first", "second"],
    status: 503,
    body: "not ready\nfirst\nsecond\n",
  },
  { name: "a query is ignored", path: "/livez?verbose", reasons: [], status: 200, body: "alive\n" },
  {
    name: "anything else",
    path: "/etc/passwd",
    reasons: [],
    status: 404,
    body: "there are /metrics, /livez and /readyz\n",
  },
];

for (const c of cases) {
  test(`GET: ${c.name}`, async (t) => {
    const server = await serve(t, c.reasons);
    const response = await fetch(`http://127.0.0.1:${server.port}${c.path}`);
    t.equal(response.status, c.status);
    t.equal(await response.text(), c.body);
  });
}

test("GET /metrics has the type that Prometheus wants", async (t) => {
  const server = await serve(t, []);
  const response = await fetch(`http://127.0.0.1:${server.port}/metrics`);
  t.equal(response.status, 200);
  t.match(response.headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
  t.match(await response.text(), /^mapd_ready 1$/m);
});

test("HEAD gives the length and no body", async (t) => {
  const server = await serve(t, []);
  const response = await fetch(`http://127.0.0.1:${server.port}/livez`, { method: "HEAD" });
  t.equal(response.status, 200);
  t.equal(response.headers.get("content-length"), "6");
  t.equal(await response.text(), "");
});

for (const method of ["POST", "PUT", "DELETE"]) {
  test(`${method} is refused`, async (t) => {
    const server = await serve(t, []);
    const response = await fetch(`http://127.0.0.1:${server.port}/metrics`, { method });
    t.equal(response.status, 405);
    t.equal(response.headers.get("allow"), "GET, HEAD");
  });
}

test("a port in use is explained", async (t) => {
  const server = await serve(t, []);
  const metrics = createMetrics(meteredOf([]), "1");
  const second = new HttpServer({ host: "127.0.0.1", port: server.port }, metrics, () => [], LOG);
  await t.rejects(second.listen(), {
    code: "http-listen",
    message: /another program listens there/,
  });
});

test("an address of nobody is explained", async (t) => {
  const metrics = createMetrics(meteredOf([]), "1");
  const server = new HttpServer({ host: "192.0.2.1", port: 0 }, metrics, () => [], LOG);
  await t.rejects(server.listen(), { code: "http-listen", message: /on no device of this host/ });
});
