/** HTTP clients that misbehave: refused or cut off, and counted. */
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { type Test, test } from "tap";
import { HttpServer } from "../../../../daemon/http/server.js";
import { Failures } from "../../../../daemon/runtime/failures.js";
import { get, partsOf, SILENT } from "./rig.js";

/** Connections that are served at once. */
const SERVED = 64;

interface Served {
  readonly server: HttpServer;
  readonly failures: Failures;
}

async function served(t: Test, metrics = partsOf().metrics): Promise<Served> {
  const failures = new Failures();
  const server = new HttpServer(partsOf({ metrics }), SILENT, failures);
  await server.listen();
  t.teardown(() => server.close());
  return { server, failures };
}

async function connected(t: Test, server: HttpServer): Promise<Socket> {
  const socket = createConnection(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  t.teardown(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("what is no HTTP is told so, and counted as malformed", async (t) => {
  const { server, failures } = await served(t);
  const socket = await connected(t, server);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.write("\x16\x03\x01\x02 hello\r\n\r\n");
  await once(socket, "close");
  t.equal(text, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  t.same(failures.read("http_connections_cut_off"), [1, 0, 0]);
  t.equal((await get(server, "/livez")).status, 200);
});

test("headers without end are told so", async (t) => {
  const { server, failures } = await served(t);
  const socket = await connected(t, server);
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.write(`GET / HTTP/1.1\r\nHost: ${"x".repeat(20_000)}`);
  await once(socket, "close");
  t.match(text, /^HTTP\/1\.1 431 /);
  t.same(failures.read("http_connections_cut_off"), [1, 0, 0]);
});

test("a client that hangs up in the middle of a request is nobody's failure", async (t) => {
  const { server, failures } = await served(t);
  const socket = await connected(t, server);
  socket.write("GET /livez HTTP/1.1\r\nHost: 127");
  socket.resetAndDestroy();
  await once(socket, "close");
  t.equal((await get(server, "/livez")).status, 200);
  t.same(failures.read("http_connections_cut_off"), [0, 0, 0]);
});

test("one connection too many is closed, and counted", async (t) => {
  const { server, failures } = await served(t);
  for (let count = 0; count < SERVED; count++) await connected(t, server);
  const more = createConnection(server.port, "127.0.0.1");
  more.on("error", () => undefined).resume();
  await once(more, "close");
  t.same(failures.read("http_connections_cut_off"), [0, 0, 1]);
});

test("an answer that cannot be made is a fault of mapd's, and counted", async (t) => {
  const text = async (): Promise<string> => {
    throw new Error("out of order");
  };
  const { server, failures } = await served(t, { contentType: "text/plain", text });
  t.equal((await get(server, "/metrics")).status, 500);
  t.same(failures.read("internal_faults"), [0, 1]);
});
