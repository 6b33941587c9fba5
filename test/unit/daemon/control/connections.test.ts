/** What clients can do to the control socket: nothing. Whoever misbehaves is cut off and counted, others are served. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { pino } from "pino";
import { type Test, test } from "tap";
import { askDaemon } from "../../../../daemon/control/client.js";
import { ControlConnection } from "../../../../daemon/control/connection.js";
import {
  MAX_BAD_REQUESTS,
  MAX_CLIENTS,
  MAX_REQUEST_LEN,
  UNREAD_TIMEOUT_MS,
} from "../../../../daemon/control/protocol.js";
import { ControlServer } from "../../../../daemon/control/server.js";
import { FAILURES, Failures } from "../../../../daemon/runtime/failures.js";

/** More than the kernel and Node hold for a client that does not read. */
const LONG = "x".repeat(4 * 1024 * 1024);

interface Served {
  readonly path: string;
  /** Clients cut off, by reason; those that are none are left out. */
  cutOff(): Readonly<Record<string, number>>;
  /** Requests that reached a command. */
  asked(): number;
}

async function serve(t: Test): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "mapd-clients-"));
  const failures = new Failures();
  let asked = 0;
  const run = (): object => {
    asked++;
    return { text: LONG };
  };
  const commands = [
    { name: "hello", summary: "", run: () => ({ hello: "world" }) },
    { name: "long", summary: "", run },
  ];
  const path = join(folder, "mapd.sock");
  const server = new ControlServer(path, commands, pino({ level: "silent" }), failures);
  await server.listen();
  t.teardown(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const cutOff = (): Readonly<Record<string, number>> => {
    const { reasons } = FAILURES.control_connections_cut_off;
    const numbers = failures.read("control_connections_cut_off");
    const rows = reasons.map((reason, at) => [reason, numbers[at] ?? 0] as const);
    return Object.fromEntries(rows.filter(([, count]) => count > 0));
  };
  return { path, cutOff, asked: () => asked };
}

/** A client that is connected; all that it is told is collected. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  text = "";

  private constructor(t: Test, socket: Socket) {
    this.socket = socket;
    // A connection that is cut off while it writes also fails.
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => undefined);
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      this.text += chunk;
    });
    t.teardown(() => socket.destroy());
  }

  static async connect(t: Test, path: string): Promise<Client> {
    const client = new Client(t, createConnection(path));
    await once(client.socket, "connect");
    return client;
  }
}

test("a client that sends garbage, line after line, is cut off", async (t) => {
  const { path, cutOff } = await serve(t);
  const client = await Client.connect(t, path);
  client.socket.write("\u0000\u0001 GET / HTTP/1.1\n".repeat(1000));
  await client.closed;
  const lines = client.text.trimEnd().split("\n");
  t.equal(lines.length, MAX_BAD_REQUESTS);
  for (const line of lines) t.match(JSON.parse(line), { error: { code: "bad-request" } });
  t.same(cutOff(), { garbage: 1 });
  t.same(await askDaemon(path, "hello"), { hello: "world" });
});

test("mistakes between requests do not cut a client off", async (t) => {
  const { path, cutOff } = await serve(t);
  const client = await Client.connect(t, path);
  const count = MAX_BAD_REQUESTS * 2;
  client.socket.write('status\n{"command":"hello"}\n'.repeat(count));
  while (client.text.split("\n").length <= count * 2) await once(client.socket, "data");
  t.same(cutOff(), {});
});

test("a line without end is cut off, and no more of it is read", async (t) => {
  const { path, cutOff } = await serve(t);
  const client = await Client.connect(t, path);
  client.socket.write("x".repeat(MAX_REQUEST_LEN * 64));
  await client.closed;
  t.match(JSON.parse(client.text), { ok: false, error: { code: "bad-request" } });
  t.same(cutOff(), { garbage: 1 });
});

test("a client that never reads is asked for nothing more, and then cut off", async (t) => {
  const { path, cutOff, asked } = await serve(t);
  mock.timers.enable({ apis: ["setTimeout"] });
  t.teardown(() => mock.timers.reset());
  const client = await Client.connect(t, path);
  client.socket.pause();
  client.socket.write('{"command":"long"}\n'.repeat(100));
  while (asked() === 0) await new Promise((resolve) => setImmediate(resolve));
  // Others are served meanwhile.
  t.same(await askDaemon(path, "hello"), { hello: "world" });
  t.same(cutOff(), {});
  mock.timers.tick(UNREAD_TIMEOUT_MS);
  t.same(cutOff(), { unread: 1 });
  t.equal(asked(), 1, "one answer is held for it, not a hundred");
});

test("a client that says nothing is let go", (t) => {
  const handlers = new Map<string, () => void>();
  const told: string[] = [];
  const socket = {
    setTimeout: (_ms: number, silent: () => void) => handlers.set("silent", silent),
    on: () => undefined,
    destroy: () => told.push("destroyed"),
  } as unknown as Socket;
  const asked = (): never => t.fail("nothing was asked") as never;
  new ControlConnection(socket, {
    answer: async () => asked(),
    failed: asked,
    cutOff: (reason) => told.push(reason),
  });
  handlers.get("silent")?.();
  t.same(told, ["silent", "destroyed"]);
  t.end();
});

test("one client too many is told so; when one has gone, the next is served", async (t) => {
  const { path, cutOff } = await serve(t);
  const held: Client[] = [];
  for (let count = 0; count < MAX_CLIENTS; count++) held.push(await Client.connect(t, path));
  // All of them are accepted once the last one is answered.
  held.at(-1)?.socket.write('{"command":"hello"}\n');
  await once(held.at(-1)!.socket, "data");
  await t.rejects(askDaemon(path, "hello"), {
    code: "busy",
    exitStatus: 1,
    message: `${MAX_CLIENTS} clients are connected, which is all that mapd serves at once; try again in a moment`,
  });
  t.same(cutOff(), { "too-many": 1 });
  held[0]?.socket.destroy();
  // The server sees it a moment later.
  let answer: object | null = null;
  while (answer === null) answer = await askDaemon(path, "hello").catch(() => null);
  t.same(answer, { hello: "world" });
});

test("a request whose client is gone before the answer does no harm", async (t) => {
  const { path } = await serve(t);
  const client = await Client.connect(t, path);
  client.socket.write('{"command":"long"}\n'.repeat(3));
  client.socket.destroy();
  await client.closed;
  t.same(await askDaemon(path, "hello"), { hello: "world" });
});
