import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { test } from "tap";
import { HttpServer } from "../../../../daemon/http/server.js";
import { ECHOES, get, LOOPBACK, partsOf, SILENT, serve } from "./rig.js";

const WITHOUT_PAGE =
  "there are /metrics, /livez and /readyz, and /api/; the page is not part of this installation (npm run build:web)\n";

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
  { name: "anything else", path: "/etc/passwd", reasons: [], status: 404, body: WITHOUT_PAGE },
];

for (const c of cases) {
  test(`GET: ${c.name}`, async (t) => {
    const server = await serve(t, { reasons: () => c.reasons });
    const { status, text } = await get(server, c.path);
    t.same({ status, text }, { status: c.status, text: c.body });
  });
}

test("GET /metrics has the type that Prometheus wants", async (t) => {
  const server = await serve(t);
  const { status, headers, text } = await get(server, "/metrics");
  t.equal(status, 200);
  t.match(headers["content-type"], /^text\/plain; version=0\.0\.4/);
  t.match(text, /^mapd_ready 1$/m);
});

test("HEAD gives the length and no body", async (t) => {
  const server = await serve(t);
  const { status, headers, text } = await get(server, "/livez", {}, "HEAD");
  t.equal(status, 200);
  t.equal(headers["content-length"], "6");
  t.equal(text, "");
});

for (const method of ["POST", "PUT", "DELETE"]) {
  test(`${method} is refused wherever it goes`, async (t) => {
    const server = await serve(t);
    for (const path of ["/metrics", "/", "/api/status"]) {
      const { status, headers } = await get(server, path, {}, method);
      t.same([status, headers.allow], [405, "GET, HEAD"], path);
    }
  });
}

test("every answer tells the browser that it may do nothing but show it", async (t) => {
  const server = await serve(t);
  for (const path of ["/", "/api/status", "/metrics", "/nothing"]) {
    const { headers } = await get(server, path);
    t.match(
      headers,
      {
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      },
      path,
    );
    t.notOk("access-control-allow-origin" in headers, "nobody else's page may read it");
  }
});

test("a failure of ours is told to the log alone", async (t) => {
  const commands = ECHOES.map((command) => ({
    ...command,
    run: () => Promise.reject(new Error("secret")),
  }));
  const server = await serve(t, { commands });
  const { status, text } = await get(server, "/api/status");
  t.same({ status, text }, { status: 500, text: "internal error\n" });
});

test("the ninth answer of the API has to wait for one of eight to be read", async (t) => {
  const waiting: (() => void)[] = [];
  const commands = ECHOES.map((command) => ({
    ...command,
    run: () => new Promise<object>((resolve) => waiting.push(() => resolve({ done: true }))),
  }));
  const server = await serve(t, { commands });
  const eight = Array.from({ length: 8 }, () => get(server, "/api/status"));
  while (waiting.length < 8) await new Promise((resolve) => setImmediate(resolve));
  const ninth = await get(server, "/api/status");
  t.same([ninth.status, ninth.headers["retry-after"]], [503, "1"]);
  t.equal((await get(server, "/livez")).status, 200, "probes do not wait");
  for (const done of waiting) done();
  for (const { status } of await Promise.all(eight)) t.equal(status, 200);
});

test("what is asked before the answer before was read is refused, and takes nothing", async (t) => {
  const waiting: (() => void)[] = [];
  const commands = ECHOES.map((command) => ({
    ...command,
    run: () => new Promise<object>((resolve) => waiting.push(() => resolve({ done: true }))),
  }));
  const server = await serve(t, { commands });
  const asking = "GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  const ask = (times: number): Socket => {
    const socket = createConnection(server.port, "127.0.0.1", () => {
      socket.write(asking.repeat(times));
    });
    return socket.setEncoding("utf8");
  };
  const leaving = ask(9);
  while (waiting.length < 1) await new Promise((resolve) => setImmediate(resolve));
  leaving.resetAndDestroy();
  let text = "";
  const staying = ask(2).on("data", (chunk) => {
    text += chunk;
  });
  t.teardown(() => staying.destroy());
  while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
  const seven = Array.from({ length: 7 }, () => get(server, "/api/status"));
  while (waiting.length < 9) await new Promise((resolve) => setImmediate(resolve));
  for (const done of waiting) done();
  for (const { status } of await Promise.all(seven)) t.equal(status, 200);
  while (text.split("HTTP/1.1").length < 3) await once(staying, "data");
  t.same(text.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 503"], "in their order");
});

test("connections above the limit are closed, and the others are served", async (t) => {
  const server = await serve(t);
  const sockets = Array.from({ length: 100 }, () => createConnection(server.port, "127.0.0.1"));
  let closed = 0;
  await new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        closed++;
        if (closed === 36) resolve();
      });
    }
  });
  await t.rejects(get(server, "/livez"), "one more is closed, too");
  for (const socket of sockets) socket.destroy();
  const probe = (): Promise<number> =>
    get(server, "/livez").then(
      ({ status }) => status,
      () => 0,
    );
  // The server learns of the ends one by one.
  while ((await probe()) !== 200) await new Promise((resolve) => setImmediate(resolve));
});

test("a port in use is explained", async (t) => {
  const server = await serve(t);
  const listen = { host: "127.0.0.1", port: server.port };
  const second = new HttpServer(partsOf({ settings: () => ({ ...LOOPBACK, listen }) }), SILENT);
  await t.rejects(second.listen(), {
    code: "http-listen",
    message: /another program listens there/,
  });
});

test("an address of nobody is explained", async (t) => {
  const listen = { host: "192.0.2.1", port: 0 };
  const server = new HttpServer(partsOf({ settings: () => ({ ...LOOPBACK, listen }) }), SILENT);
  await t.rejects(server.listen(), { code: "http-listen", message: /on no device of this host/ });
});
